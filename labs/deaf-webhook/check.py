"""deaf-webhook: the API server calls the vendor's server, and Pods still reach it by the same name."""

from course.lab import Check, Pod, Reply

probe, team = Pod("lab-deaf-webhook", "probe"), Pod("lab-deaf-webhook")
TRY = "kubectl -n lab-deaf-webhook create configmap {} --dry-run=server, and read the last words"
LOST = "The API server looks the alias's target up with the DNS server of its node, which knows no name of the cluster."
# The API server's words, and what they mean here.
MEANINGS = {
    "no such host": LOST,
    "server misbehaving": LOST,  # of Docker's DNS server, where it reaches no other one
    "cannot route": "The API server calls an address of the Service's own, a cluster IP, and this Service is headless: it has none.",
    "connection refused": "The API server called an address, and nobody listens there on this port.",
    "service port": "The webhook names port 9443, and the Service has no such port.",
    "certificate": "The API server called somebody whose certificate does not hold naming.lab-deaf-webhook.svc.",
    "configmap/": "Nobody was asked: the API server takes the object without the server's yes.",
}


def why(reply: Reply) -> str:
    """By the API server's own words."""
    said = reply.out + reply.err
    meant = (meaning for words, meaning in MEANINGS.items() if words in said)
    return next(meant, "The API server got no answer from the vendor's server.")


CHECKS = [
    Check(
        "without-a-team-is-refused",
        team.kubectl("create configmap settings --dry-run=server -o name"),
        lambda reply: reply.status != 0 and "does not begin with a team" in reply.err,
        "the server's no: its name does not begin with a team",
        why,
        TRY.format("settings"),
    ),
    Check(
        "with-a-team-is-taken",
        team.kubectl("create configmap shop-settings --dry-run=server -o name"),
        # The webhook is asked before the name is found to be taken.
        lambda reply: reply.text == "configmap/shop-settings" or '"shop-settings" already exists' in reply.err,
        "configmap/shop-settings, or that it is there already",
        why,
        TRY.format("shop-settings"),
    ),
    Check(
        "the-vendors-webhook",
        team.kubectl(
            "get validatingwebhookconfiguration lab-deaf-webhook -o jsonpath='{.webhooks[*].failurePolicy} "
            "{.webhooks[*].clientConfig.url}{.webhooks[*].clientConfig.service.namespace}/"
            "{.webhooks[*].clientConfig.service.name}:{.webhooks[*].clientConfig.service.port}'"
        ),
        lambda reply: reply.text == "Fail lab-deaf-webhook/naming:9443",
        "failurePolicy Fail, and the Service naming in lab-deaf-webhook, port 9443",
        "The vendor's configuration was changed or removed: its next release undoes that, or nobody is asked any more.",
        "kubectl get validatingwebhookconfiguration lab-deaf-webhook -o yaml",
    ),
    Check(
        "pods-reach-it",
        probe.run("in the Pod: curl -k https://naming:9443/", "curl -sSk -m 10 https://naming:9443/"),
        lambda reply: "the vendor's" in reply.text,
        "an answer of the vendor's server",
        "Pods ask by the same name and get no address, or nobody: what the API server can read need not be a DNS answer.",
        "kubectl -n lab-deaf-webhook exec probe -- dig +search naming",
    ),
]
