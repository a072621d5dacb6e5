"""stuck-release: the release is deployed, its Service is an alias by Helm, and the next upgrade passes as well."""

from course.lab import Check, Pod, Reply, leads_to, reads_ada

probe, team = Pod("lab-stuck-release", "probe"), Pod("lab-stuck-release")
TARGET = "users.cxyz123.us-east-1.rds.amazonaws.com"
OWNERS = '{range .metadata.managedFields[*]}{.manager} has {.fieldsV1.f:spec}{"\\n"}{end}'
FAILED = 2  # the revision of the pipeline's upgrade before you came
HISTORY = "kubectl -n lab-stuck-release exec helm -- helm history shop"
FIELDS = "kubectl -n lab-stuck-release get service shop-db --show-managed-fields -o yaml"


def owners(reply: Reply, field: str) -> str:
    """Who has this field of the Service's spec, as its managedFields say."""
    lines = (line.partition(" has ") for line in reply.out.splitlines())
    return " ".join(sorted(manager for manager, _, fields in lines if f'"f:{field}"' in fields))


def revisions(reply: Reply) -> dict[int, str]:
    """Each revision of the release with its status."""
    lines = [line.split() for line in reply.out.splitlines()]
    return {int(words[0]): words[1] for words in lines if len(words) == 2}


def is_counted_on(reply: Reply) -> bool:
    """Whether the history goes on from the pipeline's failed upgrade; Helm keeps ten revisions, and so may have lost it."""
    found = revisions(reply)
    return max(found) > FAILED and (found[FAILED] == "failed" if FAILED in found else min(found) > FAILED)


def last(reply: Reply) -> str:
    """The status of the last revision; "" without one."""
    found = revisions(reply)
    return found[max(found)] if found else ""


def why_not_deployed(reply: Reply) -> str:
    """Gone, made anew, or failed."""
    if not last(reply):
        return "There is no release any more: Helm does not know the Service, and its history is gone."
    if last(reply) == "deployed":
        return "This is another release of that name: it begins at revision 1, and the history of yours is gone."
    return (
        f"The last revision is {last(reply)}. The error of that revision stands in the history: which field, and why?"
    )


CHECKS = [
    reads_ada(
        probe,
        "shop-db",
        "The app reads its rows through this name.",
        "where the name leads (check leads-to-the-provider)",
    ),
    Check(
        "leads-to-the-provider",
        probe.dig("shop-db"),
        leads_to(TARGET),
        f"an alias of {TARGET}, with an address",
        "The Service leads elsewhere: somebody else's target, or Pods that are not there any more.",
        "kubectl -n lab-stuck-release get service shop-db -o yaml",
    ),
    Check(
        "the-release-is-deployed",
        team.kubectl(
            "get secrets -l owner=helm,name=shop "
            "-o jsonpath='{range .items[*]}{.metadata.labels.version} {.metadata.labels.status}{\"\\n\"}{end}'"
        ),
        lambda reply: last(reply) == "deployed" and is_counted_on(reply),
        f"the last revision deployed, and counted on from revision {FAILED}",
        why_not_deployed,
        HISTORY,
    ),
    Check(
        "helm-has-the-target",
        team.kubectl(f"get service shop-db --show-managed-fields -o jsonpath='{OWNERS}'"),
        lambda reply: "helm" in owners(reply, "externalName").split(),
        "spec.externalName among the fields of helm",
        lambda reply: (
            f"The target is {owners(reply, 'externalName') or 'nobody'}'s: the next upgrade that changes it ends in a conflict."
        ),
        FIELDS,
    ),
    Check(
        "and-once-more",
        team.kubectl(f"get service shop-db --show-managed-fields -o jsonpath='type {{.spec.type}}{{\"\\n\"}}{OWNERS}'"),
        lambda reply: reply.text.startswith("type ExternalName") and not owners(reply, "ipFamilyPolicy"),
        "an alias, and nobody who writes ipFamilyPolicy",
        "Helm writes a field that no alias may have: the first upgrade may pass, the next one with the same values does not.",
        "kubectl -n lab-stuck-release exec helm -- helm get values shop",
    ),
]
