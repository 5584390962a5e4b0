"""Decisions about read models: made anew or checked by a worker, let rest, let go on."""

from typing import Any

import pytest

from commands.ports import Missing
from commands.read_models import (
    InlineCannotPause,
    JobKind,
    PauseReadModel,
    RebuildRunning,
    RequestJob,
    ResumeReadModel,
    VerificationRunning,
)
from domain.companies import PLATFORM_ID
from domain.errors import Invalid
from tests.commands.samples import COMPANY, NOW, OTHER, id_of
from tests.commands.scenario import Outcome, Scenario


def job(
    one: str = "job", kind: JobKind = "rebuild", name: str = "report_sales", about: Any = None
) -> RequestJob:
    return RequestJob(id=id_of(one), kind=kind, name=name, company_id=about)


def when(scenario: Scenario, command: Any) -> Outcome:
    """What whoever runs the platform wants."""
    return scenario.when(command, company=PLATFORM_ID)


class TestRequestJob:
    @pytest.mark.parametrize("about", [None, COMPANY])
    def test_leaves_it_to_a_worker(self, scenario: Scenario, about: Any) -> None:
        assert when(scenario, job(about=about)).then_nothing().answer == NOW

    def test_refuses_a_second_rebuild_at_a_time(self, scenario: Scenario) -> None:
        when(scenario, job()).then_nothing()
        when(scenario, job("another", about=COMPANY)).then_refused(RebuildRunning)
        when(scenario, job("of another", name="products")).then_nothing()

    def test_refuses_a_second_check_at_a_time(self, scenario: Scenario) -> None:
        when(scenario, job(kind="verify")).then_nothing()
        when(scenario, job("another", kind="verify")).then_refused(VerificationRunning)
        when(scenario, job("rebuild")).then_nothing()

    def test_refuses_what_there_is_not(self, scenario: Scenario) -> None:
        when(scenario, job(name="weather")).then_refused(Missing)
        when(scenario, job(about=OTHER)).then_refused(Invalid, "company_id:not_found")


class TestPauses:
    @pytest.mark.parametrize("about", [None, COMPANY])
    def test_lets_it_rest_and_go_on(self, scenario: Scenario, about: Any) -> None:
        when(scenario, PauseReadModel(name="report_sales", company_id=about)).then_nothing()
        when(scenario, ResumeReadModel(name="report_sales", company_id=about)).then_nothing()
        when(scenario, ResumeReadModel(name="report_sales", company_id=about)).then_nothing()

    def test_refuses_what_decisions_are_made_on(self, scenario: Scenario) -> None:
        when(scenario, PauseReadModel(name="products", company_id=None)).then_refused(InlineCannotPause)

    @pytest.mark.parametrize("command", [PauseReadModel, ResumeReadModel])
    def test_refuses_what_there_is_not(self, scenario: Scenario, command: Any) -> None:
        when(scenario, command(name="weather", company_id=None)).then_refused(Missing)
        unknown = command(name="report_sales", company_id=OTHER)
        when(scenario, unknown).then_refused(Invalid, "company_id:not_found")
