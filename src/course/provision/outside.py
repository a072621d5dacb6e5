"""The world outside the cluster: one container on the kind network with DNS, PostgreSQL, Redis and HTTPS.

From a notebook or the CLI a learner plays the provider: change a record, stop a server, start it again.
"""

from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from course.base import files, ownership, paths, state
from course.base.errors import CourseError, Foreign
from course.base.waiting import until
from course.provision import containers, images, tools
from course.provision.engine import Engine, chosen

NETWORK = "kind"
FOLDER = paths.STATE / "outside"
LOST = "-- zones that are not served --"
ASK_ALL = f"""outside-service status all && echo '{LOST}' && for file in /etc/course/zones/*.zone; do
zone=${{file##*/}}; zone=${{zone%.zone}}; [ "$zone" != root ] || zone=.
dig @127.0.0.1 +short +time=1 +tries=1 "$zone" SOA | grep -qv '^;' || echo "$zone"; done"""
SERVICES = ("dns", "postgres", "redis", "https")
RUNNING = [f"{name} running" for name in SERVICES]  # what `servers` says where all is well
# The names each server can prove to be. The wildcard is the article's own; it covers exactly one label.
CERTIFICATES = {
    "https": ["api.example.com"],
    "postgres": ["*.us-east-1.rds.amazonaws.com"],
    "legacy": ["legacy-api", "legacy.example.net"],
    "inside": ["user-db"],  # for the database that lesson 05 moves into the cluster
}
LABEL_STATE, LABEL_KEY = "course.state", "course.key"
MADE = paths.STATE / "outside.json"  # the id of the container this clone made: one that was moved has another folder
MADE_NETWORK = paths.STATE / "network.json"  # by engine, the id of the network that was made for this clone's cluster


def container() -> str:
    """The container's name."""
    return f"{paths.cluster_name()}-outside"


@dataclass(frozen=True)
class Addresses:
    """IPv4 addresses of the outside world: the servers' own, and a second one that acts as the provider's standby."""

    primary: str
    standby: str


def make_certificates(folder: Path) -> bool:
    """An own CA and one certificate a server, kept until CERTIFICATES or one of the files changes; whether made."""
    made_for = folder / "names.json"
    known = state.read(made_for)
    if known.get("names") == CERTIFICATES and known.get("files") == _digest(folder):
        return False
    import trustme  # loads a cryptography library, which nothing else of the course needs

    authority = trustme.CA(organization_name="The outside world of the course")
    texts = {"ca.crt": authority.cert_pem}
    for name, identities in CERTIFICATES.items():
        certificate = authority.issue_cert(*identities)
        texts |= {f"{name}.key": certificate.private_key_pem, f"{name}.crt": certificate.cert_chain_pems[0]}
    for name, pem in texts.items():
        # Certificates are public: PostgreSQL, which is not root, reads the CA's when it follows another server.
        files.replace(folder / name, pem.bytes().decode(), mode=0o600 if name.endswith(".key") else 0o644)
    state.write(made_for, names=CERTIFICATES, files=_digest(folder))  # last: it marks the folder as complete
    return True


def _digest(folder: Path) -> str:
    """Of the certificates and keys: other ones, or none, where a file was damaged or removed."""
    return tools.hash_of(sorted([*folder.glob("*.crt"), *folder.glob("*.key")]))


def authority() -> Path:
    """The certificate of the outside world's own CA, in PEM."""
    return FOLDER / "tls" / "ca.crt"


