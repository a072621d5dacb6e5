"""The world outside the cluster: one container on the kind network with DNS, PostgreSQL, Redis and HTTPS.

From a notebook or the CLI a learner plays the provider: change a record, stop a server, start it again.
"""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from course.base import paths
from course.base.errors import CourseError
from course.base.waiting import until
from course.provision import images
from course.provision.engine import Engine, choose

NETWORK = "kind"
FOLDER = paths.STATE / "outside"
SERVICES = ("dns", "postgres", "redis", "https")
# The names each server can prove to be. The wildcard is the article's own; it covers exactly one label.
CERTIFICATES = {
    "https": ["api.example.com"],
    "postgres": ["*.us-east-1.rds.amazonaws.com"],
    "legacy": ["legacy-api", "legacy.example.net"],
    "inside": ["user-db"],  # for the database that lesson 05 moves into the cluster
}
LABEL_ROOT, LABEL_KEY = "course.root", "course.key"


def container() -> str:
    """The container's name."""
    return f"{paths.cluster_name()}-outside"


@dataclass(frozen=True)
class Addresses:
    """IPv4 addresses of the outside world: the servers' own, and a second one that acts as the provider's standby."""

    primary: str
    standby: str


def make_certificates(folder: Path) -> None:
    """An own CA and one certificate a server, kept until CERTIFICATES changes."""
    made_for = folder / "names.json"
    if made_for.exists() and made_for.read_text() == json.dumps(CERTIFICATES):
        return
    import trustme  # loads a cryptography library, which nothing else of the course needs

    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA(organization_name="The outside world of the course")
    for name, identities in CERTIFICATES.items():
        made = authority.issue_cert(*identities)
        made.private_key_pem.write_to_path(folder / f"{name}.key")
        made.cert_chain_pems[0].write_to_path(folder / f"{name}.crt")
    authority.cert_pem.write_to_path(folder / "ca.crt")
    made_for.write_text(json.dumps(CERTIFICATES))  # last: it marks the folder as complete


def authority() -> Path:
    """The certificate of the outside world's own CA, in PEM."""
    return FOLDER / "tls" / "ca.crt"


def begin(engine: Engine) -> bool:
    """Run the container if it is not running, made again if its image is of another version; whether it was running already.

    Does not wait for its servers: they get ready while something else is made. Needs the network, which kind makes with
    its first cluster and leaves there.
    """
    make_certificates(FOLDER / "tls")
    status, root, key = _inspect(engine)
    if status and (root, key) != (str(paths.ROOT), images.lab_key()):
        engine.output("rm", "-f", "-v", container(), doing="Removing the outside world of an older version")
        status = ""
    if not status:
        _create(engine)
    elif status != "running":
        engine.output("start", container(), doing="Starting the outside world")
    return status == "running"


def wait_until_answering(engine: Engine, *, was_running: bool) -> None:
    """Each of its servers answers. In a container that was running, a silent one was stopped, by a lesson or the learner."""
    if was_running:
        if _answering(engine):
            return
        with suppress(CourseError):  # whether they answer decides, below
            service("start", "all", engine)
    logs = f"{engine.name} logs {container()}"
    until(lambda: _answering(engine), seconds=60, what="The outside world's servers answering", next=logs)


def known_addresses(engine: Engine) -> Addresses:
    """Its addresses as soon as it knows them itself: long before its servers answer.

    A container that was started again has its last address written down until it has found the new one: the engine is asked
    for the one of now.
    """

    def known() -> Addresses | None:
        said = engine.run("exec", container(), "cat", "/run/outside.env")
        found = _addresses(said.stdout) if said.returncode == 0 else None
        return found if found and found.primary == _address_of_now(engine) else None

    return until(known, seconds=60, what="The outside world knowing its address", next=f"{engine.name} logs {container()}")


def _address_of_now(engine: Engine) -> str:
    form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    return engine.run("container", "inspect", "--format", form, container()).stdout.strip()


def has_network(engine: Engine) -> bool:
    """Whether the network of kind clusters is there."""
    return engine.run("network", "inspect", NETWORK).returncode == 0


