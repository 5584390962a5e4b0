"""Runs of schedules of reports: each once, when its days are known, and only for those who may see it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from api.reports.exports import parameters
from commands.ports import Caller
from commands.reports.exports import TooManyExports, TryRun
from domain.pending import Pending
from domain.report_schedules import ReportSchedule
from infra.files.export_desk import MOST_WAITING, ExportDesk
from infra.outbox.messages import AddressRefused, Enclosure
from infra.runtime.report_runs import outside as outside_module
from infra.runtime.report_runs.job import ReportRuns
from projections.reports.columns import sums_of
from projections.reports.names import ReportNames
from projections.reports.section import Result
from tests.api.reports.made_up import FIGURES, row_of, section_of
from tests.infra.test_report_exports import WRITER, Office, a_manager, database, office

__all__ = ["database", "office"]


@dataclass
class Desk:
    """Somebody's desk: what is mailed arrives here, unless the mail server is away."""

    letters: list[tuple[str, str]] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    enclosures: dict[str, Enclosure | None] = field(default_factory=dict)
    trouble: Exception | None = None

    def send(self, address: str, subject: str, text: str, enclosure: Enclosure | None = None) -> None:
        if self.trouble:
            raise self.trouble
        self.letters.append((address, text))
        self.subjects.append(subject)
        self.enclosures[address] = enclosure


@dataclass
class Scheduled:
    """A company with a report that is made again and again, and the hands of its clock."""

    office: Office
    desk: Desk
    schedule: ReportSchedule
    now: datetime
    rows: list[int] = field(default_factory=lambda: [5])

    def step(self, **later: float) -> int:
        """Let the job look, and a worker write, so much later."""
        self.now += timedelta(**later)
        with psycopg.connect(self.office.worker, autocommit=True) as connection:
            runs = ReportRuns(self.desk, "https://shop.example/")
            ended = runs.step(connection, WRITER, self.now)
            self.office.work()
            return ended + runs.step(connection, WRITER, self.now)

    def runs(self) -> list[tuple[str, str | None]]:
        """What became of each, by their days."""
        rows = self.office.ask(
            "SELECT status, failure FROM report_runs WHERE company_id = %s ORDER BY period",
            self.office.company_id,
        )
        return [(row["status"], row["failure"]) for row in rows]


#: When every store of the section opened.
OPENED_ON = date(2025, 12, 31)
#: The section's read model knows more of the log than there will ever be.
KNOWN_POSITION = 1_000
KNOWN = """
    INSERT INTO projection_checkpoints (company_id, projection, position) VALUES (%s, 'report_names', %s)
        ON CONFLICT (company_id, projection) DO UPDATE SET position = excluded.position
"""


@pytest.fixture
def scheduled(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scheduled]:
    """A schedule of a manager, who gets the file every day, for the first time in half a day."""
    manager = a_manager(email="ada@example.org")
    now = datetime.now(UTC)
    schedule = schedule_of(manager.id, f"{now + timedelta(hours=12):%H:%M}")
    office.record(manager, schedule)
    made = Scheduled(office, Desk(), schedule, now)

    def question(*_: Any) -> Pending[Result]:
        rows = [row_of(number) | {"visits": number} for number in made.rows]
        return Pending(lambda: Result(rows=rows, overall=sums_of(rows, FIGURES)))

    section = replace(section_of([]), sources=(ReportNames,))
    office.ask(KNOWN, office.company_id, KNOWN_POSITION)
    object.__setattr__(section, "question", question)
    monkeypatch.setattr(parameters, "SECTIONS", (section,))
    parameters._schema_of.cache_clear()
    yield made
    office.ask("DELETE FROM report_runs")
    office.ask("DELETE FROM settings WHERE kind = 'report-schedules'")


def schedule_of(user_id: UUID, at: str) -> ReportSchedule:
    fields = {
        "name": "Stores of yesterday",
        "area": "sales-summary",
        "section": "by-store",
        "format": "csv",
        "filters": "",
        "range": "yesterday",
        "at": at,
        "timezone": "UTC",
        "user_id": user_id,
        "recipients": (user_id,),
    }
    return ReportSchedule.begin(ReportSchedule.Registered, uuid4(), **fields)


def test_a_file_is_made_once_a_day_and_mailed(scheduled: Scheduled) -> None:
    assert scheduled.step(days=1) == 1
    assert scheduled.step(minutes=1) == 0
    assert scheduled.step(days=1) == 1

    assert scheduled.runs() == [("sent", None), ("sent", None)]
    assert [address for address, _ in scheduled.desk.letters] == ["ada@example.org"] * 2
    text = scheduled.desk.letters[0][1]
    assert "Sales by store" in text
    assert "Gross sales: 1,234.50 EUR" in text
    assert "https://shop.example/api/admin/reports/exports/" in text
    assert f"up to position {KNOWN_POSITION} of the log" in text


