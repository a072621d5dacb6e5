"""Notices that the cluster changed without asking again and again: one open watch of the API for each kind.

An idle watch costs nothing; a new `kubectl get` every few seconds would take a tenth of a processor.
"""

import base64
import contextlib
import http.client
import ssl
import tempfile
import threading
from urllib.parse import urlsplit

import yaml

from course.base import files, paths
from course.base.errors import CourseError
from course.kube import kubectl

# What a learner changes to mend an alias. What is missing here is seen by whoever looks now and then all the same.
KINDS = (
    "api/v1/namespaces",
    "api/v1/services",
    "api/v1/pods",
    "api/v1/configmaps",
    "api/v1/endpoints",
    "api/v1/secrets",
    "apis/apps/v1/deployments",
    "apis/discovery.k8s.io/v1/endpointslices",
    "apis/networking.k8s.io/v1/networkpolicies",
    "apis/networking.k8s.io/v1/ingresses",
    "apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
    "apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings",
)
NAMES_ONLY = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"  # no Secret's content leaves the API
AGAIN = 5.0  # seconds until a watch that ended is opened again; the API ends each after half an hour or so


class Watch:
    """Counts changes of the cluster until it is stopped. To open a watch counts, too: nobody looked before."""

    def __init__(self) -> None:
        """Begin at once; CourseError where there is no kubeconfig of the course."""
        self.changes = 0
        self._stopped = threading.Event()
        self._open: set[http.client.HTTPSConnection] = set()
        self._host, self._tls = urlsplit(kubectl.server()).netloc, credentials()
        for kind in KINDS:
            threading.Thread(target=self._follow, args=(kind,), daemon=True).start()

    def _follow(self, kind: str) -> None:
        while not self._stopped.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError):  # the cluster is gone, or was
                self._read(kind)
            self._stopped.wait(AGAIN)

    def _read(self, kind: str) -> None:
        connection = http.client.HTTPSConnection(self._host, context=self._tls)
        self._open.add(connection)
        try:
            connection.request("GET", f"/{kind}?watch=1", headers={"Accept": NAMES_ONLY})
            for _ in connection.getresponse():
                self.changes += 1
        finally:
            self._open.discard(connection)
            connection.close()

    def stop(self) -> None:
        """End it; its threads end by themselves."""
        self._stopped.set()
        for connection in tuple(self._open):
            if connection.sock:
                with contextlib.suppress(OSError):  # it ended meanwhile
                    connection.sock.shutdown(2)


def credentials() -> ssl.SSLContext:
    """What the course's kubeconfig has for its one user and cluster; CourseError where it is not there or damaged."""
    try:
        config = yaml.safe_load(paths.KUBECONFIG.read_text())
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        pair = b"\n".join(base64.b64decode(user[f"client-{part}-data"]) for part in ("certificate", "key"))
        return _context(authority, pair)
    except (OSError, ValueError, LookupError, TypeError, yaml.YAMLError) as error:
        raise CourseError("The cluster cannot be watched.", kubectl.NO_KUBECONFIG, "./course up") from error


def _context(authority: str, pair: bytes) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=authority)
    with tempfile.NamedTemporaryFile(dir=files.state()) as file:  # ssl takes a key from a file only; it is gone at once
        file.write(pair)
        file.flush()
        context.load_cert_chain(file.name)
    return context
