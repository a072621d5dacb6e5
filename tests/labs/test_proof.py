"""Every lab of the manifest is proven on the real cluster: one test a lab, the longest first."""

from collections.abc import Callable

import pytest

from course.kube import network_policy
from course.tasks import catalog
from course.tasks.capabilities import Skipped
from tests.labs.proof import Proof, weight

pytestmark = pytest.mark.cluster
LONGEST_FIRST = sorted(catalog.labs(), key=weight, reverse=True)


LABS = [pytest.param(lab.slug, id=f"@lab {lab.slug}") for lab in LONGEST_FIRST]


@pytest.mark.parametrize("slug", LABS)
def test_lab(
    cluster: None, slug: str, record_property: Callable[[str, object], None], proves: Callable[..., None]
) -> None:
    proof = Proof(catalog.find(slug))
    try:
        proof.run()
    except Skipped as reason:
        assert not network_policy.enforcing_agents(), str(reason)
        pytest.skip(f"{reason.what} {reason.why}")
    finally:
        account = proof.account()
        record_property("lab", account)
    proves("wrong answers", account["wrong"])
    proves("lab starts", account["starts"])