def _inspect(engine: Engine) -> tuple[str, str, str]:
    form = f'{{{{.State.Status}}}}|{{{{index .Config.Labels "{LABEL_ROOT}"}}}}|{{{{index .Config.Labels "{LABEL_KEY}"}}}}'
    said = engine.run("container", "inspect", "--format", form, container())
    if said.returncode:
        return "", "", ""
    status, root, key = said.stdout.strip().split("|")
    return status, root, key


def _create(engine: Engine) -> None:
    labels = ["--label", f"{LABEL_ROOT}={paths.ROOT}", "--label", f"{LABEL_KEY}={images.lab_key()}"]
    engine.output(
        "run", "-d", "--name", container(), "--hostname", "outside", "--network", NETWORK, "--cap-add", "NET_ADMIN",
        "--security-opt", "label=disable",  # SELinux would keep it from reading the folder
        *labels, "-v", f"{FOLDER}:/course:ro", images.lab_name(), "tini", "-g", "--", "outside",
        doing="Starting the outside world",
    )  # fmt: skip


def _answering(engine: Engine) -> bool:
    said = engine.run("exec", container(), "outside-service", "status", "all")
    return said.returncode == 0 and said.stdout.count("running") == len(SERVICES)


def addresses(engine: Engine) -> Addresses:
    """Where the outside world is now; its address may change when it is made again and after a reboot."""
    said = engine.output("exec", container(), "cat", "/run/outside.env", doing="Asking the outside world for its address")
    found = _addresses(said)
    if found is None:
        raise CourseError("The outside world does not know its address yet.", "It has just been started.", "./course up")
    return found


def _addresses(written: str) -> Addresses | None:
    """What it wrote down about itself; None while that is not complete."""
    values = dict(line.split("=", 1) for line in written.split())
    return Addresses(values["ADDRESS"], values["STANDBY"]) if "PREFIX" in values else None


def inside(*words: str, engine: Engine | None = None) -> str:
    """Run a program in the outside world's container and return what it printed."""
    found = engine or choose(install=False)
    status, _, _ = _inspect(found)
    if status != "running":
        raise CourseError("The outside world is not running.", f"Its container is {status or 'not there'}.", "./course up")
    done = found.run("exec", container(), *words)
    if done.returncode:
        raise CourseError(f"{words[0]} in the outside world failed.", (done.stderr or done.stdout).strip(), "./course doctor")
    return done.stdout


def set_record(name: str, kind: str, *values: str) -> None:
    """As the DNS provider: replace all records of a name. `none` as kind removes the name. TTL 5 s.

    The values `primary` and `standby` stand for the outside world's two addresses.
    """
    if not values and kind.lower() != "none":
        raise CourseError(f"A {kind} record needs a value.", "", f"course outside record {name} {kind} primary")
    if kind.upper() == "CNAME":
        values = tuple(value.rstrip(".") + "." for value in values)  # without the dot a zone file adds its own name
    known = asdict(addresses(choose(install=False))) if {"primary", "standby"} & set(values) else {}
    inside("outside-dns", "set", name, kind.lower() if kind.lower() == "none" else kind, *(known.get(v, v) for v in values))


def changed(engine: Engine) -> list[str]:
    """The stopped servers and the changed records, in words."""
    records = inside("outside-dns", "changed", engine=engine).split()
    return [f"server {name} stopped" for name in stopped(engine)] + [f"record {name}" for name in records]


def stopped(engine: Engine) -> list[str]:
    """Which of SERVICES do not run."""
    return [line.split()[0] for line in service("status", "all", engine).splitlines() if line.endswith("stopped")]


def reset(engine: Engine | None = None) -> None:
    """All records and servers as they were at the start."""
    service("start", "all", engine)
    inside("outside-dns", "reset", engine=engine)


def service(verb: str, name: str, engine: Engine | None = None) -> str:
    """As the provider: `stop` or `start` one of SERVICES, or `all`; `status` says what runs."""
    if name not in (*SERVICES, "all") or verb not in ("stop", "start", "status"):
        raise CourseError(f"There is no {verb} {name}.", f"Servers: {', '.join(SERVICES)}, all.", "course outside --help")
    return inside("outside-service", verb, name, engine=engine)
