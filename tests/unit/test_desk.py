"""The desk's image: what is put into it, what pip is told, where it may be pushed to, and how it is run."""

import json
import os
import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from course.base import paths
from course.base.errors import CourseError
from course.cli.app import app
from course.dev import repository
from course.provision import engine
from course.provision.engine import Engine
from course.workshop import desk, image, pip
from tests.unit import documents


def test_an_image_keeps_its_settings_as_lines_of_a_dockerfile() -> None:
    config: dict[str, object] = {
        "Entrypoint": ["/usr/local/bin/entrypoint", "/sbin/init"],
        "Cmd": None,
        "Env": ["PATH=/bin", "container=docker"],
        "Labels": {"course.image": "localhost/a:b"},
        "WorkingDir": "/w",
        "StopSignal": "SIGRTMIN+3",
        "User": "",
    }
    assert image.configured(config) == [
        'ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]',
        "ENV PATH=/bin",
        "ENV container=docker",
        "LABEL course.image=localhost/a:b",
        "WORKDIR /w",
        "STOPSIGNAL SIGRTMIN+3",
    ]
    assert image.configured({}) == []


def test_the_desk_has_the_files_of_the_clone_and_root_owns_them(tmp_path: Path) -> None:
    tar = tmp_path / "course.tar"
    image.pack(tar, repository.files())
    with tarfile.open(tar) as archive:
        entries = {entry.name: entry for entry in archive.getmembers()}
    assert {"course", "requirements.txt", "src/course/__main__.py"} <= set(entries)
    assert not [name for name in entries if name.startswith((".course", ".venv", "workspace", ".git/"))]
    assert {(entry.uid, entry.uname) for entry in entries.values()} == {(0, "root")}
    modes = {name: entry.mode for name, entry in entries.items()}
    assert (modes["course"], modes["requirements.txt"]) == (0o755, 0o644)


def test_pips_settings_are_those_that_pip_would_take() -> None:
    listed = "\n".join(
        [
            "global.index-url='https://first.example/simple'",
            "install.index-url='https://second.example/simple'",
            ":env:.timeout='180'",
            "global.timeout='15'",
            "download.timeout='1'",
            r"global.trusted-host='\na.example\nb.example'",
        ]
    )
    assert pip.settings(listed) == {
        "index-url": "https://second.example/simple",
        "timeout": "180",
        "trusted-host": "a.example b.example",
    }
    assert pip.settings("") == {}


def test_pip_in_the_container_trusts_what_pip_here_trusts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificates = tmp_path / "own.crt"
    certificates.write_text("a certificate")
    for name, value in {"CERT": str(certificates), "TIMEOUT": "7", "FIND_LINKS": "/elsewhere"}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    pip.write(tmp_path, "/build")
    lines = (tmp_path / pip.FILE).read_text().splitlines()
    assert {"[global]", "timeout = 7", "cert = /build/pip.crt"} <= set(lines)
    assert not [line for line in lines if "elsewhere" in line], "a folder of this machine is none of the container"
    assert (tmp_path / pip.CERTIFICATES).read_text() == "a certificate"


class Registry:
    """A Podman on PATH that writes down what it is told, and refuses to push."""

    def __init__(self, folder: Path) -> None:
        self.calls, self.says = folder / "calls", folder / "says"
        self.says.write_text("denied")
        program = folder / "podman"
        program.write_text(
            f'#!/bin/sh\necho "$*" >> {self.calls}\n[ "$1" != push ] || {{ cat {self.says} >&2; exit 125; }}\n'
        )
        program.chmod(0o755)
        self.engine = Engine("podman", "5", {"PATH": f"{folder}:{os.environ['PATH']}"})


def test_a_registry_that_refuses_is_said_and_the_second_name_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(CourseError, match=r"registry\.example:5000/room/externalname-desk:1 cannot be pushed") as error:
        image.push(registry.engine, "localhost/externalname-desk:1", "registry.example:5000/room")
    assert (error.value.why, error.value.next) == ("denied", "podman login registry.example:5000, then again")
    there = "registry.example:5000/room/externalname-desk:1"
    assert registry.calls.read_text().splitlines() == [
        f"tag localhost/externalname-desk:1 {there}",
        f"push {there}",
        f"rmi {there}",
    ]


