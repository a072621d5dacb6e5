"""axe-core, which looks for what a screen reader or a keyboard cannot use."""

from collections.abc import Sequence

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def violations(page: Page, *regions: str) -> list[str]:
    """What axe-core finds in these parts of a page (selectors): rule and element, a line each."""
    found = Axe().run(page, context={"include": [[region] for region in regions]})
    return [
        f"{rule['id']} ({rule['impact']}): {node['html']} {node['failureSummary']}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]


def by_rule(page: Page, within: str, without: Sequence[str]) -> dict[str, int]:
    """How many elements axe-core finds for each rule in a part of a page, but for some parts of that (selectors)."""
    found = Axe().run(page, context={"include": [[within]], "exclude": [[region] for region in without]})
    return {f"{rule['id']} ({rule['impact']})": len(rule["nodes"]) for rule in found.response["violations"]}
