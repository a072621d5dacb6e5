"""The two images: the lab image (outside world, toolbox, PostgreSQL) and the node image with the lab image baked in.

Where the registry answers, both stand on official images by digest or dated tag. Where it does not, the same Kubernetes
minor is built from Go modules and Debian packages (root only: debootstrap). Finished parts are kept and shared.
"""

import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from shutil import disk_usage, rmtree
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from course.base import files, ownership, paths, shell, state
from course.base.errors import CourseError
from course.base.versions import pinned
from course.provision import offline_node, tools
from course.provision.bakery import Image, commit
from course.provision.engine import LABEL, Engine, Say, apt_install
from course.provision.offline_node import DebianImages

OUTSIDE = paths.CLUSTER_FOLDER / "outside"
PREFIX = "localhost/externalname-"
NODE_REPOSITORY = f"{PREFIX}node"
BASE_REPOSITORY = f"{PREFIX}debian"
LAB_REPOSITORY = f"{PREFIX}lab"
PULLED = paths.STATE / "pulled.json"  # by engine, name to id of each image that was pulled for the course
BUILDING_NEEDS = "Building needs root on Linux (debootstrap)."
CONNECT = "Connect to the internet, then run the same command again."
GIGABYTE = 10**9
A = TypeVar("A")
B = TypeVar("B")


def lab_key() -> str:
    """Changes with everything the lab image is made of."""
    files = sorted(path for path in OUTSIDE.rglob("*") if path.is_file())
    return tools.hash_of(files, pinned().debian_suite)


def node_image(engine: Engine, say: Say = print) -> str:
    """The name of a ready node image with the lab image inside; both are made if they are not there.

    COURSE_NODE_IMAGE: `official` and `build` decide how; any other value is an image of the learner's own to start
    from.
    """
    wanted = os.environ.get("COURSE_NODE_IMAGE", "")
    for kind in [wanted] if wanted else ["official", "build"]:
        if engine.has_image(name := node_name(kind)):
            if not engine.has_image(lab_name()):  # the world outside is made from it; somebody removed it alone
                with workplace(say) as work:
                    _lab(engine, debian_base(work, engine, say), say)
            return name
    started_from = _starting_point(engine, wanted, say)
    return _bake(engine, node_name("build" if started_from is None else wanted or "official"), started_from, say)


def node_name(kind: str) -> str:
    """The baked image of one kind (`official`, `build`, or an image's name), by what it is made of."""
    makings = [path for path in sorted(tools.NODE.iterdir()) if path.is_file()]
    words = [kind, lab_key(), *([pinned().node_official] if kind == "official" else [])]
    return f"{NODE_REPOSITORY}:{tools.hash_of(makings + _modules() if kind == 'build' else [], *words)}"


def _modules() -> list[Path]:
    return sorted(path for path in tools.GO_MODULES.rglob("*") if path.is_file())


def _starting_point(engine: Engine, wanted: str, say: Say) -> str | None:
    """An image to bake into; None means that it has to be built."""
    if wanted == "build":
        return None
    name = pinned().node_official if wanted in ("", "official") else wanted
    if engine.has_image(name):
        return name
    say(f"pulling {name.split('@')[0]}")
    why, next = _pull(engine, name, timeout=1800)
    if not why:
        return name
    if wanted:
        build = " Or: COURSE_NODE_IMAGE=build ./course up" if _may_build() else ""
        raise CourseError(f"The node image {name} cannot be pulled.", why, f"{next}{build}")
    if not _may_build():
        raise CourseError("The node image can be neither pulled nor built.", f"{why} {BUILDING_NEEDS}", next)
    say(f"it cannot be pulled ({why}): building the node image from Go modules and Debian packages instead")
    return None