def begin(engine: Engine) -> None:
    """Run the container if it is not running, made again if its image is of another version, or it is damaged.

    Does not wait for the servers of a new one: they get ready while something else is made.
    Needs the network, which kind makes with its first cluster and leaves there. CourseError if the container of that
    name is not ours.
    """
    for folder in (FOLDER, FOLDER / "tls"):
        folder.mkdir(parents=True, exist_ok=True)
        # Within the state folder, which is for its owner alone: the servers inside read it as other users.
        folder.chmod(0o755)
    new_certificates = make_certificates(FOLDER / "tls")
    existing = _own(engine)
    current = (existing.state, existing.key) == (str(paths.STATE), images.lab_key()) and not new_certificates
    if existing.id and not (current and _runs_again(engine, existing)):
        containers.remove(engine, existing.id, doing="Removing an outside world that is of no use any more")
        existing = ABSENT
    if not existing.id:
        state.write(MADE, id="")  # it is being made: killed in between, its label says whose it is
        state.write(MADE, id=_create(engine))


def _runs_again(engine: Engine, existing: "Container") -> bool:
    """Start the container if it is not running, or its silent servers if it is; whether that was possible.

    In a container that was running, a silent server was stopped, by a lesson or the learner: or something was damaged.
    """
    if existing.status != "running":
        return _started(engine, existing)
    try:
        until(lambda: _address_known(engine), seconds=10, what="The outside world knowing its address")
    except CourseError:
        return False
    if not _answering(engine):
        with suppress(CourseError):  # whether they answer decides, below
            inside("outside-dns", "render", engine=engine)  # a server that starts reads what is in its folder
            service("start", "all", engine)
            inside("nsd-control", "-c", "/etc/course/nsd.conf", "reload", engine=engine)
    return _answering(engine)


def _started(engine: Engine, existing: "Container") -> bool:
    with suppress(CourseError):  # a new one is made then
        containers.start(engine, existing.id, existing.status, doing="Starting the outside world")
        return True
    return False


def delete(engine: Engine) -> bool:
    """Remove the container if this clone made it; whether there was one. CourseError if it is somebody else's."""
    existing = _own(engine)
    if existing.id:
        containers.remove(engine, existing.id, doing="Removing the outside world")
    MADE.unlink(missing_ok=True)
    return bool(existing.id)


def is_running(engine: Engine) -> bool:
    """Whether the container runs; its servers may still be stopped."""
    return _inspect(engine).status == "running"


def refuse_foreign(engine: Engine) -> None:
    """Foreign if a container of our name exists that this clone did not make: it is left alone.

    Ours, where somebody renamed it or its id was lost, gets its name and its record back.
    """
    _own(engine)


def _own(engine: Engine) -> "Container":
    """Our container, by its own name or under one that somebody gave it; Foreign where another one has our name."""
    made = state.text(state.read(MADE), "id")
    existing = _inspect(engine)
    if not existing.id and made and engine.inspect("container", made, "{{.Id}}") == made:
        engine.output("rename", made, container(), doing="Giving the outside world its name back")
        existing = _inspect(engine)
    if existing.id and not ownership.is_ours(existing.id, made, labelled=existing.state == str(paths.STATE)):
        raise Foreign(
            f"A container named {container()} exists that this copy of the course did not make.",
            "It is left alone: it may be somebody's work, or belong to another clone.",
            f"Rename it ({engine.name} rename {container()} NEW-NAME), "
            f"or use another name here: {ownership.ANOTHER_NAME}",
        )
    if existing.state not in ("", str(paths.STATE)):
        what = f"The container named {container()}"
        ownership.refuse_copy(what, Path(existing.state) / MADE.name, MADE, existing.id)
    if existing.id and existing.id != made:
        state.write(MADE, id=existing.id)  # it was lost: under another name only the id says whose it is
    return existing


def wait_until_answering(engine: Engine) -> None:
    """Each of its servers answers."""
    again = f"{engine.name} rm -f -v {container()}, then ./course up"
    until(lambda: _answering(engine), seconds=60, what="The outside world's servers answering", next=again)


def known_addresses(engine: Engine) -> Addresses:
    """Its addresses as soon as it knows them itself: long before its servers answer.

    A container that was started again has its last address written down until it has found the new one: the engine is
    asked for the one of now.
    """
    again = f"{engine.name} rm -f -v {container()}, then ./course up"
    what = "The outside world knowing its address"
    return until(lambda: _address_known(engine), seconds=60, what=what, next=again)


