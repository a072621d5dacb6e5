"""Whatever is typed or handed over, the course answers in words: a CourseError, never a traceback.

It runs offline, and the same each time.
"""

import json
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course.base import shell
from course.base.errors import CourseError
from course.dns import dig, evidence, meanings, query, question, server_blocks
from course.kube import kubectl
from course.provision import records
from course.tasks import progress, stage, verbs
from tests.unit.test_ask import Cluster, asked, response

bounded = settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
LABELS = st.sampled_from(
    [
        "auth",
        "db",
        "web-0",
        "team-a",
        "shop",
        "svc",
        "pod",
        "cluster",
        "local",
        "com",
        "example",
        "10",
        "_tcp",
        "x" * 64,
    ]
)
TARGETS = st.one_of(
    st.lists(LABELS, min_size=1, max_size=7).map(".".join),
    st.sampled_from(["10.0.0.5", "10.0.0.5.", "127.1", "0x7f.1", "db.example.com", "a.shop.svc.cluster.local",
        "svc.cluster.local"]),
    st.text(string.ascii_lowercase + string.digits + "-.", min_size=1, max_size=80),
)  # fmt: skip
KINDS = st.sampled_from(["A", "AAAA", "CNAME", "SRV", "MX", "TXT", "PTR", "SOA"])


@bounded
@given(st.text(max_size=80), st.text(max_size=20), st.text(max_size=8))
def test_any_name_is_asked_or_refused_in_words(name: str, namespace: str, kind: str) -> None:
    try:
        pairs = question.pairs(name, namespace, kind)
    except CourseError as refusal:
        assert refusal.what
    else:
        assert all(full.isascii() and full.endswith(".") for full, _ in pairs)


@bounded
@given(st.text(max_size=80))
def test_a_name_of_any_letters_from_a_good_namespace(name: str) -> None:
    try:
        assert question.pairs(name, "shop", "A")
    except CourseError as refusal:
        assert refusal.what


@bounded
@given(
    st.dictionaries(st.sampled_from(["auth", "db", "a", "team-a"]), TARGETS, max_size=4), TARGETS, KINDS, st.booleans()
)
def test_any_aliases_are_followed_to_a_cause(targets: dict[str, str], name: str, kind: str, dotted: bool) -> None:
    """A name that does not resolve is given a cause, a sentence and a next step.

    That holds whatever externalNames the manifests have.
    """
    services = [
        evidence.Service("shop", one, "ExternalName", target.removesuffix(".")) for one, target in targets.items()
    ]
    cluster = Cluster(*services, evidence.Service("team-a", "auth", "ClusterIP", cluster_ip="10.96.0.9"))
    written = name.strip(".") + "." * dotted
    try:
        question.check_name(written)
    except CourseError:
        return
    found = query.explain(written, "shop", asked(written, cluster, kind), cluster)
    assert found.cause and found.meaning and isinstance(found.next, tuple)


@bounded
@given(st.text(max_size=400))
def test_any_words_of_dig_are_read(text: str) -> None:
    assert isinstance(dig.parse(text), list)


@bounded
@given(TARGETS, KINDS)
def test_any_record_that_came_has_a_meaning(name: str, kind: str) -> None:
    full = name.strip(".") or "a"
    settled = response(full, kind, "NOERROR", dig.Record(f"{full}.", 5, kind, "10.0.0.1"))
    said, _ = meanings.meaning(settled, lambda: server_blocks.read(evidence.ORDINARY))
    assert said


@bounded
@given(st.text(max_size=60), st.one_of(st.text(max_size=8), KINDS), st.text(max_size=300))
def test_any_record_is_one_line_of_a_zone_or_refused_in_words(name: str, kind: str, value: str) -> None:
    try:
        line = f"{records.owner(name)} IN {(found := records.kind(kind))} {records.value(found, value)}"
    except CourseError as refusal:
        assert refusal.what
    else:
        assert line.isascii() and line.isprintable(), "nothing that ends the line or the record in a zone file"


