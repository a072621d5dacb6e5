"""roll-back: the name leads outside, the data came along, and nothing stale is tied to the name."""

from course.lab import Check, Pod, Reply, leads_to

probe = Pod("lab-roll-back")
OLD, DATABASE = "users.cxyz123.us-east-1.rds.amazonaws.com", "lab_roll_back"
CUSTOMERS = "1 Ada pro, 2 Grace free, 3 Linus pro, 4 Margaret team, 5 Radia free, 6 Barbara team, 7 Katherine pro"
# A write that is taken back: it asks whether a write would be taken, and leaves nothing behind.
attempt = "BEGIN; INSERT INTO users VALUES (-1, 'probe', 'none'); SELECT 'the write would be taken'; ROLLBACK"
stale = """
folder=/var/run/secrets/kubernetes.io/serviceaccount
get() { curl -sS -m 5 --cacert $folder/ca.crt -H "Authorization: Bearer $(cat $folder/token)" "https://kubernetes.default.svc$1"; echo; }
{ get "/apis/discovery.k8s.io/v1/namespaces/lab-roll-back/endpointslices?labelSelector=kubernetes.io/service-name=user-db"
  get /api/v1/namespaces/lab-roll-back/endpoints/user-db; } |
python3 -c '
import json, sys
text, decode = sys.stdin.read().lstrip(), json.JSONDecoder().raw_decode
slices, end = decode(text)
old, _ = decode(text[end:].lstrip())
if slices["kind"] == "Status" or old["kind"] == "Status" and old["code"] != 404:
    sys.exit("the list could not be read")
maker = "endpointslice.kubernetes.io/managed-by"
tied = []
for one in sorted(slices["items"], key=lambda one: one["metadata"]["labels"].get(maker, "")):
    addresses = [address for endpoint in one["endpoints"] or [] for address in endpoint["addresses"]]
    if addresses:
        tied.append(" ".join(["an EndpointSlice of", one["metadata"]["labels"].get(maker, "somebody"), "leads to", *addresses]))
addresses = [address["ip"] for subset in old.get("subsets") or [] for address in subset.get("addresses") or []]
if addresses:
    tied.append(" ".join(["the Endpoints object leads to", *addresses]))
print("tied to user-db:", "; ".join(tied) or "nothing")'
"""


def why_name(reply: Reply) -> str:
    if reply.addresses and not reply.aliases:
        return "The name still has an address of the cluster: customers still go to the slow disk."
    return "Without the provider's name behind it, the app does not follow when the provider moves the database."


def why_stale(reply: Reply) -> str:
    if "leads to" in reply.out:
        return (
            "These hold addresses of Pods and are tied to the name user-db. Nobody looks after them while user-db is an alias, and a "
            "later Service of that name without a selector would send customers there, long after the Pod is gone."
        )
    return "The list could not be read."


def why_no_write(reply: Reply) -> str:
    if "read-only" in reply.err:
        return "Yesterday's read-only switch is still on: the app will find its database, and every sign-up will fail."
    return "The provider's database refuses the app, for another reason than yesterday's read-only switch."


CHECKS = [
    Check(
        "name-leads-outside",
        probe.dig("user-db"),
        leads_to(OLD),
        f"an alias of {OLD}, with its address",
        why_name,
        "kubectl -n lab-roll-back get svc user-db -o yaml",
    ),
    Check(
        "new-rows-are-back",
        probe.sql(OLD, "SELECT string_agg(concat_ws(' ', id, name, plan), ', ' ORDER BY id) FROM users", DATABASE),
        lambda reply: reply.text == CUSTOMERS,
        CUSTOMERS,
        "Two customers signed up while the users were in the cluster. To them a roll-back without their rows is a loss, and with "
        "another number each of them is a stranger to whatever knows them by it.",
        "the users at both places. Is user-db an alias by now? Then both psql lines of the task ask the provider; ask the Pod itself: "
        "kubectl -n lab-roll-back exec deploy/user-db -- psql 'host=127.0.0.1 user=app password=app dbname=lab_roll_back' "
        "-c 'SELECT * FROM users ORDER BY id'",
    ),
    Check(
        "writes-are-allowed",
        probe.sql(OLD, attempt, DATABASE),
        lambda reply: reply.status == 0,
        "the write would be taken",
        why_no_write,
        f"as course on {OLD}: SHOW default_transaction_read_only",
    ),
    Check(
        "others-are-left-alone",
        probe.sql(
            OLD,
            "SELECT coalesce(array_to_string(rolconfig, ','), 'nothing') FROM pg_roles WHERE rolname = 'app'",
            DATABASE,
        ),
        lambda reply: reply.text == "nothing",
        "nothing is set for the role app",
        "Other apps use the same server as the same user: a setting of the role is theirs, too. The switch was the database's.",
        f"as course on {OLD}: SELECT rolname, rolconfig FROM pg_roles WHERE rolname = 'app'",
    ),
    Check(
        "nothing-stale",
        probe.run("list what is tied to user-db and holds an address", stale),
        lambda reply: reply.text == "tied to user-db: nothing",
        "nothing",
        why_stale,
        "kubectl -n lab-roll-back get endpointslices,endpoints: an Endpoints object is copied into a slice again",
    ),
]
