"""edge-503: the partner's page through the edge, verified by the partner's name, behind an alias."""

import json
import re

from course.lab import Check, Pod, Reply

probe, team = Pod("lab-edge-503", "probe"), Pod("lab-edge-503")
LOG = "kubectl -n lab-edge-503-edge logs deployment/edge -c envoy | tail -3"


def seen(reply: Reply) -> dict[str, str]:
    """What the partner's server says it saw; empty where it did not answer."""
    try:
        return dict(json.loads(reply.body.splitlines()[0]))
    except (IndexError, ValueError):
        return {}


def why_no_page(reply: Reply) -> str:
    """By the code, and by who answered."""
    if seen(reply).get("server") == "api.example.com":
        return "The partner's page, and it came in clear: the server saw no name in SNI, so nobody proved who answered."
    if "connection failure" in reply.body:
        return "The edge called somebody, and broke off: the port is closed, or the certificate is not for the name it verifies."
    if reply.code == 503:
        return (
            "The edge itself answers: it made no backend of the route, and called nobody. The route's status says why."
        )
    if not reply.code:
        return "Nobody answers at the edge: it has no valid route, or is just beginning."
    return "Somebody answers who is not the partner's site."


def names_the_partner(reply: Reply) -> bool:
    """The CA that the partner named, and the partner's name alone."""
    names = re.findall(r'"subjectName":("[^"]*")|"subjectNames":\[([^]]*)\]', reply.text)
    authority = re.search(r'"caSecret":"(lab-edge-503/)?partner-ca"', reply.text)  # Contour takes both
    return bool(authority) and {one or more for one, more in names} == {'"api.example.com"'}


def why_unverified(reply: Reply) -> str:
    """No name, or another one."""
    names = set(re.findall(r'"([a-z0-9.-]+[.][a-z0-9-]+)"', reply.out))
    if names == {"api.example.com"}:
        return "The route verifies the partner's name by another CA than the one that the partner named: partner-ca."
    if "api.example.com" in names:
        return "The route takes other names than the partner's as well: whoever has a certificate for one of them is believed."
    if "subjectName" in reply.out:
        return (
            "The route verifies another name than the partner's. No partner's certificate holds the name of your alias."
        )
    return "The route names nobody: whoever answers at the partner's address is believed."


CHECKS = [
    Check(
        "customers-see-the-page",
        probe.http("http://edge.lab-edge-503-edge/", "-H 'Host: shop.example.org'"),
        lambda reply: seen(reply) == {"server": "api.example.com", "host": "api.example.com", "sni": "api.example.com"},
        "the partner's page, over TLS that names api.example.com",
        why_no_page,
        f"kubectl -n lab-edge-503 get httpproxy shop -o yaml (status), then {LOG}; lesson edge, `codes`",
    ),
    Check(
        "the-partner-is-verified",
        team.kubectl("get httpproxy shop -o jsonpath='{.spec.routes[*].services[*].validation}'"),
        names_the_partner,
        "validation with partner-ca, and api.example.com as the subject's only name",
        why_unverified,
        "kubectl explain httpproxy.spec.routes.services.validation; lesson edge, `impostor-ask`",
    ),
    Check(
        "follows-the-partner",
        team.kubectl("get service partner -o jsonpath='{.spec.type} {.spec.externalName}'"),
        lambda reply: reply.text.rstrip(".") == "ExternalName api.example.com",
        "an alias of api.example.com",
        "The partner moves its servers without a word: the edge must follow its name, not an address.",
        "kubectl -n lab-edge-503 get service partner -o yaml",
    ),
]
