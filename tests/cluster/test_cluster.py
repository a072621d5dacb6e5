"""The cluster is real and does what the lessons stand on."""

import json
import re

import pytest

from course.base.waiting import until
from course.dns import query, querylog
from course.kube import coredns, kubectl
from course.provision import outside
from tests.cluster.helpers import no_route_to

pytestmark = pytest.mark.cluster

TWO_PODS = """
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, namespace: {0}}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: web
          image: localhost/externalname-lab:1
          imagePullPolicy: Never
          command: [sh, -c, "cd /tmp && hostname > index.html && exec python3 -m http.server 8080"]
          readinessProbe: {{httpGet: {{port: 8080}}, periodSeconds: 1, timeoutSeconds: 5, failureThreshold: 10}}
---
apiVersion: v1
kind: Service
metadata: {{name: web, namespace: {0}}}
spec:
  selector: {{app: web}}
  ports: [{{port: 80, targetPort: 8080}}]
"""


def toolbox(*words: str, timeout: float = 60) -> str:
    return kubectl.output("exec", "-n", *kubectl.TOOLBOX, "--", *words, timeout=timeout)


def test_a_service_with_two_ready_endpoints_answers(namespace: str) -> None:
    """A kube-proxy image without all libraries of iptables breaks exactly these, and kube-dns with them."""
    kubectl.apply(TWO_PODS.format(namespace))
    kubectl.output("rollout", "status", "-n", namespace, "deployment/web", "--timeout=240s", timeout=250)
    url = f"http://web.{namespace}.svc.cluster.local/"
    few = ("sh", "-c", f"for i in 1 2 3 4 5 6 7 8; do curl -sf -m 2 {url}; done")
    until(
        lambda: len(set(kubectl.in_toolbox(*few).stdout.split())) == 2,
        seconds=180,
        what="kube-proxy hearing of both endpoints",
    )
    script = f"for i in $(seq 40); do curl -s -m 10 {url} || echo lost; done"
    answers = toolbox("sh", "-c", script, timeout=120).split()
    assert len(answers) == 40 and "lost" not in answers
    assert len(set(answers)) == 2


def test_dns_is_hermetic() -> None:
    search = next(line for line in toolbox("cat", "/etc/resolv.conf").splitlines() if line.startswith("search"))
    assert search.split()[1:] == ["course-tools.svc.cluster.local", "svc.cluster.local", "cluster.local"]
    assert query.ask("no-such-name-anywhere.test.").last.status == "NXDOMAIN"


def test_each_pod_of_coredns_can_be_asked_for_a_name_of_its_own() -> None:
    """By which the log of questions is read to its end in each."""
    servers = {f"marker-{pod}.cluster.local.": address for pod, address in coredns.pods().items()}
    said = toolbox("dig", *querylog.each_of_its_own(servers))
    asked = re.findall(r"^;(\S+)\s+IN\s+A$.*?^;; SERVER: ([\d.]+)#", said, re.MULTILINE | re.DOTALL)
    assert dict(asked) == servers and len(set(servers.values())) > 1, said


@pytest.mark.parametrize("address", ["192.0.2.1", "10.96.77.77"])
def test_no_packet_of_a_pod_leaves_this_machine(address: str) -> None:
    """An address that is nobody's (RFC 5737), and a cluster IP without a Service: an error at once, not a way out."""
    assert no_route_to(address)


def test_an_alias_answers_in_one_reply_and_a_database_behind_it(namespace: str) -> None:
    kubectl.output(
        "create",
        "service",
        "externalname",
        "db",
        "-n",
        namespace,
        "--external-name",
        "prod-db.us-east-1.rds.amazonaws.com",
    )
    answer = until(
        lambda: found if (found := query.ask("db", namespace)).resolved else None,
        seconds=120,
        what="The alias resolving",
    )
    assert [record.kind for record in answer.last.answer] == ["CNAME", "CNAME", "A"]
    address = f"host=db.{namespace}.svc.cluster.local user=app password=app dbname=users"
    assert toolbox("psql", address, "-Atc", "SELECT count(*) FROM users").strip() == "5"


def test_ask_says_what_it_means(namespace: str) -> None:
    kubectl.output(
        "create", "service", "externalname", "nowhere", "-n", namespace, "--external-name", "no-such.example.com"
    )
    answer = until(
        lambda: found if (found := query.ask("nowhere", namespace)).last.answer else None, seconds=120, what="The alias"
    )
    assert not answer.resolved and answer.last.status == "NOERROR"
    assert "no-such.example.com" in answer.meaning


def test_the_provider_fails_over_and_comes_back(outside_world: outside.Addresses) -> None:
    name = "prod-db.us-east-1.rds.amazonaws.com"
    outside.set_record(name, "A", "standby")
    until(lambda: query.ask(name + ".").last.addresses == (outside_world.standby,), seconds=120, what="The new address")
    outside.reset()
    until(lambda: query.ask(name + ".").last.addresses == (outside_world.primary,), seconds=120, what="The old address")


@pytest.mark.parametrize("server", outside.SERVICES)
def test_each_server_stops_and_starts(outside_world: outside.Addresses, server: str) -> None:
    outside.service("stop", server)
    assert outside.service("status", server) == f"{server} stopped\n"
    outside.service("start", server)
    assert outside.service("status", server) == f"{server} running\n"


def test_a_second_server_waits_for_the_first_one_to_leave_the_folder() -> None:
    """Exit code 124 is the time limit: without the lock it starts, or ends by itself."""
    second = "PGDATA=/var/lib/postgresql/outside timeout 2 postgres-server; echo $?"
    assert outside.inside("sh", "-c", second).strip() == "124"


def test_the_servers_are_really_reached(outside_world: outside.Addresses) -> None:
    assert toolbox("redis-cli", "-h", "my-cache.abc123.ng.0001.use1.cache.amazonaws.com", "ping").strip() == "PONG"
    seen = json.loads(toolbox("curl", "-sk", "https://api.example.com/"))
    assert (seen["host"], seen["sni"]) == ("api.example.com", "api.example.com")
    legacy = json.loads(toolbox("curl", "-sk", f"https://{outside_world.primary}:8443/"))
    assert legacy["server"] == "legacy-api"