# What a registry, or the way to it, does wrong: Docker's and Podman's words for it, why, and what to type.
AGAIN = "the same command again"
REFUSALS = (
    (r"toomanyrequests|too many requests|\b429\b",
     "The registry has given enough to this address for now.",
     f"Wait an hour, or log in: {{engine}} login {{registry}}, then {AGAIN}."),
    (r"unauthorized|authentication|denied|\b40[13]\b",
     "The registry wants to know who you are.",
     f"{{engine}} login {{registry}}, then {AGAIN}."),
    (r"digest",
     "What came is not what was asked for: its digest is another one.",
     f"Look for a proxy or a mirror between you and {{registry}}, then {AGAIN}."),
    (r"unexpected EOF|connection reset|broken pipe|\bEOF\b|closed network connection|TLS handshake",
     "The connection broke off in the middle.",
     f"{AGAIN}."),
    (r"not found|manifest unknown|name unknown",
     "The registry does not have it.",
     f"Look at its name in cluster/versions.toml or COURSE_NODE_IMAGE, then {AGAIN}."),
)  # fmt: skip


def _pull(engine: Engine, name: str, timeout: float) -> tuple[str, str]:
    """Pull an image and note it for `down --all`; ("", ""), or why it cannot be pulled, and what to type.

    CourseError for a full disk.
    """
    result = engine.run("pull", "-q", name, timeout=timeout)
    if "no space left" in result.stderr.lower():
        raise CourseError(
            f"{name} cannot be pulled.", "No space is left.", "Free some disk space (df -h), then try again."
        )
    if result.returncode:
        return _refusal(engine, name, result.stderr)
    pulled_now = {name: engine.inspect("image", name, "{{.Id}}")}
    state.add(PULLED, **{engine.name: _noted(engine) | pulled_now})
    return "", ""


def _refusal(engine: Engine, name: str, stderr: str) -> tuple[str, str]:
    """Why a pull failed, and what to type: in our words where the cause is known, with the engine's behind them."""
    first = name.partition("/")[0]
    registry = first if "." in first or ":" in first else "docker.io"
    words = shell.last_words(stderr, 1)
    for pattern, why, next in REFUSALS:
        if re.search(pattern, stderr, re.IGNORECASE):
            return f"{why} {engine.name}: {words}", next.format(engine=engine.name, registry=registry)
    return f"{words}.", CONNECT


def _noted(engine: Engine) -> dict[str, str]:
    known = state.read(PULLED)
    noted = [known.get(key) for key in ("images", engine.name)]  # the first of versions before engines were told apart
    return {str(name): str(image) for one in noted if isinstance(one, dict) for name, image in one.items()}


def pulled(engine: Engine) -> list[str]:
    """The images that were pulled for the course, were not there before, and are still the same ones."""
    present = {name: engine.inspect("image", name, "{{.Id}}") for name in _noted(engine)}
    return [name for name, image in _noted(engine).items() if ownership.is_ours(present[name], image, labelled=False)]


def _bake(engine: Engine, name: str, started_from: str | None, say: Say) -> str:
    with workplace(say) as work:
        return _bake_in(work, engine, name, started_from, say)


@contextmanager
def workplace(say: Say) -> Iterator[Path]:
    """A folder in the cache for one build at a time, over all clones; who waits is told for whom.

    What a killed build left there is removed first.
    """
    work = paths.cache() / "work"
    waiting = "waiting: another copy of the course builds in the same cache"
    with files.lock(_build_lock(), waiting=lambda who: say(f"{waiting}, {who}")):
        rmtree(work, ignore_errors=True)
        work.mkdir()
        yield work
        rmtree(work, ignore_errors=True)


def _build_lock() -> Path:
    return paths.cache() / "build.lock"


def building() -> bool:
    """Whether a build is at work in the cache right now, of any clone."""
    return files.is_locked(_build_lock())


