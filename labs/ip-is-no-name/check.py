"""ip-is-no-name: an address has no place in an alias; a Service without selector can carry to it."""

from course.lab import Check, Pod, Reply

probe = Pod("lab-ip-is-no-name")
connect = probe.connect("warehouse-db", 5432)


def why_no_address(said: Reply) -> str:
    if said.addresses:
        return "It leads to somebody else's name that has the same address today. When its owner moves, the report reads another database."
    if said.rcode == "NXDOMAIN":
        return "An alias must lead to a name. The API lets an IPv4 address pass as one, and the DNS server then leaves the Service out."
    return "The alias leads to a name that has no address here: names made of addresses need a DNS server that knows them."


def why_no_connection(said: Reply) -> str:
    if "refused" in said.err:
        return "The name has an address, and nothing is behind it: a Service whose endpoints are not tied to it refuses every connection."
    return "Without an address nobody can connect."


CHECKS = [
    Check(
        "name-answers",
        probe.dig("warehouse-db"),
        lambda said: bool(said.addresses) and all(name.endswith(".svc.cluster.local") for name in said.aliases),
        "an address for warehouse-db, by no name outside",
        why_no_address,
        "kubectl -n lab-ip-is-no-name get svc warehouse-db -o yaml: type and externalName",
    ),
    Check(
        "port-open",
        connect,
        lambda said: said.text == "connected",
        "a connection",
        why_no_connection,
        "kubectl -n lab-ip-is-no-name get endpointslices -o yaml: the label kubernetes.io/service-name, and the ports' names on both sides",
    ),
    Check(
        "row-read",
        probe.sql("warehouse-db", "SELECT name FROM users WHERE id = 1"),
        lambda said: said.text == "Ada",
        "the row of Ada",
        "The report needs data, not a connection.",
        "the two checks above, then the error message",
    ),
]
