"""What lesson migration asks of the learner, and how it is judged."""

from collections.abc import Collection

from course.exercise import Check, Exercise, Pod, Prediction, Reply, Wrong, leads_to

admin = Pod("migration", "admin")
OUTSIDE_NAME = "users.cxyz123.us-east-1.rds.amazonaws.com"
CLIENTS = ("reconnect", "pool", "resolved-once")
LEFT = "get {} --ignore-not-found -o name"


def asked(side: str, statement: str) -> str:
    """The command of one statement to one side."""
    return f'psql service={side} -XAtq -c "{statement}"'


def slices_of(service: str) -> str:
    """The words of a kubectl that lists a Service's slices."""
    return LEFT.format(f"endpointslices -l kubernetes.io/service-name={service}")


MAY_CONNECT = "SELECT has_database_privilege('app', 'migration', 'CONNECT')"
ROWS_OF_INSIDE = "SELECT count(*) FROM entries WHERE side = 'inside'"
ROWS_OF_OUTSIDE = "SELECT count(*) FROM entries WHERE side = 'outside'"
FOLLOWERS = "SELECT slot_name FROM pg_replication_slots WHERE active"
LAST_WRITERS = (
    "SELECT string_agg(DISTINCT client, ' ') FROM (SELECT client, side FROM entries ORDER BY id DESC LIMIT 200) AS last "
    "WHERE side = 'outside'"
)

IS_ALIAS = "kubectl get service user-db -n migration -o jsonpath={.spec.type} | grep ExternalName"
PUBLISHER = (
    f"host={OUTSIDE_NAME} dbname=migration user=follower password=follower sslmode=verify-ca sslrootcert=/steps/ca.crt"
)
# The course's own switch, but for its last step: the name is led by one apply, and nothing is tidied up.
SWITCH = """python - <<'PY'
from course.kube import kubectl
from course.lessons.migration import phases, place
phases.switch("inside", "outside", phases.Cutover("by hand", lambda side: kubectl.apply({}), ("resolved-once",)))
PY"""


MAKERS = (
    "get endpointslices -l kubernetes.io/service-name=reports-db --no-headers "
    r"-o 'custom-columns=MADE-BY:.metadata.labels.endpointslice\.kubernetes\.io/managed-by'"
)


def why_a_slice(reply: Reply) -> str:
    if "endpointslice-controller" in reply.out:
        return "A slice says that somebody is ready at an address, and nobody keeps that true."
    return (
        "The one that is there was made again after you had deleted it, by a controller that finds something to mirror."
    )


def why_not_one(reply: Reply) -> str:
    both = reply.out.split()
    if both == ["t", "t"]:
        return "Both sides take writes: never open one side before the other is fenced."
    if both == ["f", "f"]:
        return "Both sides are fenced: nobody can write, and every second is an outage."
    return "The name is led to a side that is fenced, and the other one is still open."


def why_no_way_back(reply: Reply) -> str:
    if "inside_follows_outside" in reply.text:
        return "Rows were written outside before the inside followed it, and nothing brings them in any more: turn replication round before the first new row."
    return "Nobody follows the side that is written to now: the next switch would lose the rows that come."


def none_missing(inside: str = "0", outside: str = "0") -> bool:
    """Whether the outside has all rows that the inside accepted; it is asked later, so it may have more already."""
    return 0 < int(inside) <= int(outside)


def those(clients: Collection[str]) -> str:
    """These clients, in one order."""
    return " ".join(name for name in CLIENTS if name in clients)