def _bake_in(work: Path, engine: Engine, name: str, started_from: str | None, say: Say) -> str:
    if started_from is not None:
        lab = Image(_lab(engine, debian_base(work, engine, say), say), (pinned().lab_image,))
        say("putting the lab image into the node image (half a minute)")
        commit(work, engine, started_from, [lab], name, "official")
        return name
    _check_build(say)
    say(
        f"building takes about 10 minutes on 2 cores, once; logs in {paths.LOGS}, "
        f"finished parts are kept in {paths.cache()}"
    )
    # The compilers never wait: the Debian parts are made beside the first programs, the node beside the last ones.
    programs, debian = _side_by_side(offline_node.main_programs, lambda say: _debian_parts(work, engine, say), say)
    halfway, others = _side_by_side(
        lambda say: _halfway(work, engine, name, programs, debian, say), offline_node.other_programs, say
    )
    say("putting the last images into the node image (a quarter of a minute)")
    go_cache = threading.Thread(
        target=rmtree, args=(paths.cache() / "go", True)
    )  # gigabytes that only another version would need again
    go_cache.start()
    images = offline_node.other_images(work, engine, programs | others, debian)
    commit(work, engine, halfway, images, name, "built")
    for image in [halfway, *(image.local for image in images)]:
        engine.run("rmi", "-f", image)
    go_cache.join()
    return name


def _halfway(work: Path, engine: Engine, name: str, programs: dict[str, Path], debian: DebianImages, say: Say) -> str:
    """The node with all but the images that are ready last, kept in case the build is interrupted after it."""
    halfway = f"{name}-halfway"
    if not engine.has_image(halfway):
        bare, kubernetes = offline_node.node(work, engine, programs, debian, say)
        say("putting the first images into the node image (half a minute)")
        commit(work, engine, bare, [*kubernetes, Image(debian.lab, (pinned().lab_image,))], halfway, "halfway")
        for image in (bare, *(image.local for image in kubernetes)):
            engine.run("rmi", "-f", image)
    return halfway


def _side_by_side(one: Callable[[Say], A], other: Callable[[Say], B], say: Say) -> tuple[A, B]:
    """Both at once.

    When one fails, or at Ctrl-C, the other ends with the part that it is at: each part begins by saying so.
    """
    stopped = threading.Event()

    def say_and_go_on(text: str) -> None:
        if stopped.is_set():
            raise CourseError("Stopped.", "The other half of the build failed.")
        say(text)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(one, say_and_go_on), pool.submit(other, say_and_go_on)
        try:
            both: tuple[Future[Any], ...] = (first, second)
            for future in wait(both, return_when=FIRST_EXCEPTION).done:
                future.result()
        except BaseException:
            stopped.set()
            say("stopping; a part that is being built is finished first, and kept")
            raise
        return first.result(), second.result()


def _check_build(say: Say) -> None:
    cache = paths.cache()
    cache.mkdir(parents=True, exist_ok=True)
    free = disk_usage(cache).free
    if free < 8 * GIGABYTE:
        raise CourseError(
            f"There is no space left to build the node image: {free / GIGABYTE:.1f} GB free under {cache}.",
            "The build needs 8 GB for a while and keeps 3 GB.",
            "Free some space, or set COURSE_CACHE to a folder on a larger disk.",
        )
    if not _may_build():
        raise CourseError("The images cannot be built here.", BUILDING_NEEDS, CONNECT)
    apt_install(("debootstrap",), "debootstrap, for the offline build", say)


def _may_build() -> bool:
    return sys.platform == "linux" and os.geteuid() == 0


def _debian_parts(work: Path, engine: Engine, say: Say) -> DebianImages:
    debian = debian_base(work, engine, say)
    lab = _lab(engine, debian, say)
    say("installing the node's Debian packages (half a minute)")
    key = tools.hash_of([tools.NODE / "Dockerfile.base"], debian)
    names = {target: f"localhost/externalname-{target}:{key}" for target in ("packet-tools", "node-base")}
    for target, name in names.items():
        if not engine.has_image(name):
            engine.build(name, tools.NODE, "Dockerfile.base", {"BASE": debian}, target)
    return DebianImages(names["packet-tools"], names["node-base"], lab)


