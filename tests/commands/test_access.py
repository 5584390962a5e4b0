"""Whether somebody may still ask."""

from dataclasses import replace

import pytest

from commands.access import Access, CompanySuspended, RightsChanged, SubscriptionExpired, TokenRevoked
from domain.errors import Refusal

OPEN = Access(session_is_open=True, rights_version=3, company_status="active", subscription_status="active")


@pytest.mark.parametrize("subscription", ["trial", "active", "past_due", None])
def test_whoever_pays_may_read_and_write(subscription: str | None) -> None:
    for writing in (False, True):
        replace(OPEN, subscription_status=subscription).check(3, writing=writing)


@pytest.mark.parametrize(
    ("access", "refusal"),
    [
        (replace(OPEN, session_is_open=False), TokenRevoked),
        (replace(OPEN, company_status="archived"), TokenRevoked),
        (replace(OPEN, rights_version=4), RightsChanged),
        (replace(OPEN, rights_version=None), RightsChanged),
    ],
)
def test_whose_session_or_rights_ended_may_not_even_read(access: Access, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        access.check(3, writing=False)


@pytest.mark.parametrize(
    ("access", "refusal"),
    [
        (replace(OPEN, company_status="suspended"), CompanySuspended),
        (replace(OPEN, subscription_status="expired"), SubscriptionExpired),
    ],
)
def test_who_is_suspended_or_expired_may_only_read(access: Access, refusal: type[Refusal]) -> None:
    access.check(3, writing=False)
    with pytest.raises(refusal):
        access.check(3, writing=True)
