"""What lesson inside_the_answer asks of the learner, and how it is judged."""

import shlex

from course.exercise import Check, Exercise, Pod, Prediction, Reply, Wrong, leads_to, why_empty

client = Pod("production", "client")
ZONE = "production.svc.cluster.local"
ALIAS = """cat <<'YAML' | kubectl apply -f -
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: production}}
spec: {{type: ExternalName, externalName: {target}}}
YAML
"""
AS_AT_THE_START = 'python -c "from course.provision import world; world.restore()"\n'


def fault(given: object) -> list[Check]:
    word = shlex.quote("" if given is None else str(given).strip().lower())
    return [
        Check(
            "the-one-to-call",
            client.run(
                "what was handed in, held against two questions: invoices for its target, and the target",
                f"""given={word}; target=$(dig +short invoices.{ZONE} CNAME)
status=$(dig ${{target:-invoices.{ZONE}}} | grep -o 'status: [A-Z]*')
if [ -z "$target" ]; then fault=us
else case $status in *NXDOMAIN) fault=target;; *SERVFAIL) fault=server;; *) fault=nobody;; esac; fi
if [ -z "$given" ]; then echo nothing was handed in
elif [ "$given" = $fault ]; then echo "$given: both answers say so"
elif ! echo "$given" | grep -qxE 'us|target|server'; then echo "$given: none of the three words"
else echo "$given: the answers say something else"; fi""",
            ),
            lambda reply: reply.text.endswith("both answers say so"),
            "the one whose fault it is: us, target or server",
            why_not_them,
            f"in the Pod client: dig +short invoices.{ZONE} CNAME, then dig with the name that it prints",
        )
    ]


def why_not_them(reply: Reply) -> str:
    if "none of the" in reply.text:
        return "Ben knows whom you mean by us, target or server, and nobody else."
    if "nothing was" in reply.text:
        return "Ben waits for one of three words."
    if reply.text.startswith("us:"):
        return "The Service is there: asked for CNAME, it shows the name it leads to. Go on with that name."
    if reply.text.startswith("target:"):
        return (
            "A name that does not exist is answered with NXDOMAIN. Ask for the target by itself, and read the status."
        )
    return "Two questions tell it: does the alias show a target, and with which status is the target answered?"


def why_no_hop(reply: Reply) -> str:
    if reply.rcode == "NOERROR" and not reply.records:
        return "Nothing came: still more than eleven aliases to follow, or an end that does not exist in the cluster."
    if reply.aliases and not reply.addresses:
        return "It ends at a name that does not exist outside. A target is taken as it is written: no search list completes it."
    if reply.addresses:
        return "Lea's app follows the provider's name. An address by another way stays when the provider moves."
    return why_empty(reply)


def why_kept(reply: Reply) -> str:
    if not reply.text:
        return "CoreDNS gave no address for the name: a drill must not take it from everybody."
    kept = int(reply.text.split()[0])
    if kept > 30:
        return "Now nobody cuts the provider's number, and whoever keeps answers behind CoreDNS keeps them that long."
    return "CoreDNS keeps the partner's record for that long. The TTL of what it forms itself is another number."


