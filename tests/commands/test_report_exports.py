"""Decisions about files of reports that a worker writes."""

from dataclasses import replace
from typing import Any

from commands.ports import DuplicateId, Missing
from commands.reports.exports import DropExport, RequestExport, TooManyExports, TryRun
from domain.report_schedules import ReportSchedule
from tests.commands.samples import NOW, OTHER, USER, id_of
from tests.commands.scenario import Scenario

SCHEDULE = id_of("every Monday")


def export(one: Any = OTHER) -> RequestExport:
    """A file of what the stores sold."""
    return RequestExport(
        id=one,
        area="sales-summary",
        section="by-store",
        format="csv",
        parameters="from=2026-06-01&to=2026-06-30",
        options={},
    )


def schedule() -> ReportSchedule:
    """What the stores sold yesterday, every morning."""
    return ReportSchedule.begin(
        ReportSchedule.Registered,
        SCHEDULE,
        name="Yesterday",
        area="sales-summary",
        section="by-store",
        format="csv",
        filters="",
        range="yesterday",
        at="06:00",
        timezone="Europe/Berlin",
        user_id=USER,
    )


class TestRequestExport:
    def test_leaves_the_file_to_a_worker(self, scenario: Scenario) -> None:
        outcome = scenario.when(export()).then_nothing()
        assert outcome.answer == NOW
        assert scenario.world.exports == {OTHER: export()}

    def test_asks_for_the_same_file_once(self, scenario: Scenario) -> None:
        for number in range(20):
            scenario.when(export(id_of(f"export {number}"))).then_nothing()
        again = scenario.when(export(id_of("export 7"))).then_nothing()
        assert again.answer == NOW
        assert len(scenario.world.exports) == 20

    def test_refuses_the_id_of_another_file(self, scenario: Scenario) -> None:
        scenario.when(export()).then_nothing()
        scenario.when(replace(export(), format="xlsx")).then_refused(DuplicateId, "id")

    def test_refuses_more_than_can_wait(self, scenario: Scenario) -> None:
        for number in range(20):
            scenario.when(export(id_of(f"export {number}"))).then_nothing()
        scenario.when(export()).then_refused(TooManyExports)


class TestDropExport:
    def test_forgets_the_file(self, scenario: Scenario) -> None:
        scenario.when(export())
        scenario.when(DropExport(id=OTHER)).then_nothing()
        assert scenario.world.exports == {}

    def test_refuses_one_that_is_not_there(self, scenario: Scenario) -> None:
        scenario.when(DropExport(id=OTHER)).then_refused(Missing)


class TestTryRun:
    def test_has_the_file_made(self, scenario: Scenario) -> None:
        run = TryRun(id=OTHER, schedule_id=SCHEDULE)
        scenario.given(schedule()).when(run).then_nothing()
        assert scenario.world.tries == [run]

    def test_refuses_more_than_can_wait(self, scenario: Scenario) -> None:
        scenario.given(schedule())
        for number in range(20):
            scenario.when(TryRun(id=id_of(f"try {number}"), schedule_id=SCHEDULE)).then_nothing()
        scenario.when(TryRun(id=OTHER, schedule_id=SCHEDULE)).then_refused(TooManyExports)

    def test_refuses_a_schedule_that_is_not_there(self, scenario: Scenario) -> None:
        scenario.when(TryRun(id=OTHER, schedule_id=SCHEDULE)).then_refused(Missing)

    def test_refuses_a_schedule_that_was_given_up(self, scenario: Scenario) -> None:
        ended = schedule()
        ended.archive()
        scenario.given(ended).when(TryRun(id=OTHER, schedule_id=SCHEDULE)).then_refused(Missing)
        assert scenario.world.tries == []