@pytest.mark.parametrize(
    ("kind", "value", "in_the_zone"),
    [
        ("MX", "10 mx1.example.com", "10 mx1.example.com."),
        ("MX", "10 mx1.example.com.", "10 mx1.example.com."),
        ("SRV", "0 0 5432 db.example.com", "0 0 5432 db.example.com."),
        ("CNAME", "müller.example.com", "xn--mller-kva.example.com."),
        ("TXT", "v=spf1 include:example.net; -all", '"v=spf1 include:example.net; -all"'),
        ("TXT", '"one" "two"', '"one" "two"'),
        ("TXT", 'say "hi"', r'"say \"hi\""'),
        ("TXT", "x" * 300, f'"{"x" * 255}" "{"x" * 45}"'),
        ("A", "10.0.0.1", "10.0.0.1"),
    ],
)
def test_a_record_means_what_a_providers_console_means(kind: str, value: str, in_the_zone: str) -> None:
    assert records.value(kind, value) == in_the_zone


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("A", "10.0.0"),
        ("A", "primary.example.com"),
        ("MX", "mx1"),
        ("AAAA", "10.0.0.1"),
        ("CAA", ""),
        ("A", "10.0.0.1\nevil 5 IN A 10.0.0.2"),
        ("TXT", '"one"\n"two"'),
    ],
)
def test_a_value_of_another_type_is_refused_with_the_reason(kind: str, value: str) -> None:
    with pytest.raises(CourseError) as refusal:
        records.value(kind, value)
    assert refusal.value.why


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
ENTRY = st.dictionaries(
    st.sampled_from(
        ["tries", "passed", "best_seconds", "solution_seen", "started", "cluster", "hints", "shown", "done"]
    ),
    JSON,
)


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(progress, "FOLDER", tmp_path)
    return tmp_path


def _is_json(text: str) -> bool:
    """NaN and Infinity are Python's, and no JSON."""
    constants: list[str] = []
    json.loads(text, parse_constant=constants.append)
    return not constants


def _taken_in(book: Path, text: str) -> bool:
    """Whether a file was taken in; the course's own rows can be shown afterwards, either way, and are JSON."""
    source = book / "theirs.json"
    source.write_bytes(text.encode(errors="surrogatepass"))
    try:
        progress.take_in(source)
        taken = True
    except CourseError as refusal:
        assert refusal.why and refusal.why.isprintable()
        taken = False
    assert verbs.table(verbs.rows())
    assert _is_json((book / "progress.json").read_text() if taken else "{}")
    return taken


@bounded
@given(
    st.dictionaries(st.sampled_from(["ip-is-no-name", "lost-database", "x"]), st.one_of(ENTRY, JSON), max_size=2), JSON
)
def test_any_progress_file_is_taken_in_or_refused_and_poisons_nothing(
    book: Path, labs: dict[str, Any], other: Any
) -> None:
    _taken_in(book, json.dumps({"version": 1, "labs": labs, "other": other}))


POISON = {
    "Infinity": '{"best_seconds": Infinity}',
    "NaN": '{"best_seconds": NaN}',
    "1e999": '{"best_seconds": 1e999}',
    "negative": '{"best_seconds": -1}',
    "true as seconds": '{"best_seconds": true}',
    "many digits": '{"best_seconds": 1' + "0" * 400 + "}",
    "tries": '{"tries": 99999999999}',
    "no time": '{"passed": "yesterday"}',
    "time without zone": '{"passed": "2026-01-01T00:00:00"}',
    "year 1": '{"started": "0001-01-01T00:00:00+23:59"}',
    "deep": "[" * 100_000 + "]" * 100_000,
    "long": '{"cluster": "' + "x" * 1_000_000 + '"}',
    "half a letter": '{"passed": "\\ud800"}',
}


@pytest.mark.parametrize("entry", POISON.values(), ids=POISON)
def test_what_is_no_time_or_no_number_is_refused(book: Path, entry: str) -> None:
    assert not _taken_in(book, f'{{"version": 1, "labs": {{"ip-is-no-name": {entry}}}}}')
    assert _taken_in(book, '{"version": 1, "labs": {"ip-is-no-name": {"best_seconds": 12}}}'), "a good file is taken in"


