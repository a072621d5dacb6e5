"""ip-is-no-name: an address has no place in an alias; a Service without selector can carry to it."""

from course.lab import Check, Pod, Reply, reads_ada

probe = Pod("lab-ip-is-no-name")
connect = probe.connect("warehouse-db", 5432)
# Twelve times: of two endpoints, each connection gets one by chance.
machine = probe.run(
    "ask warehouse-db for the address of its machine, twelve times, and compare it with the partner's mail",
    'asked="host=warehouse-db dbname=users user=app password=app connect_timeout=5"; '
    'machines=$(for try in $(seq 12); do psql "$asked" -AtXqc "SELECT host(inet_server_addr())" || exit 1; done) || exit 1; '
    'machines=$(echo "$machines" | sort -u | paste -s -d " "); '
    'case $machines in "$(cat /etc/outside/ADDRESS)") echo "$machines, the address in the mail";; '
    '*" "*) echo "$machines, more than the address in the mail" >&2; exit 1;; '
    '*) echo "$machines, not the address in the mail" >&2; exit 1;; esac',
)


def why_no_address(reply: Reply) -> str:
    if any(name.endswith(".pod.cluster.local") for name in reply.aliases):
        return (
            "CoreDNS makes this answer out of the question itself, because of `pods insecure` in its Corefile: on a cluster "
            "without that line the report has no database."
        )
    if reply.addresses:
        return "It leads to somebody else's name that has the same address today. When its owner moves, the report reads another database."
    if reply.rcode == "NXDOMAIN":
        return "An alias must lead to a name. The API lets an IPv4 address pass as one, and the DNS server then leaves the Service out."
    return (
        "The alias leads to a name that has no address here: names made of addresses need a DNS server that knows them."
    )


def why_no_connection(reply: Reply) -> str:
    if "refused" in reply.err:
        return "The name has an address, and nothing is behind it: a Service whose endpoints are not tied to it refuses every connection. Made this moment? Ask again in some seconds."
    if "timed out" in reply.err or "timeout" in reply.err or "No route" in reply.err:
        return "The name has an address, and nobody answers at the machine behind it: is it the partner's?"
    return "Without an address nobody can connect."


def why_another_machine(reply: Reply) -> str:
    if "more than the address" in reply.err:
        return "Each connection goes to one of these machines, by chance: some rows are the partner's, others are not."
    if "not the address" in reply.err:
        return (
            "A database answers, and it is not the partner's: another machine may have the same tables and other rows."
        )
    return "Nothing answers that could say where it runs."


CHECKS = [
    Check(
        "name-answers",
        probe.dig("warehouse-db"),
        lambda reply: bool(reply.addresses) and all(name.endswith(".svc.cluster.local") for name in reply.aliases),
        "an address for warehouse-db, by no name outside",
        why_no_address,
        "kubectl -n lab-ip-is-no-name get svc warehouse-db -o yaml: type and externalName",
    ),
    Check(
        "port-open",
        connect,
        lambda reply: reply.text == "connected",
        "a connection",
        why_no_connection,
        "kubectl -n lab-ip-is-no-name get endpointslices -o yaml: the label kubernetes.io/service-name, and the ports' names on both sides",
        beside=probe.slices(),
    ),
    reads_ada(
        probe,
        "warehouse-db",
        "The report needs data, not a connection.",
        "the two checks above, then the error message",
    ),
    Check(
        "the-partners-machine",
        machine,
        lambda reply: reply.status == 0,
        "the machine whose address is in the mail",
        why_another_machine,
        "kubectl -n lab-ip-is-no-name get endpointslices, beside ADDRESS in the ConfigMap outside",
    ),
]