def _address_known(engine: Engine) -> Addresses | None:
    result = engine.run("exec", container(), "cat", "/run/outside.env")
    known = _addresses(result.stdout) if result.returncode == 0 else None
    return known if known and known.primary == _address_of_now(engine) else None


def _address_of_now(engine: Engine) -> str:
    form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    return engine.inspect("container", container(), form)


def has_network(engine: Engine) -> bool:
    """Whether the network of kind clusters is there."""
    return bool(engine.inspect("network", NETWORK, "{{.Name}}"))


def network_id(engine: Engine) -> str:
    """The id of that network; "" where there is none."""
    return engine.inspect("network", NETWORK, "{{.Id}}" if engine.name == "docker" else "{{.ID}}")


def make_network(engine: Engine) -> None:
    """The network of kind clusters, as kind makes it with its first one; noted, because then it is ours to remove."""
    engine.output("network", "create", "-d", "bridge", NETWORK, doing=f"Making the network {NETWORK}")
    note_network(engine)


def note_network(engine: Engine) -> None:
    """Write down that the network is ours. What was noted of another engine stays: the course may have been in it."""
    state.add(MADE_NETWORK, **{engine.name: network_id(engine)})


def noted_network(engine: Engine) -> str | None:
    """The id of the network that is ours in this engine; None where none is noted. An older note names no engine."""
    noted = state.read(MADE_NETWORK)
    return state.text(noted, engine.name) or state.text(noted, "id")


def delete_network(engine: Engine) -> bool:
    """Remove the network, if it was made for this clone's cluster and nothing is in it; whether it is gone.

    Every kind cluster of this machine is in the network of that name, whoever made it.
    """
    network = network_id(engine)
    if not network:
        return True
    if not ownership.is_ours(network, noted_network(engine), labelled=False):
        return False
    users = engine.output("ps", "-aq", "--filter", f"network={NETWORK}", doing="Asking who is in the network")
    return not users.strip() and engine.run("network", "rm", NETWORK).returncode == 0


class Container(NamedTuple):
    """The container as the engine knows it: its id, its status, and its two labels. All "" where there is none."""

    id: str
    status: str
    state: str
    key: str


ABSENT = Container("", "", "", "")


def _inspect(engine: Engine) -> Container:
    labels = "|".join(f'{{{{index .Config.Labels "{label}"}}}}' for label in (LABEL_STATE, LABEL_KEY))
    fields = containers.fields(engine, container(), f"{containers.FIELDS}|{labels}")
    if not fields:
        return ABSENT
    container_id, reported, pid, folder, key = fields
    return Container(container_id, containers.status(engine, container_id, reported, pid), folder, key)


def _create(engine: Engine) -> str:
    labels = ["--label", f"{LABEL_STATE}={paths.STATE}", "--label", f"{LABEL_KEY}={images.lab_key()}"]
    return engine.output(
        "run", "-d", "--name", container(), "--hostname", "outside", "--network", NETWORK, "--cap-add", "NET_ADMIN",
        "--security-opt", "label=disable",  # SELinux would keep it from reading the folder
        *labels, "-v", f"{FOLDER}:/course:ro", images.lab_name(), "outside",
        doing="Starting the outside world",
    ).strip()  # fmt: skip


def _answering(engine: Engine) -> bool:
    return servers(engine) == RUNNING


def servers(engine: Engine) -> list[str]:
    """A line for each server: `dns running`, or what is wrong with it. A DNS server that lacks a zone does not serve.

    Where the container cannot be asked, that is the one line.
    """
    result = engine.run("exec", container(), "sh", "-c", ASK_ALL)
    if result.returncode:
        return ["its container does not run"]
    lines, _, lost = result.stdout.partition(LOST)
    missing = f"dns runs without its zones {' '.join(lost.split())}"
    return [missing if lost.strip() and line == "dns running" else line for line in lines.splitlines()]