@pytest.mark.parametrize(
    ("says", "login"),
    [
        ("requesting bearer token: received unexpected HTTP status: 401 Unauthorized", True),
        ("unauthorized: Authentication required", True),
        ("no basic auth credentials", True),
        ("dial tcp: lookup registry.example: no such host", False),
        ("http: server gave HTTP response to HTTPS client", False),
        ("dial tcp 192.0.2.7:14010: connect: connection refused", False),
        ("x509: certificate signed by unknown authority", False),
    ],
)
def test_a_login_helps_only_where_the_registry_wants_one(
    says: str, login: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry(tmp_path)
    registry.says.write_text(says)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(CourseError) as error:
        image.push(registry.engine, "localhost/externalname-desk:1", "registry.example/room")
    assert ("podman login registry.example, then again" in error.value.next) is login
    assert ("speak HTTPS? curl -I https://registry.example/v2/, then again" in error.value.next) is not login


@pytest.mark.parametrize(
    ("host", "insecure"),
    [
        ("127.0.0.1:5000", True),
        ("localhost:5000", True),
        ("[::1]:5000", True),
        ("registry.example", False),
        ("127.0.0.1.example", False),
        ("localhost.example:5000", False),
    ],
)
def test_only_this_machine_is_asked_without_a_certificate(host: str, insecure: bool) -> None:
    assert image._insecure(Engine("podman", "5"), host) == (["--tls-verify=false"] if insecure else [])
    assert image._insecure(Engine("docker", "28"), host) == []


@pytest.mark.parametrize(
    ("registry", "right"),
    [
        ("https://registry.example", "registry.example"),
        ("registry.example/", "registry.example"),
        ("x/UPPER", "x/upper"),
        ("a b", "registry.example.com/courses"),
        ("-x y", "registry.example.com/courses"),
    ],
)
@pytest.mark.parametrize(
    ("verb", "option"), [("image", "--push"), ("up --seats 7 --context theirs --yes", "--registry")]
)
def test_what_is_no_registry_is_refused_before_anything_is_done(
    registry: str, right: str, verb: str, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "choose", lambda say: pytest.fail("an engine is looked for"))
    error = CliRunner().invoke(app, ["workshop", *verb.split(), option, registry]).exception
    assert isinstance(error, CourseError) and error.what == f"{registry!r} is no registry."
    assert error.next == f"./course workshop {verb} {option} {right}"


def test_a_desk_is_not_built_where_it_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    with pytest.raises(CourseError, match="on Linux only"):
        image.build(Engine("docker", "28"), image.name(), print)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(CourseError, match="Rootless Podman"):
        image.build(Engine("podman", "5"), image.name(), print)


def test_jupyterlab_is_not_opened_to_the_network_where_there_is_no_container(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "ENTRYPOINT", Path("/nonexistent"))
    with pytest.raises(CourseError, match="This is no desk"):
        desk.run(print)


def test_the_recipe_and_the_program_mean_the_same_places() -> None:
    recipe = (image.RECIPE / "Dockerfile").read_text()
    assert f"COPY desk {desk.ENTRYPOINT}\n" in recipe and image.ENTRYPOINT[-1] == str(desk.ENTRYPOINT)
    assert f"EXPOSE {paths.PORT}\n" in recipe
    store = (image.RECIPE / "storage.conf").read_text().partition("additionalimagestores = ")[2]
    assert json.loads(store)[0] in image.KEEP and json.loads(store)[0] in recipe


def test_documents_run_this_version_of_the_desk_on_loopback_alone() -> None:
    text = "\n".join(path.read_text() for path in documents.documents())
    commands = [line.strip() for line in text.splitlines() if line.startswith(("docker run", "podman run"))]
    assert commands
    for command in commands:
        assert "--privileged" in command and f"-p 127.0.0.1:{paths.PORT}:{paths.PORT}" in command
        assert command.partition("  #")[0].split()[-1].rpartition("/")[2] == image.name().rpartition("/")[2]
    assert image.run_line("docker", image.name()) in commands, "what is printed is what the documents say"
    begun, again = image.run_line("docker", "IMAGE").split(), desk.AGAIN.split()
    assert begun[begun.index("--name") + 1] == again[3] and "--rm" not in begun