def test_a_run_waits_until_the_log_of_its_days_is_known(scheduled: Scheduled) -> None:
    scheduled.office.ask(KNOWN, scheduled.office.company_id, 0)
    assert scheduled.step(days=1) == 0
    assert scheduled.runs() == [("due", None)]

    scheduled.office.ask(KNOWN, scheduled.office.company_id, KNOWN_POSITION)
    assert scheduled.step(minutes=1) == 1


def test_a_letter_tells_no_costs(scheduled: Scheduled) -> None:
    scheduled.step(days=1)

    assert "Cost" not in scheduled.desk.letters[0][1]


def test_after_a_pause_the_last_three_are_made_up_for(scheduled: Scheduled) -> None:
    scheduled.step(days=9)

    assert scheduled.runs() == [("sent", None)] * 3


def test_what_is_not_enabled_is_left_out_and_not_made_up_for(scheduled: Scheduled) -> None:
    scheduled.schedule.revise({"enabled": False})
    scheduled.office.record(scheduled.schedule)
    scheduled.step(days=2)
    assert {status for status, _ in scheduled.runs()} == {"skipped"}

    scheduled.schedule.revise({"enabled": True})
    scheduled.office.record(scheduled.schedule)
    scheduled.step(hours=1)
    assert scheduled.desk.letters == []
    scheduled.step(days=1)
    assert len(scheduled.desk.letters) == 1


def test_an_empty_report_is_left_out_where_that_is_asked_for(scheduled: Scheduled) -> None:
    scheduled.schedule.revise({"skip_if_empty": True})
    scheduled.office.record(scheduled.schedule)
    scheduled.rows = []

    scheduled.step(days=1)

    assert scheduled.runs() == [("skipped", None)]


def test_a_condition_is_told_of_once_until_it_does_not_hold(scheduled: Scheduled) -> None:
    scheduled.schedule.revise({"condition": "visits > 10"})
    scheduled.office.record(scheduled.schedule)

    told = []
    for visits in (5, 11, 12, 3, 20):
        scheduled.rows = [visits]
        before = len(scheduled.desk.letters)
        scheduled.step(days=1)
        told.append(len(scheduled.desk.letters) - before)

    assert told == [0, 1, 0, 0, 1]
    assert "This is a test" not in scheduled.desk.letters[0][1]


def test_an_alert_says_its_condition_and_the_first_rows_that_fulfil_it(scheduled: Scheduled) -> None:
    scheduled.schedule.revise({"condition": "visits > 10"})
    scheduled.office.record(scheduled.schedule)
    scheduled.rows = [3, *range(11, 18)]

    scheduled.step(days=1)

    text = scheduled.desk.letters[0][1]
    assert "Condition: visits > 10 (Visits)\nThe whole fulfils it: 101\n" in text
    rows = "".join(f"  Store {number}: {number}\n" for number in range(11, 16))
    assert f"Rows that fulfil it: 7 of 8\n{rows}  …\n" in text


def test_an_alert_about_a_date_reckons_from_the_day_of_the_run(scheduled: Scheduled) -> None:
    day = (scheduled.now + timedelta(hours=12)).date()
    since = (OPENED_ON - day).days
    scheduled.schedule.revise({"condition": f"opened_on = {since} days"})
    scheduled.office.record(scheduled.schedule)

    scheduled.step(days=1)
    scheduled.step(days=1)

    assert f"  Store 5: {OPENED_ON}\n" in scheduled.desk.letters[0][1]
    assert scheduled.runs() == [("sent", None), ("skipped", None)]


def test_a_condition_of_before_that_nothing_could_fulfil_fails_and_says_so(scheduled: Scheduled) -> None:
    scheduled.schedule.revise({"condition": "store_name > 1"})
    scheduled.office.record(scheduled.schedule)

    scheduled.step(days=1)

    ((status, failure),) = scheduled.runs()
    assert (status, str(failure)[:11]) == ("failed", "A condition")


def test_a_name_of_before_with_line_breaks_is_sent_on_one_line(scheduled: Scheduled) -> None:
    scheduled.schedule.revise({"name": "Sales\r\nBcc: x@y.example"})
    scheduled.office.record(scheduled.schedule)

    assert scheduled.step(days=1) == 1

    assert scheduled.desk.subjects == ["Sales Bcc: x@y.example"]
    assert "Sales Bcc: x@y.example: Sales by store" in scheduled.desk.letters[0][1]


def test_what_would_fail_for_ever_is_not_tried_again(scheduled: Scheduled) -> None:
    scheduled.desk.trouble = ValueError("a header of two lines")

    assert scheduled.step(days=1) == 1

    assert scheduled.runs() == [("failed", "It could not be made (ValueError).")]