TASKS = [
    Prediction(
        slug="moved-by-the-name",
        options={
            "": "none of them: the name is cached",
            "reconnect": "reconnect alone",
            "reconnect pool": "reconnect and pool",
            "reconnect pool resolved-once": "all three",
        },
        reads=those,
    ),
    Prediction(
        slug="clashing-ids",
        options={
            "none": "no id: each row has a key of its own",
            "some": "some ids stand for two different rows",
        },
        reads=lambda number: "some" if number else "none",
    ),
    Prediction(
        slug="slices-afterwards",
        options={"0": "none: they went with the type", "1": "one, the old one", "2": "two"},
        asks=admin.kubectl(slices_of("user-db")),
        reads=lambda reply: str(len(reply.out.split())),
    ),
    Exercise(
        slug="leftovers-of-a-switch",
        title="What a switch has left behind",
        minutes=3,
        setup="""kubectl delete service/reports-db endpoints/reports-db -n migration --ignore-not-found
kubectl delete endpointslices -n migration -l kubernetes.io/service-name=reports-db
cat <<'YAML' | kubectl apply -f -
apiVersion: v1
kind: Service
metadata: {name: reports-db, namespace: migration}
spec: {selector: {app: postgres}, ports: [{port: 5432}]}
YAML
until_made() { for try in $(seq 300); do kubectl get endpointslices -n migration -l kubernetes.io/service-name=reports-db,endpointslice.kubernetes.io/managed-by=$1 -o name | grep -q . && break; done; }
until_made endpointslice-controller.k8s.io
kubectl wait -n migration --for=create endpoints/reports-db --timeout=180s
kubectl wait -n migration --for=jsonpath='{.subsets[0].addresses[0].ip}' endpoints/reports-db --timeout=180s
cat <<'YAML' | kubectl replace -f -
apiVersion: v1
kind: Service
metadata: {name: reports-db, namespace: migration}
spec: {type: ExternalName, externalName: staging-db.us-east-1.rds.amazonaws.com}
YAML
until_made endpointslicemirroring-controller.k8s.io""",
        judge=[
            Check(
                "alias-stays",
                admin.dig("reports-db.migration.svc.cluster.local"),
                leads_to("staging-db.us-east-1.rds.amazonaws.com"),
                "the alias of the reports, as it is",
                "The reports read through this name, and it leads to their database no more.",
                "kubectl get service reports-db -n migration",
            ),
            Check(
                "no-endpoints",
                admin.kubectl(LEFT.format("endpoints reports-db")),
                lambda reply: reply.status == 0 and not reply.out.strip(),
                "no Endpoints of that name",
                "While this object is there, a controller mirrors it into a slice whenever one is missing.",
                "kubectl get endpoints -n migration",
            ),
            Check(
                "no-slices",
                admin.kubectl(MAKERS),
                lambda reply: reply.status == 0 and not reply.out.strip(),
                "no EndpointSlice of that Service",
                why_a_slice,
                "kubectl get endpointslices -n migration -l kubernetes.io/service-name=reports-db",
            ),
        ],
        fresh={"no-endpoints": "mirrors it", "no-slices": "keeps that true"},
        hints=(
            "Two kinds of object carry the Service's name. You removed both of user-db a few cells above.",
            "A slice that you delete comes back after a second or two. Who makes it, and from what?",
            "First kubectl delete endpoints reports-db, then the slices with the label kubernetes.io/service-name=reports-db.",
        ),
        why="First `Endpoints`, then the slices: the mirroring controller would make its slice again. The alias itself needs neither of them.",
        patience=5.0,
        wrong={
            "slices-alone": Wrong(
                cell="kubectl delete endpointslices -n migration -l kubernetes.io/service-name=reports-db\n"
                'for try in $(seq 200); do [ -n "$(kubectl get endpointslices -n migration -l kubernetes.io/service-name=reports-db -o name)" ] && break; done',
                fails=("no-endpoints", "no-slices"),
                says={"no-slices": "made again"},
            ),
            "alias-too": Wrong(
                cell="kubectl delete service reports-db -n migration\n"
                "kubectl delete endpoints reports-db -n migration --ignore-not-found\n"
                "kubectl delete endpointslices -n migration -l kubernetes.io/service-name=reports-db",
                fails=("alias-stays",),
                says={"alias-stays": "leads to their database no more"},
            ),
        },
    ),
    Prediction(
        slug="read-only-default",
        options={
            "off": "yes: the session may write again",
            "on": "no: only a superuser may turn it off",
        },
        asks=admin.run(
            "SET default_transaction_read_only = off, as the app",
            "psql \"service=outside user=app password=app options='-c default_transaction_read_only=on'\" -XAtq"
            ' -c "SET default_transaction_read_only = off" -c "SHOW transaction_read_only"',
        ),
        reads=lambda reply: reply.text,
    ),
    Prediction(
        slug="told-by-the-fence",
        options={
            "denied": "permission denied: the server answers, and says no",
            "refused": "connection refused: nobody listens",
            "": "nothing: it waits",
        },
        asks=admin.run("SELECT 1 as the app", 'psql "service=outside user=app password=app" -c "SELECT 1"'),
        reads=lambda reply: (
            "denied" if "permission denied" in reply.err else "refused" if "refused" in reply.err else ""
        ),
    ),
    Prediction(
        slug="seen-by-the-check",
        options={
            "named": "yes: by its role and its name",
            "nobody": "no: the check looks for the app alone",
        },
        asks=admin.run(
            "who.sql, while a report is connected",
            "psql 'service=outside application_name=nightly-report' -XAt"
            " -c '\\! echo \"$(psql service=outside -XAtf /steps/who.sql)\"'",
        ),
        reads=lambda reply: "named" if "nightly-report" in reply.out else "nobody",
    ),
    Prediction(
        slug="sequence-inside",
        options={
            "copied": "where the outside one stands: it came with the rows",
            "1": "at its beginning, 1",
        },
        asks=admin.run("where it stands", asked("inside", "SELECT last_value FROM entries_id_seq")),
        reads=lambda reply: "1" if reply.text == "1" else "copied",
    ),
    Prediction(
        slug="address-in-a-diff",
        options={
            "real": "the one that the Service will get",
            "placeholder": "an address that no Service gets: a placeholder",
            "": "none",
        },
        reads=lambda address: ("placeholder" if address.endswith(".0") else "real") if address else "",
    ),
    Prediction(
        slug="moved-by-the-fence",
        options={
            "reconnect": "reconnect alone, as before",
            "reconnect pool": "reconnect and pool",
            "reconnect pool resolved-once": "all three",
        },
        reads=those,
    ),
    Exercise(
        slug="rollback-by-hand",
        title="The rollback, by hand",
        minutes=20,
        setup="python -c 'from course.lessons.migration import phases; phases.inside_again()'",
        judge=[
            Check(
                "name-leads-outside",
                admin.dig("user-db.migration.svc.cluster.local"),
                leads_to(OUTSIDE_NAME),
                f"an alias of {OUTSIDE_NAME}",
                "Whoever asks for user-db is led inside still.",
                "step 7 of the runbook, with phase-1.yaml",
            ),
            Check(
                "one-writer",
                admin.run(
                    "whether the app may connect outside, inside",
                    "; ".join(asked(side, MAY_CONNECT) for side in ("outside", "inside")),
                ),
                lambda reply: reply.out.split() == ["t", "f"],
                "t outside, f inside",
                why_not_one,
                "steps 2 and 6: fence.sql on the side that you leave, then open.sql on the other",
            ),
            Check(
                "rows-came-along",
                admin.run(
                    "rows that were accepted inside: how many the inside has, and then how many the outside",
                    "; ".join(asked(side, ROWS_OF_INSIDE) for side in ("inside", "outside")),
                ),
                lambda reply: none_missing(*reply.out.split()),
                "the same number twice, and more than 0",
                "Rows that a client was told are safe exist on the side that you have left, and there alone.",
                "steps 1 to 3: outside_follows_inside must catch up behind the fence, before anything else",
            ),
            Check(
                "clients-write-outside",
                admin.run("who wrote the last rows that the outside accepted", asked("outside", LAST_WRITERS)),
                lambda reply: set(reply.text.split()) == set(CLIENTS),
                "all three clients",
                "A client that is not in the list writes nowhere: it knocks on the fence, or on an address that is gone.",
                "step 8, and: kubectl logs -n migration deployment/resolved-once --tail=3",
            ),
            Check(
                "way-back-again",
                admin.run(
                    "who follows the outside server, and whether it has its rows",
                    f"""{asked("outside", FOLLOWERS)}; written=$({asked("outside", ROWS_OF_OUTSIDE)}); came=$({asked("inside", ROWS_OF_OUTSIDE)})
[ "$came" -ge "$written" ] || echo "and lacks $((written - came)) rows that were written outside" """,
                ),
                lambda reply: reply.text == "inside_follows_outside",
                "inside_follows_outside, with all rows",
                why_no_way_back,
                "step 5 of the runbook, with the two sides exchanged",
            ),
            Check(
                "nothing-left-behind",
                admin.kubectl(slices_of("user-db")),
                lambda reply: reply.status == 0 and not reply.out.strip(),
                "no EndpointSlice of user-db",
                "A slice of the ClusterIP time says ready for an address that nobody will have.",
                "the section Rollback of the runbook: in which order?",
            ),
        ],
        fresh={
            "name-leads-outside": "led inside still",
            "one-writer": "led to a side that is fenced",
            "clients-write-outside": "writes nowhere",
            "way-back-again": "Nobody follows",
            "nothing-left-behind": "ready for an address",
        },
        hints=(
            "The runbook's table *The switch*, with outside and inside exchanged. Step 1 is done: who follows whom?",
            "Fence inside, catch up, same-rows, copy-sequence inside outside, turn round, open outside, and only then the manifest.",
            "Step 5: psql service=outside -v name=outside_follows_inside -f /steps/unfollow.sql; then follow.sql on the inside, with name=inside_follows_outside, copy=false and the publisher of step 1 in this lesson.",
        ),
        why="The order is the same as on the way in. The replication that was turned round carried the new rows home before anybody was disturbed; the fence made zero lag a fact; the sequence and the other direction were ready before the first new row. The name came last but one, and what the ClusterIP time had left behind went with it.",
        patience=20.0,
        wrong={
            "name-alone": Wrong(
                cell='kubectl apply -f "$STEPS/phase-1.yaml"\nkubectl rollout restart -n migration deployment/resolved-once',
                fails=("one-writer", "clients-write-outside", "way-back-again", "nothing-left-behind"),
                says={"one-writer": "led to a side that is fenced"},
                in_force=IS_ALIAS,
            ),
            "left-behind": Wrong(
                cell=SWITCH.format("place.manifest('phase-1')"),
                fails=("nothing-left-behind",),
                says={"nothing-left-behind": "ready for an address"},
                in_force=IS_ALIAS,
            ),
            "turned-round-too-late": Wrong(
                cell=f"""desk psql service=inside -f /steps/fence.sql
desk sh -c 'timeout 30 sh -c "until psql service=inside -XAtf /steps/who.sql | grep -q nobody; do :; done"'
desk psql service=inside -q -v ON_ERROR_STOP=1 -v name=outside_follows_inside -v seconds=60 -f /steps/caught-up.sql
desk /steps/copy-sequence inside outside
desk psql service=outside -f /steps/open.sql
kubectl apply -f "$STEPS/phase-1.yaml"
kubectl delete endpoints user-db -n migration
kubectl delete endpointslices -n migration -l kubernetes.io/service-name=user-db
kubectl rollout restart -n migration deployment/resolved-once
desk /steps/wait-for-writes 5 90 outside {" ".join(CLIENTS)}
desk psql service=outside -v name=outside_follows_inside -f /steps/unfollow.sql
desk psql service=inside -v name=inside_follows_outside -v copy=false -f /steps/follow.sql -v publisher='{PUBLISHER}'""",
                fails=("way-back-again",),
                says={"way-back-again": "before the first new row"},
                in_force=IS_ALIAS,
            ),
            "followed-by-nobody": Wrong(
                cell=f"""desk psql service=outside -v name=outside_follows_inside -f /steps/unfollow.sql
desk /steps/wait-for-writes 5 90 inside {" ".join(CLIENTS)}
desk psql service=inside -f /steps/fence.sql
desk /steps/copy-sequence inside outside
desk psql service=inside -v name=inside_follows_outside -v copy=false -f /steps/follow.sql -v publisher="{PUBLISHER}"
desk psql service=outside -f /steps/open.sql
kubectl apply -f "$STEPS/phase-1.yaml"
kubectl delete endpoints user-db -n migration
kubectl delete endpointslices -n migration -l kubernetes.io/service-name=user-db
kubectl rollout restart -n migration deployment/resolved-once""",
                fails=("rows-came-along",),
                says={"rows-came-along": "there alone"},
                in_force=IS_ALIAS,
            ),
        },
    ),
    Prediction(
        slug="same-cluster-ip",
        options={"1": "yes, the Service has kept it", "2": "no, another one"},
        reads=str,
    ),
    Prediction(
        slug="restarts-of-a-kept-service",
        options={
            "": "none of them",
            "resolved-once": "resolved-once, as before",
            "pool resolved-once": "pool and resolved-once",
        },
        reads=lambda after: " ".join(name for name in CLIENTS if after.get(name) == "in a new Pod"),
    ),
    Exercise(
        slug="one-clean-patch",
        title="One patch that leaves nothing over",
        minutes=4,
        setup=f"kubectl delete service archive-db -n migration --ignore-not-found\n"
        f"kubectl create service externalname archive-db -n migration --external-name {OUTSIDE_NAME}",
        judge=[
            Check(
                "of-the-new-type",
                admin.kubectl("get service archive-db -o jsonpath={.spec.type}"),
                lambda reply: reply.text == "ClusterIP",
                "ClusterIP",
                "The Service is an alias still.",
                "kubectl get service archive-db -n migration -o yaml",
            ),
            Check(
                "nothing-old",
                admin.kubectl("get service archive-db -o jsonpath={.spec.externalName}"),
                lambda reply: reply.status == 0 and not reply.out.strip(),
                "no externalName",
                "The old target is stored still: harmless today, and it misleads whoever reads it.",
                "a merge patch removes a field that is null",
            ),
            Check(
                "postgres-answers",
                admin.run(
                    "pg_isready -h archive-db", "pg_isready -h archive-db.migration.svc.cluster.local -p 5432 -t 5"
                ),
                lambda reply: "accepting" in reply.text,
                "accepting connections",
                "No Pod stands behind the name: look at the selector that you never wrote.",
                "kubectl get service archive-db -n migration -o jsonpath={.spec.selector}",
            ),
            Check(
                "by-a-selector",
                admin.kubectl(
                    "get endpointslices -l kubernetes.io/service-name=archive-db -o jsonpath={.items[*].endpoints[*].targetRef.kind}"
                ),
                lambda reply: reply.text == "Pod",
                "the Pod of the server inside",
                "The API's own controller knows no Pod of this Service: nobody follows when the Pod is another one.",
                "kubectl get pods -n migration --show-labels",
            ),
        ],
        fresh={
            "of-the-new-type": "an alias still",
            "nothing-old": "stored still",
            "by-a-selector": "knows no Pod",
        },
        hints=(
            "Four fields change together: the type, the old target, the ports and the selector.",
            "Look at the clean patch above. Which labels has the Pod of PostgreSQL?",
            "externalName: null, ports with 5432, and the selector app=postgres, role=users; the generated label goes by itself, because it has the same key.",
        ),
        why="One patch, four fields: type, `externalName: null`, ports and selector. What `kubectl create` had written into the selector is overwritten, and nothing of the alias is left.",
        patience=10.0,
        wrong={
            "type-and-ports": Wrong(
                cell="""kubectl patch service archive-db -n migration -p '{"spec":{"type":"ClusterIP","ports":[{"port":5432}]}}'""",
                fails=("nothing-old", "postgres-answers", "by-a-selector"),
                says={"nothing-old": "misleads whoever reads it", "postgres-answers": "No Pod stands behind"},
            ),
            "with-the-old-target": Wrong(
                cell="kubectl patch service archive-db -n migration -p "
                """'{"spec":{"type":"ClusterIP","ports":[{"port":5432}],"selector":{"app":"postgres","role":"users"}}}'""",
                fails=("nothing-old",),
                says={"nothing-old": "misleads whoever reads it"},
            ),
        },
    ),
    Prediction(
        slug="old-address-kept",
        options={
            "taken": "not at all: another Service gets it at once",
            "": "until the Service is deleted",
        },
        asks=admin.kubectl("get service somebody-else -o jsonpath={.spec.clusterIP}"),
        reads=lambda reply: "taken" if reply.text else "",
    ),
]
