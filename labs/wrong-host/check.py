"""wrong-host: the Host header decides which site of a server answers."""

import re

from course.lab import Check, Pod, Reply

probe = Pod("lab-wrong-host")
page = probe.http("http://gateway/")


def host_sent(reply: Reply) -> str:
    """The Host header of what was sent outside; "" where it cannot be read, as over TLS."""
    found = re.search(r"; host: ([^;:]*)", reply.body, re.IGNORECASE)
    return found[1].strip().lower() if found else ""


def is_asked(reply: Reply) -> bool:
    """Something was sent outside, and for no other site."""
    sent = reply.body not in ("", "sent outside: nothing")
    return reply.code == 200 and sent and host_sent(reply) in ("", "api.example.com")


def why_not_asked(reply: Reply) -> str:
    if not reply.code:
        return "The gateway's Pod does not answer: it may be restarting, or nginx did not start. Check again in some seconds."
    if host_sent(reply):
        return f"The server outside is asked for {host_sent(reply)}, which names no site of its own: whatever customers see, it is not its page."
    return "A page that the gateway makes up is not the catalog: nobody outside was asked."


def why(reply: Reply) -> str:
    if reply.code == 404 and '"host":"catalog"' in reply.body:
        return "nginx still sends the Host catalog, which names no site of that server; DNS does not write that header. Does the ConfigMap name another Host already? Then this nginx started before that change: kubectl -n lab-wrong-host rollout restart deploy/gateway"
    if reply.code == 404 and '"host"' in reply.body:
        return "The request arrived, with a Host header that names no site of that server (it is in the answer above). DNS does not write that header."
    if not reply.code or reply.code == 502:
        return "The gateway has no server behind it now."
    return "Customers want the catalog, not any page."


CHECKS = [
    Check(
        "gateway-answers",
        page,
        lambda reply: reply.code not in (0, 502, 504),
        "an HTTP answer that came through the gateway",
        "Without the gateway no request goes out at all.",
        "kubectl -n lab-wrong-host get pods, and the log: kubectl -n lab-wrong-host logs deploy/gateway --tail 5",
    ),
    Check(
        "the-server-outside-is-asked",
        probe.http("http://gateway:8081/"),
        is_asked,
        "a request that leaves the gateway's Pod for the server of api.example.com, and for that site",
        why_not_asked,
        "where the gateway's answer comes from: kubectl -n lab-wrong-host get configmap gateway -o yaml",
    ),
    Check(
        "right-site-answers",
        page,
        lambda reply: reply.code == 200 and '"server":"api.example.com"' in reply.body,
        'HTTP 200 from "server":"api.example.com"',
        why,
        "the Host in the answer, then who writes it: kubectl -n lab-wrong-host get configmap gateway -o yaml",
        beside=probe.service("catalog"),
    ),
]