def test_what_a_letter_says_is_kept_until_it_is_sent(scheduled: Scheduled) -> None:
    scheduled.step(days=1)

    assert [row["text"] for row in scheduled.office.ask("SELECT text FROM report_runs")] == [None]


def test_what_the_mail_server_does_not_take_is_sent_again_later(scheduled: Scheduled) -> None:
    scheduled.desk.trouble = OSError("away")
    assert scheduled.step(days=1) == 0
    scheduled.desk.trouble = None

    assert scheduled.step(minutes=1) == 1
    assert len(scheduled.desk.letters) == 1


def test_an_address_that_is_refused_for_good_is_named_as_trouble(scheduled: Scheduled) -> None:
    scheduled.desk.trouble = AddressRefused("ada@example.org")

    scheduled.step(days=1)

    assert scheduled.runs() == [("sent", "the mail server refuses an address")]


def test_whoever_may_not_see_the_report_any_more_gets_nothing(scheduled: Scheduled) -> None:
    other = a_manager(email="bob@example.org", denied=("reports.sales.view",))
    scheduled.schedule.revise({"recipients": (scheduled.schedule.values["user_id"], other.id)})
    scheduled.office.record(other, scheduled.schedule)

    scheduled.step(days=1)

    assert [address for address, _ in scheduled.desk.letters] == ["ada@example.org"]
    assert scheduled.runs() == [("sent", f"user {other.id} may not see it")]


def test_whoever_may_not_see_costs_gets_no_file_with_costs(scheduled: Scheduled) -> None:
    other = a_manager(email="bob@example.org", denied=("costs.view",))
    scheduled.schedule.revise({"recipients": (other.id,)})
    scheduled.office.record(other, scheduled.schedule)

    scheduled.step(days=1)

    assert scheduled.desk.letters == []


def test_a_schedule_of_somebody_who_lost_the_right_fails_and_says_so(scheduled: Scheduled) -> None:
    lost = a_manager(denied=("reports.sales.view",))
    scheduled.schedule.revise({"user_id": lost.id})
    scheduled.office.record(lost, scheduled.schedule)

    scheduled.step(days=1)

    ((status, failure),) = scheduled.runs()
    assert (status, bool(failure)) == ("failed", True)


def test_a_try_is_for_whoever_asks_alone_and_no_run_of_its_day(scheduled: Scheduled) -> None:
    scheduled.schedule.revise({"condition": "visits > 1000"})
    other = a_manager(email="bob@example.org")
    scheduled.office.record(other, scheduled.schedule)
    with scheduled.office.transaction() as db:
        caller = Caller(company_id=scheduled.office.company_id, user_id=other.id)
        run = TryRun(id=uuid4(), schedule_id=scheduled.schedule.id)
        ExportDesk(db, caller, scheduled.now, lambda: None).try_run(run)

    assert scheduled.step(minutes=1) == 1

    assert [address for address, _ in scheduled.desk.letters] == ["bob@example.org"]
    assert scheduled.desk.subjects == ["Test: Stores of yesterday"]
    text = scheduled.desk.letters[0][1]
    assert "This is a test, sent to you alone" in text
    assert "Condition: visits > 1000 (Visits)\nRows that fulfil it: 0 of 1\n" in text
    scheduled.step(days=1)
    assert scheduled.runs() == [("sent", None), ("skipped", None)]


def test_a_try_tells_nothing_of_a_condition_that_takes_a_permission(scheduled: Scheduled) -> None:
    scheduled.schedule.revise({"condition": "cost_of_goods > 1"})
    other = a_manager(email="bob@example.org", denied=("costs.view",))
    scheduled.office.record(other, scheduled.schedule)
    with scheduled.office.transaction() as db:
        caller = Caller(company_id=scheduled.office.company_id, user_id=other.id)
        run = TryRun(id=uuid4(), schedule_id=scheduled.schedule.id)
        ExportDesk(db, caller, scheduled.now, lambda: None).try_run(run)

    assert scheduled.step(minutes=1) == 1

    ((_, text),) = scheduled.desk.letters
    assert "This is a test" in text
    assert "Condition: " not in text


def test_no_more_tries_wait_than_exports(scheduled: Scheduled) -> None:
    caller = Caller(company_id=scheduled.office.company_id, user_id=scheduled.schedule.values["user_id"])
    with scheduled.office.transaction() as db:
        desk = ExportDesk(db, caller, scheduled.now, lambda: None)
        for _ in range(MOST_WAITING):
            desk.try_run(TryRun(id=uuid4(), schedule_id=scheduled.schedule.id))
        with pytest.raises(TooManyExports):
            desk.try_run(TryRun(id=uuid4(), schedule_id=scheduled.schedule.id))


