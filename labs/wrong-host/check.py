"""wrong-host: the Host header decides which site of a server answers."""

from course.lab import Check, Pod, Reply

probe = Pod("lab-wrong-host")
page = probe.http("http://gateway/")


def why(said: Reply) -> str:
    if said.code == 404 and '"host"' in said.body:
        return "The request arrived, with a Host header that names no site of that server (it is in the answer above). DNS does not write that header."
    if not said.code or said.code == 502:
        return "The gateway has no server behind it now."
    return "Customers want the catalog, not any page."


CHECKS = [
    Check(
        "gateway-answers",
        page,
        lambda said: said.code not in (0, 502, 504),
        "an HTTP answer that came through the gateway",
        "Without the gateway no request goes out at all.",
        "kubectl -n lab-wrong-host get pods, and the log: kubectl -n lab-wrong-host logs deploy/gateway --tail 5",
    ),
    Check(
        "right-site-answers",
        page,
        lambda said: said.code == 200 and '"server":"api.example.com"' in said.body,
        'HTTP 200 from "server":"api.example.com"',
        why,
        "the Host in the answer, then who writes it: kubectl -n lab-wrong-host get configmap gateway -o yaml",
    ),
]
