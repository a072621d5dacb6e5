"""roll-back: the name leads outside, the data came along, and nothing stale is tied to the name."""

from course.practice.checks import Check
from course.practice.probe import Pod, Said

probe = Pod("lab-roll-back")
OLD, DATABASE = "users.cxyz123.us-east-1.rds.amazonaws.com", "lab_roll_back"
CUSTOMERS = "Ada, Grace, Linus, Margaret, Radia, Barbara, Katherine"
# A write that is taken back: it asks whether a write would be taken, and leaves nothing behind.
attempt = "BEGIN; INSERT INTO users VALUES (-1, 'probe', 'none'); SELECT 'the write would be taken'; ROLLBACK"
slices = """
folder=/var/run/secrets/kubernetes.io/serviceaccount
curl -sS -m 5 --fail-with-body --cacert $folder/ca.crt -H "Authorization: Bearer $(cat $folder/token)" \
  "https://kubernetes.default.svc/apis/discovery.k8s.io/v1/namespaces/lab-roll-back/endpointslices?labelSelector=kubernetes.io/service-name=user-db" |
python3 -c '
import json, sys
for one in json.load(sys.stdin)["items"]:
    print(one["metadata"]["name"], "leads to", *(a for e in one["endpoints"] or [] for a in e["addresses"]))
print("end of the list")'
"""


def why_name(said: Said) -> str:
    if said.addresses and not said.aliases:
        return "The name still has an address of the cluster: customers still go to the slow disk."
    return "Without the provider's name behind it, the app does not follow when the provider moves the database."


def why_stale(said: Said) -> str:
    if "leads to" in said.out:
        return (
            "These hold addresses of Pods and are tied to the name user-db. Nobody looks after them while user-db is an alias, and a "
            "later Service of that name without a selector would send customers there, long after the Pod is gone."
        )
    return "The list could not be read."


CHECKS = [
    Check(
        "name-leads-outside",
        probe.ask("user-db"),
        lambda said: OLD in said.aliases and bool(said.addresses),
        f"an alias of {OLD}, with its address",
        why_name,
        "kubectl -n lab-roll-back get svc user-db -o yaml",
    ),
    Check(
        "new-rows-are-back",
        probe.sql(OLD, "SELECT string_agg(name, ', ' ORDER BY id) FROM users", DATABASE),
        lambda said: said.text == CUSTOMERS,
        CUSTOMERS,
        "Two customers signed up while the users were in the cluster. To them a roll-back without their rows is a loss.",
        "the users at both places, side by side (the two psql lines of the README)",
    ),
    Check(
        "writes-are-allowed",
        probe.sql(OLD, attempt, DATABASE),
        lambda said: said.status == 0,
        "the write would be taken",
        "Yesterday's fence is still up: the app will find its database, and every sign-up will fail.",
        f"as course on {OLD}: SHOW default_transaction_read_only",
    ),
    Check(
        "nothing-stale",
        probe.run("list the EndpointSlices tied to user-db", slices),
        lambda said: said.text == "end of the list",
        "none",
        why_stale,
        "kubectl -n lab-roll-back get endpointslices,endpoints: an Endpoints object is copied into a slice again",
    ),
]
