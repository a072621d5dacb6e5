"""odd-port: port 443 of the name must lead to port 8443 of the legacy API."""

from course.lab import Check, Pod, Reply

probe = Pod("lab-odd-port")
call = probe.http("https://legacy-api/", "--cacert /etc/outside/ca.crt")
connect = probe.connect("legacy-api", 443)


addresses = probe.kubectl(
    "get configmaps,endpointslices -o jsonpath='{.items[*].data.STANDBY} is the second machine, and endpoints are: {.items[*].endpoints[*].addresses[*]}'"
)


def spares_the_second(reply: Reply) -> bool:
    """No connection is carried to the second machine."""
    standby, _, endpoints = reply.text.partition(" is the second machine, and endpoints are: ")
    return bool(standby) and standby not in endpoints.split()


def why_certificate(reply: Reply) -> str:
    if "subject name" in reply.err:
        return "Another server answers on this port, with a certificate for another name: the port was not changed on the way."
    if reply.status in (6, 7, 28):
        return "No server answered, so there was no certificate to look at."
    return "Payroll sends salaries: it must know who it talks to, so the name it calls must be in the certificate."


def why_connect(reply: Reply) -> str:
    if "refused" in reply.err:
        return (
            "The name has an address, but nothing carries connections on from there: a Service with no endpoints for this port refuses. "
            "Made this moment? kube-proxy takes a second or two."
        )
    return "The app can only use port 443: something must listen there for this name."


CHECKS = [
    Check(
        "port-443-open",
        connect,
        lambda reply: reply.text == "connected",
        "a connection",
        why_connect,
        "kubectl -n lab-odd-port get svc,endpointslices: does a slice belong to the Service, and to this port of it?",
    ),
    Check(
        "certificate-is-right",
        call,
        lambda reply: bool(reply.code),
        "a TLS connection whose certificate is for legacy-api",
        why_certificate,
        "curl -v the same URL in the Pod probe, then the same with :8443: compare the lines about subjectAltName",
        beside=probe.service("legacy-api"),
    ),
    Check(
        "legacy-answers",
        call,
        lambda reply: reply.code == 200 and '"legacy-api"' in reply.body,
        'HTTP 200 from "server":"legacy-api"',
        "Only the API's own answer is worth anything to payroll.",
        "the checks above this one, then who answers: curl -v the same URL in the Pod probe",
    ),
    Check(
        "at-the-apis-address",
        addresses,
        spares_the_second,
        "no connection carried to the second machine, STANDBY",
        "The API's address is ADDRESS. A second machine that answers alike today has no part in this: its owner may switch it off.",
        "kubectl -n lab-odd-port get endpointslices, beside ADDRESS in the ConfigMap outside",
    ),
]
