"""`course workshop up --context`: a hub in a cluster that is there already; what it refuses, and that all of it goes.

The cluster is the one of these tests, which stands for a facilitator's. No desk is started: tests/machine does that.
A provider of sign-ins is a JupyterHub of its own: it speaks OAuth 2 with PKCE, and the hub's image has it already.
"""

import io
import os
import re
import socket
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests
import yaml

from course.base import paths, shell
from course.base.errors import CourseError, Foreign
from course.base.waiting import until
from course.kube import kubectl
from course.provision import kind_cluster
from course.provision.engine import Engine
from course.workshop import elsewhere, hub, provider
from tests import daily

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(not daily.EVERYTHING, reason="in ./course test --all: the hub's image is built and carried"),
    pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="its image is made by root, on Linux"),
]
STRICT = """apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: course-test-strict}
spec:
  matchConstraints:
    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: workshop}}
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
  validations:
    - {expression: "!object.spec.containers.exists(c, has(c.securityContext) && c.securityContext.privileged == true)",
       message: no privileged Pods here}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: course-test-strict}
spec: {policyName: course-test-strict, validationActions: [Deny]}
"""

SCHOOL = "course-test-school"  # the provider's namespace
# One client, the room; whoever has the password is who they say.
PROVIDER = """
c.JupyterHub.bind_url = "http://:8000"
c.JupyterHub.authenticator_class, c.JupyterHub.spawner_class = "dummy", "simple"
c.DummyAuthenticator.password, c.Authenticator.allow_all = "of the school", True
c.JupyterHub.services = [{"name": "room", "api_token": "SECRET", "oauth_client_id": "service-room",
                          "oauth_redirect_uri": "CALLBACK", "oauth_no_confirm": True}]
c.JupyterHub.load_roles = [{"name": "user", "scopes": ["self", "access:services!service=room"]}]
"""
REGISTRY = 5998  # a port of the node's loopback, at which nobody answers
# What a desk says to who tries it (workshop/trial.py): an image of three megabytes, which says a version.
SAYS = "#!/bin/sh\necho {version}\n"
RUNTIME = """
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: course-test-runtime}
handler: runc
"""


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes a desk that says this version and no more, on the tests' node."""
    made: list[str] = []

    def make(says: str) -> str:
        name = f"localhost/course-test-desk:{says}"
        tar = tmp_path / "desk.tar"
        with tarfile.open(tar, "w", dereference=True) as root:
            for path in ("/bin/sh", *libraries("/bin/sh")):
                root.add(path)
            script = SAYS.format(version=says).encode()
            entry = tarfile.TarInfo("course/.venv/bin/python")
            entry.mode, entry.size = 0o755, len(script)
            root.addfile(entry, io.BytesIO(script))
        engine.output("import", tar, name, doing="Making a desk that says a version")
        made.append(name)
        hub.load(engine, name, kind_cluster.node())
        return name

    yield make
    for name in made:
        engine.run("rmi", name)


def libraries(program: str) -> list[str]:
    said = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return re.findall(r"/\S+", said)