class TestOutside:
    ADDRESS = "tax@outside.example"

    def allow(self, scheduled: Scheduled, *, is_allowed: bool = True) -> None:
        """Let the company allow it or not, and the file go to an address outside as well."""
        update = "UPDATE companies SET reports_to_outside = %s WHERE company_id = %s"
        scheduled.office.ask(update, is_allowed, scheduled.office.company_id)
        scheduled.schedule.revise({"addresses": (self.ADDRESS,)})
        scheduled.office.record(scheduled.schedule)

    def outside(self, scheduled: Scheduled) -> list[str]:
        return [text for address, text in scheduled.desk.letters if address == self.ADDRESS]

    def test_the_file_itself_is_mailed_without_costs(self, scheduled: Scheduled) -> None:
        self.allow(scheduled)

        assert scheduled.step(days=1) == 1
        scheduled.step(minutes=1)

        [text] = self.outside(scheduled)
        assert "The file is enclosed." in text
        assert "/api/" not in text
        enclosure = scheduled.desk.enclosures[self.ADDRESS]
        assert enclosure is not None
        assert (enclosure.media_type, enclosure.name[:8]) == ("text/csv", "by-store")
        assert b"gross_sales" in enclosure.content
        assert b"cost_of_goods" not in enclosure.content
        assert scheduled.desk.enclosures["ada@example.org"] is None
        assert scheduled.runs() == [("sent", None)]
        ours = scheduled.office.ask("SELECT needs FROM report_exports ORDER BY cardinality(needs)")
        assert [row["needs"] for row in ours] == [[], ["costs.view"]]

    def test_an_alert_about_costs_tells_none(self, scheduled: Scheduled) -> None:
        self.allow(scheduled)
        scheduled.schedule.revise({"condition": "cost_of_goods > 60000"})
        scheduled.office.record(scheduled.schedule)

        scheduled.step(days=1)
        scheduled.step(minutes=1)

        [text] = self.outside(scheduled)
        assert "Condition: cost_of_goods > 60000 (Cost of goods, 600.00 EUR)" in text
        assert "The whole fulfils it.\nRows that fulfil it: 1 of 1\n  Store 5\n" in text

    def test_an_alert_tells_costs_to_whom_they_are_shown(self, scheduled: Scheduled) -> None:
        scheduled.schedule.revise({"condition": "cost_of_goods > 60000"})
        scheduled.office.record(scheduled.schedule)

        scheduled.step(days=1)

        assert "  Store 5: 600.05 EUR\n" in scheduled.desk.letters[0][1]

    def test_nothing_is_mailed_there_any_more_when_that_is_not_allowed(self, scheduled: Scheduled) -> None:
        self.allow(scheduled, is_allowed=False)

        scheduled.step(days=1)

        assert [address for address, _ in scheduled.desk.letters] == ["ada@example.org"]
        assert scheduled.runs() == [("sent", "the company mails no reports to addresses outside")]

    def test_a_file_that_is_too_large_is_not_enclosed(
        self, scheduled: Scheduled, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(outside_module, "MOST_BYTES", 10)
        self.allow(scheduled)

        scheduled.step(days=1)

        [text] = self.outside(scheduled)
        assert "too much for a letter" in text
        assert scheduled.desk.enclosures[self.ADDRESS] is None

    def test_what_the_mail_server_does_not_take_is_sent_again_later(self, scheduled: Scheduled) -> None:
        self.allow(scheduled)
        scheduled.desk.trouble = OSError("away")
        assert scheduled.step(days=1) == 0
        scheduled.desk.trouble = None

        assert scheduled.step(minutes=1) == 1

        assert len(self.outside(scheduled)) == 1
        assert not any(self.ADDRESS in str(row) for row in scheduled.office.ask("SELECT * FROM report_runs"))

    def test_a_try_is_not_mailed_there(self, scheduled: Scheduled) -> None:
        self.allow(scheduled)
        with scheduled.office.transaction() as db:
            caller = Caller(
                company_id=scheduled.office.company_id, user_id=scheduled.schedule.values["user_id"]
            )
            run = TryRun(id=uuid4(), schedule_id=scheduled.schedule.id)
            ExportDesk(db, caller, scheduled.now, lambda: None).try_run(run)

        scheduled.step(minutes=1)

        assert self.outside(scheduled) == []
        assert len(scheduled.desk.letters) == 1

    def test_what_is_sorted_by_costs_is_written_for_nobody_outside(self, scheduled: Scheduled) -> None:
        self.allow(scheduled)
        scheduled.schedule.revise({"filters": "sort=-cost_of_goods"})
        scheduled.office.record(scheduled.schedule)

        scheduled.step(days=1)

        assert self.outside(scheduled) == []
        assert scheduled.runs() == [("sent", "there is no file for addresses outside")]