@pytest.mark.parametrize("value", ["1e999", "-1e999", "Infinity", "9" * 5000, "[" * 5000 + "]" * 5000])
def test_nor_is_it_taken_in_anywhere_else_in_the_file(book: Path, value: str) -> None:
    assert not _taken_in(book, f'{{"version": 2, "tasks": {{}}, "other": {{"x": {value}}}}}')


@pytest.mark.parametrize("version", ["2.0", "true", '"2"', "null", "[2]"])
def test_a_version_is_a_whole_number(book: Path, version: str) -> None:
    assert not _taken_in(book, f'{{"version": {version}, "tasks": {{}}}}')


@pytest.mark.parametrize("part", ["[]", "7", '"x"', "null"])
def test_what_another_room_keeps_has_its_form(book: Path, part: str) -> None:
    source = book / "theirs.json"
    source.write_text(f'{{"version": 2, "tasks": {{}}, "interview": {part}}}')
    with pytest.raises(CourseError) as refusal:
        progress.take_in(source, {"interview": lambda mine, theirs: {**mine, **theirs}})
    assert "'interview'" in refusal.value.why


@pytest.fixture
def echo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where kubectl is, a program that prints what it is handed; the lab is started."""
    (tmp_path / "kubectl").write_text("#!/bin/sh\nexec cat\n")
    (tmp_path / "kubectl").chmod(0o755)
    monkeypatch.setattr(shell, "VENV_BIN", tmp_path)
    monkeypatch.setattr(kubectl, "require_ready", lambda: None)
    monkeypatch.setattr(stage, "missing", lambda lab: [])


ANY_TEXT = st.text(st.characters(codec=None, categories=None), max_size=300)  # with halves of characters
MANIFEST = st.lists(
    st.sampled_from(["apiVersion: v1", "kind: Service", "---", "\t", "\ufeff", "\0", "{", "- &a *a", "\udcff", "é"])
).map("\n".join)


@bounded
@given(st.one_of(ANY_TEXT, MANIFEST))
def test_any_manifest_is_handed_to_kubectl_as_it_is_or_refused_in_words(echo: None, manifest: str) -> None:
    try:
        handed = verbs.apply("lost-database", manifest)
    except CourseError as refusal:
        assert refusal.why and refusal.next
        assert ("no text" in refusal.what) == (not _is_text(manifest))
        assert _is_text(manifest) <= ("empty" in refusal.what or "no manifest" in refusal.what)
    else:
        assert handed == manifest.replace("\r\n", "\n").replace("\r", "\n")


def _is_text(text: str) -> bool:
    return not any("\ud800" <= one <= "\udfff" for one in text)


def test_a_program_that_prints_no_text_is_read_all_the_same() -> None:
    assert shell.run(["printf", r"a\377b"]).stdout == r"a\xffb"


def test_a_manifest_refused_in_part_says_what_was_made() -> None:
    what, why = verbs._refusal(
        "service/one created\n", 'The Service "two" is invalid: spec.externalName: Invalid value\n'
    )
    assert "a part" in what and "service/one created" in why and "is invalid" in why
    assert verbs._refusal("", "error: no objects passed to apply\n")[0] == "The cluster refuses your manifest."


WORDS = st.sampled_from(
    ["{", "}", ".", ".:53", "corp.internal:53", "10.0.0.0/8", "forward", "rewrite", "name", "regex", "(", "{1}",
        "hosts", "template", "IN", "A", "match", "fallthrough", "kubernetes", "import", "(a)", "#",
        "acl", "block", "type", "net", "10.244.0.0/16", "view", "expr",
        '"', "continue", "\n", "tls://x"]
)  # fmt: skip


@bounded
@given(st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=60).map(" ".join)), TARGETS, KINDS)
def test_any_corefile_has_a_way_or_no_end(text: str, name: str, kind: str) -> None:
    try:
        blocks = server_blocks.read(text)
    except ValueError:
        return
    server_blocks.route(name, kind, blocks)
    server_blocks.viewed(name, blocks)
    server_blocks.acl_rule(name, kind, "REFUSED", "10.244.0.9", server_blocks.block_of(name, blocks))