def debian_base(place: Path, engine: Engine, say: Say) -> str:
    """A Debian base image: the official one, or one made with debootstrap from the mirror apt is set up with."""
    official = pinned().debian_official
    own = f"{BASE_REPOSITORY}:{pinned().debian_suite}"
    for name in (official, own):
        if engine.has_image(name):
            return name
    why, next = _pull(engine, official, timeout=600)
    if not why:
        return official
    if not _may_build():
        raise CourseError("A Debian image can be neither pulled nor built.", f"{why} {BUILDING_NEEDS}", next)
    _check_build(say)
    say("making a Debian base with debootstrap (about a minute)")
    with TemporaryDirectory(dir=place) as work:
        root = Path(work) / "root"
        mirror = debian_mirror()
        words: list[str | Path] = [
            "debootstrap",
            "--variant=minbase",
            pinned().debian_suite,
            root,
            *([mirror] if mirror else []),
        ]
        shell.logged(words, log="debian", doing="Making the Debian base")
        for leftovers in ("var/cache/apt/archives", "var/lib/apt/lists"):
            rmtree(root / leftovers, ignore_errors=True)
        tar = Path(work) / "root.tar"
        shell.logged(["tar", "-C", root, "-cf", tar, "."], log="debian", doing="Packing the Debian base")
        label = f"LABEL {LABEL}={own}"
        engine.output("import", "--change", label, tar, own, doing="Importing the Debian base", timeout=300)
    return own


def debian_mirror() -> str | None:
    """The mirror that this machine's apt uses for Debian's main archive; None where it is not a Debian."""
    listed = shell.run(["apt-get", "indextargets", "--format", "$(SITE) $(CODENAME)", "Created-By: Packages"])
    sites = [line.split()[0] for line in listed.stdout.splitlines() if line.split()[1:] == [pinned().debian_suite]]
    return next(iter(sites), None)


def lab_name() -> str:
    """The engine's name of the lab image."""
    return f"{LAB_REPOSITORY}:{lab_key()}"


def _lab(engine: Engine, debian: str, say: Say) -> str:
    name = lab_name()
    if not engine.has_image(name):
        say("making the lab image: PostgreSQL, Redis, NSD, nginx and the DNS tools (about a minute)")
        engine.build(name, OUTSIDE, "Dockerfile", {"BASE": debian})
    return name


CACHED = ("parts", "work", "go", r"(go|requirements)-.*", r".*\.lock")  # all that the course keeps in the cache


def remove_cache() -> list[str] | None:
    """Remove the cache of all clones; what is left in it is not of the course. None while one is building with it."""
    with files.lock_if_free(_build_lock()) as free:
        return ownership.remove_files(paths.cache(), CACHED) if free else None


def own(engine: Engine) -> list[str]:
    """The names of all images that this course made in the engine.

    Their label is the name that they were made under. An image that somebody builds upon one of ours inherits it, and
    has another id.
    """
    form = "{{.Repository}}:{{.Tag}} {{.ID}}"
    words = ("images", "--no-trunc", "--filter", f"label={LABEL}", "--format", form)
    ids = dict(line.split() for line in engine.output(*words, doing="Listing the images").splitlines())
    ours = {name: image for name, image in ids.items() if name.startswith(PREFIX)}
    made_as = {
        image: engine.inspect("image", image, f'{{{{index .Config.Labels "{LABEL}"}}}}') for image in ours.values()
    }
    return sorted(
        name for name, image in ours.items() if ownership.is_ours(image, ids.get(made_as[image]), labelled=False)
    )


def unlabelled(engine: Engine) -> list[str]:
    """The images with a name like ours that are not ours, or that an earlier version of the course made."""
    listed = engine.output("images", "--format", "{{.Repository}}:{{.Tag}}", doing="Listing the images").split()
    return sorted({name for name in listed if name.startswith(PREFIX)} - set(own(engine)))
