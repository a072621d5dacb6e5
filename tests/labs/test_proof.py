"""Every lab of the manifest is proven on the real cluster."""

from concurrent.futures import Future

import pytest

from course.observe import policy
from course.practice import manifest
from course.practice.needs import Skipped

pytestmark = pytest.mark.cluster


@pytest.mark.parametrize("slug", [lab.slug for lab in manifest.labs()])
def test_fresh_fails_wrong_fails_solution_passes(slug: str, proofs: dict[str, Future[None]]) -> None:
    try:
        proofs[slug].result()
    except Skipped as reason:
        assert policy.ENFORCING_AGENT not in policy.agents(), str(reason)
        pytest.skip(f"{reason.what} {reason.why}")
