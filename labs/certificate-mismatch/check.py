"""certificate-mismatch: verify the name that is in the certificate, not the name that was dialled."""

from dataclasses import replace

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
# As billing itself resolves it: the C library says the name at the end of all aliases, and of a line in /etc/hosts its first.
RESOLVED = """import os, socket
to = os.environ["CONNECT_TO"]
end = socket.getaddrinfo(to, 443, flags=socket.AI_CANONNAME)[0][3]
hosts = open("/etc/hosts").read().split()
print(to, "in /etc/hosts" if to.rstrip(".") in hosts else "is", end)"""
target = replace(
    probe.kubectl(f"exec deploy/billing -- python3 -c '{RESOLVED}'"),
    title="where billing connects to, as billing itself resolves that name",
)


def follows(reply: Reply) -> bool:
    """Billing connects to the provider's name, or to an alias of it, and DNS alone says where that is."""
    return reply.status == 0 and reply.text.rstrip(".").endswith(f" is {PROVIDER}")


def why_not_followed(reply: Reply) -> str:
    if "gaierror" in reply.err:
        return "Billing connects to a name that leads nowhere."
    if reply.status:
        return "Billing itself does not answer: it may be restarting. Check again in some seconds."
    if " in /etc/hosts " in reply.text:
        return "A line of the Pod's own hosts file answers before DNS is asked: the provider's next move goes past it."
    return "The provider moves its servers: an address that is written down is right until then."


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
        f"{PROVIDER}, by that name or by an alias of it",
        why_not_followed,
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