def addresses(engine: Engine) -> Addresses:
    """Where the outside world is now; its address may change when it is made again and after a reboot."""
    text = engine.output(
        "exec", container(), "cat", "/run/outside.env", doing="Asking the outside world for its address"
    )
    known = _addresses(text)
    if known is None:
        raise CourseError(
            "The outside world does not know its address yet.", "It has just been started.", "./course up"
        )
    return known


def _addresses(written: str) -> Addresses | None:
    """What it wrote down about itself; None while that is not complete."""
    values = dict(line.split("=", 1) for line in written.split() if "=" in line)
    return Addresses(values["ADDRESS"], values["STANDBY"]) if "PREFIX" in values else None


def inside(*words: str, engine: Engine | None = None, text: str | None = None) -> str:
    """Run a program in the outside world's container, `text` as its input, and return what it printed."""
    engine = engine or chosen()
    status = _inspect(engine).status
    if status != "running":
        raise CourseError(
            "The outside world is not running.", f"Its container is {status or 'not there'}.", "./course up"
        )
    options = () if text is None else ("-i",)
    process = engine.run("exec", *options, container(), *words, text=text)
    if process.returncode:
        why = (process.stderr or process.stdout).strip()
        raise CourseError(f"{words[0]} in the outside world failed.", why, "./course doctor")
    return process.stdout


def set_record(name: str, kind: str, *values: str) -> None:
    """As the DNS provider: replace all records of a name. `none` as kind removes the name. TTL 5 s.

    The values `primary` and `standby` stand for the outside world's two addresses. CourseError for what can be no
    record, or where the provider's DNS server is stopped; then nothing is changed.
    """
    from course.provision import records  # loads dnspython, which nothing else here needs

    full, removed = records.owner(name), kind.lower() == "none"
    wanted = "none" if removed else records.kind(kind)
    if not values and not removed:
        raise CourseError(f"A {kind} record needs a value.", "", f"course outside record {name} {kind} primary")
    engine = chosen()
    known = asdict(addresses(engine)) if {"primary", "standby"} & set(values) else {}
    texts = [] if removed else [records.value(wanted, known.get(value, value)) for value in values]
    if stopped(engine, "dns"):
        raise CourseError(
            "The provider's DNS server is stopped.", "It takes no change, and none is kept.", "course outside start dns"
        )
    result = engine.run("exec", container(), "outside-dns", "set", full, wanted, *texts)
    if result.returncode:
        before, own, why = (result.stderr or result.stdout).strip().rpartition("outside-dns: ")
        what = "The provider's DNS server refuses the record." if own else "The outside world's DNS cannot be changed."
        raise CourseError(what, why or before, "course outside records" if own else "course doctor")


def changed(engine: Engine) -> list[str]:
    """The stopped servers and the changed records, in words."""
    records = inside("outside-dns", "changed", engine=engine).split()
    return [f"server {name} stopped" for name in stopped(engine)] + [f"record {name}" for name in records]


def stopped(engine: Engine, name: str = "all") -> list[str]:
    """Which of SERVICES do not run, of all or of one."""
    return [line.split()[0] for line in service("status", name, engine).splitlines() if line.endswith("stopped")]


def reset(engine: Engine | None = None) -> None:
    """All records and servers as they were at the start."""
    service("start", "all", engine)
    inside("outside-dns", "reset", engine=engine)


def service(verb: str, name: str, engine: Engine | None = None) -> str:
    """As the provider: `stop` or `start` one of SERVICES, or `all`; `status` says what runs."""
    if name not in (*SERVICES, "all") or verb not in ("stop", "start", "status"):
        raise CourseError(
            f"There is no {verb} {name}.", f"Servers: {', '.join(SERVICES)}, all.", "course outside --help"
        )
    return inside("outside-service", verb, name, engine=engine)
