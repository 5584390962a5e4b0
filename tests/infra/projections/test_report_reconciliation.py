"""Reports against each other: on request, and by a job that never ends; what differs is named once."""

from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner, Result
from structlog.testing import capture_logs

from api.reports.files import csv as csv_module
from domain.companies import Company
from infra.cli.reports import reports
from infra.decisions.unit_of_work import EventWriter
from infra.jobs.report_reconciliation import PAUSE, ReportReconciliation
from infra.jobs.report_rounds import companies_due
from infra.projections.report_reconciliation import Reconciliation
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.runtime.report_files import SectionFiles
from projections.declarations import _record_of
from projections.reports.sections.sales_summary.by_store import BY_STORE

WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)
#: A sum of a day that is not what its sales add up to, and as it was.
WRONG: LiteralString = (
    "UPDATE sales_store_day SET orders = orders + 1 WHERE business_date = '2026-03-02' AND company_id = %s"
)
RIGHT: LiteralString = (
    "UPDATE sales_store_day SET orders = orders - 1 WHERE business_date = '2026-03-02' AND company_id = %s"
)
NAMED = ("R2", "2026-03-02", "orders", "1", "2")


def break_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have what writes CSV leave cents out."""
    shown = csv_module._shown
    monkeypatch.setattr(
        csv_module,
        "_shown",
        lambda *of: lambda cells: [one.removesuffix(".00") for one in shown(*of)(cells)],
    )


@pytest.fixture
def trading(shop: Any) -> Any:
    """A shop with goods and some days of sales, which its reports know."""
    shop.record(
        Company.begin(
            Company.Registered, shop.company_id, name="Harbour", currency="EUR", timezone="Europe/Berlin"
        )
    )
    shop.open_doors()
    shop.receive(shop.variants, 10, 250)
    for day in range(1, 4):
        shop.sell(shop.variants[day:], day)
    shop.database.follow().step()
    return shop


def alter(shop: Any, statement: LiteralString) -> None:
    """Alter what is kept of the company behind the log's back."""
    with psycopg.connect(shop.database.owner, autocommit=True) as owner:
        assert owner.execute(statement, [shop.company_id]).rowcount > 0


def call(shop: Any, *arguments: str) -> Result:
    return CliRunner().invoke(
        reports,
        ["verify", "--company", str(shop.company_id), *arguments],
        obj={"worker_conninfo": lambda: shop.database.worker},
    )


def said(result: Result) -> str:
    return " ".join(result.output.split())


def go_on(shop: Any, *, steps: int = 100) -> list[tuple[Any, ...]]:
    """Go on with this company's round, to its end or by so many days, and say what was logged about it."""
    with psycopg.connect(shop.database.worker, autocommit=True) as connection, capture_logs() as logs:
        job = ReportReconciliation(connection, WRITER, datetime.now(UTC), [SectionFiles(BY_STORE)])
        any(not job.compare_some(shop.company_id) for _ in range(steps))
    return [
        tuple(one[name] for name in ("rule", "business_date", "figure", "a", "b"))
        for one in logs
        if one["log_level"] == "error" and one["company_id"] == str(shop.company_id)
    ]


def verified(shop: Any) -> int | None:
    """The position up to which all was clean, if there was ever one."""
    rows = shop.database.rows(
        "SELECT verified_position FROM report_reconciliations"
        " WHERE company_id = %s AND verified_at IS NOT NULL",
        shop.company_id,
    )
    return rows[0][0] if rows else None


