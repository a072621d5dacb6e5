"""Every lab of the manifest is proven on the real cluster: one test a lab.

Each twelfth in each run, one of these in whole, the others with one wrong answer; all of them in whole with
`./course test --all`.
"""

from collections.abc import Callable

import pytest

from course.kube import network_policy
from course.tasks import catalog
from course.tasks.capabilities import Skipped
from tests import daily
from tests.labs.proof import Proof

pytestmark = pytest.mark.cluster
SLUGS = [lab.slug for lab in catalog.labs()]
TODAY = daily.share(SLUGS, at=2, of=12)
WHOLE = daily.share(TODAY, at=1, of=2)
LABS = daily.params(SLUGS, TODAY, "@lab {}")


@pytest.mark.parametrize("slug", LABS)
def test_lab(
    cluster: None, slug: str, record_property: Callable[[str, object], None], proves: Callable[..., None]
) -> None:
    proof = Proof(catalog.find(slug), whole=slug in WHOLE)
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
