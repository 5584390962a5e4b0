"""Long work of the audit is asked for once, and not without bounds."""

from uuid import UUID

import pytest

from commands.audit_jobs import RequestAuditJob, TooManyAuditJobs
from commands.ports import DuplicateId
from tests.commands.samples import company
from tests.commands.scenario import Scenario


@pytest.fixture
def shop(scenario: Scenario) -> Scenario:
    return scenario.given(company())


def verification(number: int = 1, last: int = 10) -> RequestAuditJob:
    return RequestAuditJob(id=UUID(int=number), kind="verification", asked={"from": 1, "to": last})


def test_a_request_that_is_repeated_is_one_job(shop: Scenario) -> None:
    first = shop.when(verification()).answer
    assert shop.when(verification()).answer == first


def test_another_job_has_another_id(shop: Scenario) -> None:
    shop.when(verification())
    shop.when(verification(last=11)).then_refused(DuplicateId, "id")


def test_so_many_wait_at_a_time(shop: Scenario) -> None:
    for number in range(1, 11):
        shop.when(verification(number))
    shop.when(verification(11)).then_refused(TooManyAuditJobs)