TASKS = [
    Prediction(
        slug="kinds-of-records",
        near=0,
        asks=client.kubectl("api-resources --no-headers"),
        reads=lambda reply: sum("dns" in line.lower() or "record" in line.lower() for line in reply.out.splitlines()),
    ),
    Prediction(
        slug="lone-alias-in-the-c-library",
        options={
            "yes": "yes: it follows the alias by itself",
            "no": "no: it takes the lone alias for the whole answer",
        },
        reads=lambda packets: "yes" if packets else "no",
    ),
    Prediction(
        slug="lone-alias-in-nslookup",
        options={
            "yes": "yes: it follows the alias by itself",
            "no": "no: it takes the lone alias for the whole answer",
        },
        reads=lambda packets: "yes" if packets else "no",
    ),
    Prediction(
        slug="mx-through-an-alias",
        options={
            "MX": "the MX record of its target",
            "CNAME": "the alias, a CNAME",
            "": "nothing: the name is there, with no such record",
        },
        asks=client.dig(f"mail.{ZONE}", "MX"),
        reads=lambda reply: reply.records[-1][0] if reply.records else "",
    ),
    Prediction(
        slug="ipv4-of-an-ipv6-target",
        near=0,
        asks=client.dig(f"six.{ZONE}"),
        reads=lambda reply: len(reply.records),
    ),
    Prediction(
        slug="status-of-a-target-gone-outside",
        options={
            "NXDOMAIN": "NXDOMAIN, as the provider says",
            "SERVFAIL": "SERVFAIL: it could not be resolved",
            "NOERROR": "NOERROR: the alias itself is there",
        },
        asks=client.dig(f"gone-outside.{ZONE}"),
        reads=lambda reply: reply.rcode,
    ),
    Prediction(
        slug="records-of-a-target-gone-inside",
        near=0,
        asks=client.dig(f"gone-inside.{ZONE}"),
        reads=lambda reply: len(reply.records),
    ),
    Exercise(
        slug="whom-to-call",
        title="Whom to call",
        minutes=2,
        setup=ALIAS.format(name="invoices", target="db.broken.example.org"),
        judge=fault,
        fresh={"the-one-to-call": "one of three words"},
        hints=(
            "The status of the alias is NOERROR for a missing target, whatever the reason. You need a second question.",
            "Ask for the alias with type CNAME: that shows the name it leads to. Then ask for that name by itself.",
            f'dig +short invoices.{ZONE} CNAME in the Pod client, then dig with that name: NXDOMAIN means "target", SERVFAIL means "server".',
        ),
        right={"capitals": 'answer = "Server"'},
        why="`NOERROR` and a lone CNAME look the same for a name that is gone and for a server that fails. The target's own status tells them apart: SERVFAIL says that nobody could find out.",
        wrong={
            "us": Wrong(
                cell='answer = "us"',
                fails=("the-one-to-call",),
                says={"the-one-to-call": "The Service is there"},
            ),
            "target": Wrong(
                cell='answer = "target"',
                fails=("the-one-to-call",),
                says={"the-one-to-call": "is answered with NXDOMAIN"},
            ),
            "a-word-of-its-own": Wrong(
                cell='answer = "provider"',
                fails=("the-one-to-call",),
                says={"the-one-to-call": "none of the three words"},
            ),
        },
    ),
    Prediction(slug="aliases-in-a-row", near=3, reads=float),
    Prediction(
        slug="status-of-a-ring",
        options={
            "SERVFAIL": "SERVFAIL, and an error in its log",
            "NOERROR": "NOERROR, without any record",
            "": "nothing: it turns in circles until the client gives up",
        },
        asks=client.dig(f"myself.{ZONE}"),
        reads=lambda reply: reply.rcode,
    ),
    Exercise(
        slug="shorten-the-chain",
        title="One hop too many",
        minutes=3,
        setup="for n in $(seq 12); do\n"
        f"  target=hop-$((n + 1)).{ZONE}; [ $n = 12 ] && target=db.example.com\n"
        "  printf -- '---\\napiVersion: v1\\nkind: Service\\nmetadata: {name: hop-%s, namespace: production}\\nspec: {type: ExternalName, externalName: %s}\\n' $n $target\n"
        "done | kubectl apply -f -",
        judge=[
            Check(
                "hop-1-answers",
                client.dig("hop-1"),
                leads_to("db.example.com"),
                "an alias of db.example.com, with its address",
                why_no_hop,
                "kubectl get services -n production: where does each hop lead?",
            ),
            Check(
                "others-go-on",
                client.run(
                    "those of hop-2 to hop-12 that give no address",
                    f"for n in $(seq 2 12); do dig +short hop-$n.{ZONE} | grep -qE '^[0-9.]+$' || echo hop-$n; done; echo end",
                ),
                lambda reply: reply.out.split() == ["end"],
                "none of them",
                "Other teams use these names, too.",
                "kubectl get services -n production, and dig for the first name that is listed above",
            ),
        ],
        fresh={"hop-1-answers": "Nothing came"},
        hints=(
            "CoreDNS follows eleven aliases. From hop-1 to db.example.com there are twelve. Which arrow may you move, when the others must stay?",
            "hop-2 still works: it needs eleven. Let hop-1 lead to a place that is nearer to the end.",
            f"Set externalName of hop-1 to hop-3.{ZONE}, the whole name, or to db.example.com.",
        ),
        why="One arrow that skips a hop is enough. The straight way is better: an alias that leads to `db.example.com` itself depends on nobody else's Service.",
        wrong={
            "short-target": Wrong(
                cell=ALIAS.format(name="hop-1", target="hop-3"),
                fails=("hop-1-answers",),
                says={"hop-1-answers": "taken as it is written"},
            ),
            "one-hop-removed": Wrong(
                cell="kubectl delete service hop-6 -n production",
                fails=("hop-1-answers", "others-go-on"),
                says={"others-go-on": "hop-6"},
                in_force="! kubectl get service hop-6 -n production",
            ),
            "the-address": Wrong(
                cell="""address=$(kubectl exec -n production client -- dig +short db.example.com)
kubectl delete service hop-1 -n production
cat <<YAML | kubectl apply -f -
apiVersion: v1
kind: Service
metadata: {name: hop-1, namespace: production}
spec: {clusterIP: None}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: hop-1, namespace: production, labels: {kubernetes.io/service-name: hop-1}}
addressType: IPv4
endpoints: [{addresses: ["$address"]}]
YAML""",
                fails=("hop-1-answers",),
                says={"hop-1-answers": "stays when the provider moves"},
            ),
        },
    ),
    Prediction(
        slug="dot-in-the-target",
        options={"same": "yes: a target is always taken as a full name", "other": "no"},
        asks=client.run(
            "both targets",
            f"[ $(dig +short external-database.{ZONE} CNAME) = $(dig +short dotted.{ZONE} CNAME) ] && echo same || echo other",
        ),
        reads=lambda reply: reply.text,
    ),
    Prediction(
        slug="dot-in-the-question",
        options={"found": "yes, the same as without the dot", "": "no: there is no such full name"},
        asks=client.run("the name with a dot", "getent hosts external-database. >/dev/null && echo found"),
        reads=lambda reply: reply.text,
    ),
    Prediction(
        slug="honest-exit-codes",
        near=1,
        asks=client.run(
            "the ten cases: how many exit codes agree with what was found",
            f"""right=0
for program in nslookup "busybox nslookup"; do
  for name in external-database external-database.{ZONE} gone-outside.{ZONE} gone-inside.{ZONE} no-such-service.{ZONE}; do
    printed=$($program $name 2>/dev/null) && success=1 || success=0
    echo "$printed" | grep -A1 '^Name:' | grep -q '^Address' && found=1 || found=0
    [ $success = $found ] && right=$((right + 1))
  done
done; echo $right""",
        ),
        reads=lambda reply: int(reply.out),
    ),
    Prediction(
        slug="ttl-beside-an-address",
        options={"30": "30, as the Corefile says", "5": "5 or less, as the provider says"},
        asks=client.run(
            "the TTL of the alias",
            f"dig +noall +answer external-database.{ZONE} A | head -1 | tr '\\t' ' ' | tr -s ' ' | cut -d' ' -f2",
        ),
        reads=lambda reply: "5" if int(reply.out) <= 5 else "30",
    ),
    Prediction(
        slug="ttl-of-an-alias-alone",
        options={"30": "30, as the Corefile says", "5": "5 or less, as the provider says"},
        asks=client.run(
            "the TTL of the alias",
            f"dig +noall +answer external-database.{ZONE} CNAME | tr '\\t' ' ' | tr -s ' ' | cut -d' ' -f2",
        ),
        reads=lambda reply: "5" if int(reply.out) <= 5 else "30",
    ),
    Prediction(
        slug="alias-alone-under-cache-30",
        options={"early": "within some seconds", "late": "after about half a minute"},
        reads=lambda seconds: "early" if seconds < 15 else "late",
    ),
    Prediction(
        slug="address-under-cache-30",
        options={"early": "within some seconds", "late": "after about half a minute"},
        reads=lambda seconds: "early" if seconds < 15 else "late",
    ),
    Prediction(slug="ttl-of-a-short-record", near=0, reads=float),
    Prediction(slug="ttl-of-a-long-record", near=0, reads=float),
    Exercise(
        slug="ttl-that-matters",
        title="The number that matters",
        minutes=6,
        setup=AS_AT_THE_START + ALIAS.format(name="partner", target="long.example.com"),
        patience=15,
        judge=[
            Check(
                "kept-for-five-seconds",
                # Each Pod of CoreDNS has a cache of its own, and a question reaches one of them: twelve at a time, until
                # a number is too high, or for longer than a record may be kept.
                client.run(
                    "the highest TTL of long.example.com within seven seconds, at any CoreDNS Pod",
                    """python3 - <<'PY'
import dns.resolver, time
highest, end = -1, time.monotonic() + 7
while time.monotonic() < end and highest <= 5:
    for _ in range(12):
        highest = max(highest, dns.resolver.resolve("long.example.com.", "A", lifetime=5).rrset.ttl)
    time.sleep(0.5)  # between two rounds of questions
print(highest, "seconds")
PY""",
                ),
                lambda reply: reply.text != "" and int(reply.text.split()[0]) <= 5,
                "5 seconds or less",
                why_kept,
                "kubectl -n kube-system get configmap coredns -o yaml, and the plugin's page: https://coredns.io/plugins/cache/",
                beside=client.run(
                    "the TTL of what CoreDNS forms itself",
                    f"dig +noall +answer partner.{ZONE} CNAME | tr '\\t' ' ' | tr -s ' ' | cut -d' ' -f2",
                ),
            ),
        ],
        # As it was: the first number may be any up to 30, for a record in a cache grows older.
        fresh={"kept-for-five-seconds": "forms itself: 30)\nCoreDNS keeps the partner's record"},
        hints=(
            "Which plugin cut 300 to 30 a few cells above? The other 30 in the Corefile is about something else.",
            "`ttl 30` is for the answers that CoreDNS forms from Services. `cache 30` is for how long it keeps an answer at most, the partner's included.",
            'Change the number behind `cache`, and leave its two lines in place: corefile.write(corefile.read().replace("cache 30 {", "cache 5 {")).',
        ),
        why="The number behind `cache` is the longest time for which CoreDNS keeps a positive answer. 5 is also the least it can do, unless the plugin is told a lower one. It holds for every outside name, so all Pods ask outside more often while the drill goes on.",
        wrong={
            "ttl-of-the-services": Wrong(
                cell='corefile.write(corefile.read().replace("ttl 30", "ttl 5"))',
                fails=("kept-for-five-seconds",),
                says={"kept-for-five-seconds": "CoreDNS forms itself: 5)"},
                in_force="kubectl get configmap coredns -n kube-system -o yaml | grep -q 'ttl 5'",
            ),
            "no-cache": Wrong(
                cell='corefile.write(re.sub(r"(?s)    cache 30 [{].*?\\n    [}]\\n", "", corefile.read()))',
                fails=("kept-for-five-seconds",),
                says={"kept-for-five-seconds": "nobody cuts"},
                in_force="! kubectl get configmap coredns -n kube-system -o yaml | grep -q cache",
            ),
        },
    ),
]
