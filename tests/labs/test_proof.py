"""Every lab of the manifest is proven on the real cluster."""

from concurrent.futures import Future

import pytest

from course.kube import network_policy
from course.labs import catalog
from course.labs.capabilities import Skipped

pytestmark = pytest.mark.cluster


@pytest.mark.parametrize("slug", [lab.slug for lab in catalog.labs()])
def test_fresh_fails_wrong_fails_solution_passes(slug: str, proofs: dict[str, Future[None]]) -> None:
    try:
        proofs[slug].result()
    except Skipped as reason:
        assert network_policy.ENFORCING_AGENT not in network_policy.agents(), str(reason)
        pytest.skip(f"{reason.what} {reason.why}")