class TestOnRequest:
    def test_reports_that_agree_are_told(self, trading: Any) -> None:
        result = call(trading)
        assert (result.exit_code, said(result)) == (
            0,
            "Companies checked: 1, not checked: 0; days: 3, differences: 0.",
        )

    def test_what_differs_is_one_line_with_what_to_do(self, trading: Any) -> None:
        alter(trading, WRONG)
        result = call(trading)
        position = trading.head() - 3
        assert result.exit_code == 1
        first, last = filter(None, result.output.splitlines())
        assert f"R2: company {trading.company_id}, 2026-03-02, store {UUID(int=3)}" in first
        assert f"sales_store_day: orders is 1 by facts and 2 by sums from position {position} on;" in first
        assert f"`mipos projections rebuild report_sales --company {trading.company_id}`" in first
        assert last.endswith("days: 3, differences: 1.")

    def test_the_rebuild_that_it_names_puts_it_right(self, trading: Any) -> None:
        alter(trading, WRONG)
        trading.rebuild("report_sales")
        assert call(trading).exit_code == 0

    @pytest.mark.parametrize(
        ("arguments", "code", "days"),
        [
            (["--from", "2026-03-03"], 0, 1),
            (["--to", "2026-03-01"], 0, 1),
            (["--from", "2026-03-02", "--to", "2026-03-02"], 1, 1),
            (["--rule", "R1", "--rule", "R3"], 0, 3),
            (["--rule", "R2"], 1, 3),
        ],
    )
    def test_days_and_rules_can_be_named(
        self, trading: Any, arguments: list[str], code: int, days: int
    ) -> None:
        alter(trading, WRONG)
        result = call(trading, *arguments)
        assert (result.exit_code, f"days: {days}," in said(result)) == (code, True)

    def test_what_a_file_says_otherwise_is_told(self, trading: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        break_writer(monkeypatch)
        result = call(trading, "--rule", "R9", "--from", "2026-03-02")
        assert result.exit_code == 1
        store = f"row {UUID(int=3)}: gross_sales is"
        [line] = [
            one for one in result.output.splitlines() if f"CSV of sales-summary/by-store, {store}" in one
        ]
        assert line.startswith(f"R9: company {trading.company_id}, 2026-03-03, CSV of")
        assert "by the answer and" in line
        assert "what writes the file is at fault" in line
        assert call(trading, "--rule", "R1").exit_code == 0

    def test_what_cannot_be_checked_is_told(self, trading: Any) -> None:
        alter(
            trading,
            "UPDATE projection_checkpoints SET parked_at = now()"
            " WHERE projection = 'report_stock' AND company_id = %s",
        )
        result = call(trading)
        assert result.exit_code == 1
        assert f"company {trading.company_id} could not be checked:" in said(result)

    def test_a_period_that_ends_before_it_begins_is_an_error(self, trading: Any) -> None:
        assert call(trading, "--from", "2026-03-02", "--to", "2026-03-01").exit_code == 2

    def test_balances_that_moved_since_are_not_compared_with_what_reports_know(self, trading: Any) -> None:
        trading.sell(trading.variants, 4)
        assert call(trading).exit_code == 0


class TestJob:
    """The tests of a module share a database, so the job does not go over all companies here."""

    def test_a_company_is_due_when_its_last_round_began_a_pause_ago(self, trading: Any) -> None:
        with psycopg.connect(trading.database.worker, autocommit=True) as connection:
            assert trading.company_id in companies_due(connection, datetime.now(UTC), PAUSE)
            go_on(trading, steps=1)
            assert trading.company_id in companies_due(connection, datetime.now(UTC), PAUSE)
            go_on(trading)
            assert trading.company_id not in companies_due(connection, datetime.now(UTC), PAUSE)
            later = datetime.now(UTC) + PAUSE
            assert trading.company_id in companies_due(connection, later, PAUSE)

    def test_ends_when_its_time_is_up(self, trading: Any) -> None:
        with psycopg.connect(trading.database.worker, autocommit=True) as connection:
            ReportReconciliation(connection, WRITER, datetime.now(UTC)).go_on(seconds=0)
        assert verified(trading) is None

    def test_says_up_to_where_all_was_clean(self, trading: Any) -> None:
        assert verified(trading) is None
        assert go_on(trading) == []
        assert verified(trading) == trading.head()

    def test_what_differs_is_logged_once(self, trading: Any) -> None:
        go_on(trading)
        clean = verified(trading)
        alter(trading, WRONG)
        assert go_on(trading) == [NAMED]
        assert go_on(trading) == []
        assert verified(trading) == clean

    def test_what_was_put_right_is_forgotten(self, trading: Any) -> None:
        alter(trading, WRONG)
        assert go_on(trading) == [NAMED]
        assert verified(trading) is None
        alter(trading, RIGHT)
        assert go_on(trading) == []
        assert verified(trading) == trading.head()

    def test_what_a_file_says_otherwise_is_logged_once_and_forgotten_when_it_agrees_again(
        self, trading: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patched:
            break_writer(patched)
            logged = go_on(trading)
            assert {one[0] for one in logged} == {"R9"}
            assert {one[1] for one in logged} == {"2026-03-01", "2026-03-02", "2026-03-03"}
            assert go_on(trading) == []
            assert verified(trading) is None
        assert go_on(trading) == []
        assert verified(trading) == trading.head()

    def test_a_round_goes_on_with_the_next_day(self, trading: Any) -> None:
        begun = trading.head()
        go_on(trading, steps=2)
        trading.sell(trading.variants, 5)
        trading.database.follow().step()
        assert verified(trading) is None
        go_on(trading, steps=1)
        assert verified(trading) is None
        go_on(trading, steps=1)
        assert verified(trading) == begun

    def test_waits_for_reports_that_are_far_behind(
        self, trading: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("infra.jobs.report_reconciliation.EVENTS", 1)
        trading.sell(trading.variants, 4)
        go_on(trading)
        assert verified(trading) is None
        trading.database.follow().step()
        go_on(trading)
        assert verified(trading) == trading.head()


def test_a_worker_that_looks_again_and_again_keeps_nothing_of_it() -> None:
    Reconciliation(EVENT_TYPES)
    known = _record_of.cache_info().currsize
    for _ in range(3):
        Reconciliation(EVENT_TYPES)
    assert _record_of.cache_info().currsize == known
