"""certificate-mismatch: verify the name that is in the certificate, not the name that was dialled."""

from course.lab import Check, Pod, Reply

probe = Pod("lab-certificate-mismatch")


def why_no_payment(reply: Reply) -> str:
    if "certificate verify failed" in reply.body:
        return "The certificate carries the provider's name. Billing verifies another one, and DNS aliases play no part in that."
    if reply.code == 404:
        return "TLS works, but the server has no site of the name that billing sends in the Host header."
    if not reply.code:
        return "Billing itself does not answer: it may be restarting. Check again in some seconds."
    return "The payment reached no server that knows it."


def why_impostor(reply: Reply) -> str:
    if reply.code == 200:
        return "Billing paid a server that could not prove to be the provider. Whoever answers at that address gets the money."
    if not reply.code:
        return "Billing itself does not answer: it may be restarting. Check again in some seconds."
    return "A client that verifies nothing pays anybody."


PROVIDER = "api.example.com"
target = probe.kubectl(
    'get deployments,services -o jsonpath=\'{.items[*].spec.template.spec.containers[*].env[?(@.name=="CONNECT_TO")].value} '
    '{.items[?(@.metadata.name=="payments")].spec.type} {.items[?(@.metadata.name=="payments")].spec.externalName}\''
)


def follows(reply: Reply) -> bool:
    """Billing connects to the provider's name, or to the alias of it."""
    to, _, service = reply.text.partition(" ")
    alias = service.rstrip(".") == f"ExternalName {PROVIDER}"
    return to.rstrip(".") == PROVIDER or (to.partition(".")[0] == "payments" and alias)


CHECKS = [
    Check(
        "payment-goes-through",
        probe.http("http://billing/"),
        lambda reply: reply.code == 200 and '"api.example.com"' in reply.body,
        "HTTP 200 from api.example.com",
        why_no_payment,
        "the names in the certificate (openssl, see the task) and the settings: kubectl -n lab-certificate-mismatch set env deploy/billing --list",
        beside=probe.service("payments"),
    ),
    Check(
        "follows-the-provider",
        target,
        follows,
        f"payments, an alias of {PROVIDER}, or that name itself",
        "The provider moves its servers: an address that is written down is right until then.",
        "CONNECT_TO in billing's environment, and: kubectl -n lab-certificate-mismatch get svc payments",
    ),
    Check(
        "impostor-is-refused",
        probe.http("http://billing/impostor"),
        lambda reply: "certificate verify failed" in reply.body,
        "certificate verify failed",
        why_impostor,
        "VERIFY and SERVER_NAME in billing's environment",
    ),
]