@pytest.fixture
def place(cluster: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[elsewhere.Place]:
    """The tests' cluster, by its context in the kubeconfig of a facilitator."""
    monkeypatch.setenv("KUBECONFIG", str(paths.KUBECONFIG))
    for name in ("RECORD", "KUBECONFIG", "EXPORTED"):
        monkeypatch.setattr(hub, name, tmp_path / name.lower())
    yield elsewhere.Place(kubectl.context(), yes=True)
    kubectl.output("delete", "namespace", hub.NAMESPACE, "--ignore-not-found", "--timeout=240s", timeout=250)


@pytest.fixture
def hub_image(
    place: elsewhere.Place, engine: Engine, desk: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> str:
    """The hub's image, on the tests' node beside a desk of this version, which is the room's; its name."""
    of_desks = desk(version("externalname-course"))
    monkeypatch.setattr(hub, "desk_image", lambda engine, say: of_desks)
    name = hub.build(engine, print)
    hub.load(engine, name, kind_cluster.node())
    return name


def test_what_it_cannot_use_is_said_before_anything_is_made(
    place: elsewhere.Place, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    context = place.context

    def refused(given: elsewhere.Place, seats: int = 1) -> CourseError:
        with pytest.raises(CourseError) as caught:
            elsewhere.up(engine, seats, given, print)
        return caught.value

    assert "no context 'nowhere'" in refused(elsewhere.Place("nowhere")).what
    beside = refused(elsewhere.Place(context))
    assert f"{kubectl.TOOLBOX[0]} (1)" in beside.what
    assert beside.next.endswith(f"./course workshop up --seats 1 --context {context} --yes")
    assert "A desk is a privileged Pod" in capsys.readouterr().out, "what will be made is said first"
    assert "do not fit" in refused(place, 300).what
    kubectl.output("create", "namespace", hub.NAMESPACE)
    with pytest.raises(Foreign, match="did not make"):
        elsewhere.up(engine, 1, place, print)
    kubectl.output("delete", "namespace", hub.NAMESPACE, timeout=250)
    default = (
        "{.items[?(@.metadata.annotations.storageclass\\.kubernetes\\.io/is-default-class=='true')].metadata.name}"
    )
    name = kubectl.output("get", "storageclasses", "-o", f"jsonpath={default}")
    mark = ("annotate", "--overwrite", "storageclass", name)
    kubectl.output(*mark, f"{elsewhere.DEFAULT_CLASS}=false")
    try:
        assert f"annotate storageclass {name}" in refused(place).next
    finally:
        kubectl.output(*mark, f"{elsewhere.DEFAULT_CLASS}=true")
    assert not hub.KUBECONFIG.exists() and not hub.RECORD.exists()


def test_a_check_says_that_all_is_there_and_leaves_nothing(place: elsewhere.Place) -> None:
    found = elsewhere.check(1, place)
    assert [finding.good for finding in found] == [True] * 4 and found[-1].text == "it takes privileged Pods"
    assert hub.NAMESPACE not in kubectl.output("get", "namespaces", "-o", "name") and not hub.RECORD.exists()


def test_a_cluster_without_privileged_pods_has_no_room(place: elsewhere.Place, engine: Engine) -> None:
    """A policy is in force a moment after it is there: the test asks as the course does, until it is."""
    kubectl.apply(STRICT)
    try:
        kubectl.output("create", "namespace", hub.NAMESPACE)
        probe = ("run", "probe", "-n", hub.NAMESPACE, "--image=none", "--privileged", "--dry-run=server")
        until_refused(probe)
        kubectl.output("delete", "namespace", hub.NAMESPACE, timeout=250)
        with pytest.raises(CourseError, match="takes no privileged Pods") as caught:
            elsewhere.up(engine, 1, place, print)
        assert "no privileged Pods here" in caught.value.why
        assert elsewhere.check(1, place)[-1].text.startswith(caught.value.what)
        assert hub.NAMESPACE not in kubectl.output("get", "namespaces", "-o", "name")
    finally:
        for document in yaml.safe_load_all(STRICT):
            kubectl.output("delete", document["kind"], document["metadata"]["name"])


def until_refused(words: tuple[str, ...]) -> None:
    until(lambda: "no privileged" in kubectl.run(*words).stderr, seconds=180, what="The policy being in force")


def test_a_hub_is_made_there_and_goes_again(
    place: elsewhere.Place,
    engine: Engine,
    hub_image: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    room = elsewhere.up(engine, 1, place, print)
    assert room.password and hub.elsewhere() == place.context
    assert elsewhere.up(engine, 1, place, print).code == room.code, "a second time it is as it was"
    with monkeypatch.context() as another:
        for file in ("RECORD", "KUBECONFIG"):
            another.setattr(hub, file, tmp_path / f"another-{file}")
        with pytest.raises(Foreign, match="did not make"):
            elsewhere.up(engine, 1, place, print)
    script = "import urllib.request; print(urllib.request.urlopen('http://proxy:8000/hub/login').status)"
    assert hub.kubectl("exec", "deployment/hub", "--", "python", "-c", script).strip() == "200"
    assert hub.seats(engine) == []
    with pytest.raises(CourseError, match="The hub is up already"):
        hub.up(engine, 1, print)
    elsewhere.down(print)
    assert hub.NAMESPACE not in kubectl.output("get", "namespaces", "-o", "name")
    assert not hub.RECORD.exists() and not hub.KUBECONFIG.exists()


def test_what_nodes_cannot_have_and_what_is_no_desk_of_the_hubs_is_said_before_anybody_waits(
    place: elsewhere.Place, engine: Engine, desk: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "build", lambda engine, say: "localhost/no-hub:1")

    def refused(of_desks: str) -> CourseError:
        monkeypatch.setattr(hub, "desk_image", lambda engine, say: of_desks)
        with pytest.raises(CourseError) as caught:
            elsewhere.up(engine, 1, place, print)
        assert hub.kubectl("get", "pods,deployments", "-o", "name") == "", "nothing of it is left"
        return caught.value

    other = refused(desk("0.0.9"))
    assert "version '0.0.9'" in other.what and version("externalname-course") in other.what
    assert "course workshop image" in other.next
    nowhere = refused("localhost/course-test-desk:nowhere")
    assert "cannot get localhost/course-test-desk:nowhere" in nowhere.what and "--registry" in nowhere.next
    silent = refused(f"127.0.0.1:{REGISTRY}/desk:1")
    assert f"cannot get 127.0.0.1:{REGISTRY}" in silent.what and str(REGISTRY) in silent.why
    assert "create secret docker-registry" in silent.next
    elsewhere.down(print)


def test_a_provider_signs_people_in_and_a_desk_has_the_runtime_of_the_room(
    place: elsewhere.Place,
    engine: Engine,
    hub_image: str,
    tmp_path: Path,
) -> None:
    kubectl.apply(RUNTIME)
    port = free_port()
    try:
        with school(hub_image, port) as at, room(place, engine, settings(tmp_path, at, port), port) as address:
            prof, ada, mallory = (enter(who, address) for who in ("prof", "ada", "mallory"))
            assert "Sign in with the school" in requests.get(f"{address}/hub/login", timeout=60).text
            assert prof.get(f"{address}/hub/admin", timeout=60).status_code == 200, "who is named is the facilitator"
            assert ada.get(f"{address}/hub/admin", timeout=60).status_code == 403
            assert "ada" in ada.get(f"{address}/hub/home", timeout=60).text
            led_to = mallory.get(f"{address}/hub/home", timeout=60).url
            assert "/hub/login" in led_to, "the school knows her, the room does not"
            ada.get(f"{address}/hub/spawn", timeout=60)
            form = "jsonpath={.items[*].spec.runtimeClassName}"
            until(
                lambda: hub.kubectl("get", "pods", "-l", hub.DESKS, "-o", form) == "course-test-runtime",
                seconds=180,
                what="A desk with the room's runtime",
            )
        assert hub.administrator() == ("the school", "prof")
    finally:
        kubectl.output("delete", "namespace", SCHOOL, "--ignore-not-found", "--timeout=240s", timeout=250)
        kubectl.output("delete", "runtimeclass", "course-test-runtime")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def school(image_of_the_hub: str, port: int) -> Iterator[str]:
    """A JupyterHub that knows people; its address here. By another name of this machine: cookies know no ports."""
    callback = f"http://127.0.0.1:{port}/hub/oauth_callback"
    config = PROVIDER.replace("CALLBACK", callback).replace("SECRET", "a" * 64)
    kubectl.output("create", "namespace", SCHOOL)
    kubectl.output(
        *("create", "configmap", "school", "-n", SCHOOL, f"--from-literal=config.py={config}"),
    )
    kubectl.apply(yaml.safe_dump_all(_school(image_of_the_hub)))
    kubectl.output("wait", "-n", SCHOOL, "pod/school", "--for=condition=Ready", "--timeout=240s", timeout=250)
    own = free_port()
    with forwarded(SCHOOL, "service/school", own):
        yield f"http://localhost:{own}"


def _school(image_of_the_hub: str) -> list[dict[str, object]]:
    metadata = {"name": "school", "namespace": SCHOOL, "labels": {"app": "school"}}
    container = {
        "name": "school",
        "image": image_of_the_hub,
        "command": ["tini", "--", "jupyterhub", "--config", "/etc/school/config.py"],
        "readinessProbe": {"httpGet": {"path": "/hub/health", "port": 8000}, "periodSeconds": 2},
        "volumeMounts": [{"name": "config", "mountPath": "/etc/school"}],
    }
    spec = {"containers": [container], "volumes": [{"name": "config", "configMap": {"name": "school"}}]}
    service = {"selector": {"app": "school"}, "ports": [{"port": 8000}]}
    return [
        {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec},
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": service},
    ]


def settings(folder: Path, at: str, port: int) -> dict[str, str]:
    """What a facilitator writes down: browsers reach the school here, the hub reaches it in the cluster."""
    inside = f"http://school.{SCHOOL}.svc:8000/hub/api"
    file = folder / "school.env"
    lines = {
        "OAUTH_CLIENT_ID": "service-room",
        "OAUTH_CLIENT_SECRET": "a" * 64,
        "OAUTH2_AUTHORIZE_URL": f"{at}/hub/api/oauth2/authorize",
        "OAUTH2_TOKEN_URL": f"{inside}/oauth2/token",
        "OAUTH2_USERDATA_URL": f"{inside}/user",
        "OAUTH2_USERNAME_KEY": "name",
        "OAUTH_CALLBACK_URL": f"http://127.0.0.1:{port}/hub/oauth_callback",
        "OAUTH_ADMIN": "prof",
        "OAUTH_ALLOWED": "ada, grace",
        "LOGIN_SERVICE": "the school",
    }
    file.write_text("".join(f"{key}={value}\n" for key, value in lines.items()))
    with pytest.MonkeyPatch.context() as elsewhere_than_here:  # the folder of a test lies in the clone
        elsewhere_than_here.setattr(paths, "ROOT", folder / "clone")
        return provider.read(file)


@contextmanager
def room(place: elsewhere.Place, engine: Engine, given: dict[str, str], port: int) -> Iterator[str]:
    """The hub with this provider and a runtime; its address here."""
    elsewhere.up(engine, 2, place, print, wishes=hub.Wishes(given, "course-test-runtime"))
    with forwarded(hub.NAMESPACE, "service/proxy", port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def forwarded(namespace: str, what: str, port: int) -> Iterator[None]:
    words = ["kubectl", "port-forward", "-n", namespace, what, f"{port}:8000"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=shell.environment()) as process:
        try:
            assert process.stdout and "Forwarding" in process.stdout.readline()
            yield
        finally:
            process.terminate()


def enter(name: str, address: str) -> requests.Session:
    """As a browser that presses the button, and signs in where it is led to."""
    session = requests.Session()
    form = session.get(f"{address}/hub/oauth_login?next=%2Fhub%2Fhome", timeout=60)
    assert "localhost" in form.url, "the browser is at the school"
    token = re.search(r'name="_xsrf" value="([^"]+)"', form.text)
    action = re.search(r'<form action="([^"]+)"', form.text)
    assert token and action
    data = {"username": name, "password": "of the school", "_xsrf": token[1]}
    session.post(urljoin(form.url, action[1].replace("&amp;", "&")), data=data, timeout=60)
    return session
