"""Files of reports written in the background: whole and of one position, whatever dies meanwhile."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

from api.reports.exports import opening, parameters
from api.reports.files import About
from commands.ports import Caller
from commands.reports.exports import RequestExport
from domain.aggregate import Aggregate
from domain.companies import Company
from domain.pending import Pending
from domain.permissions import MANAGER
from domain.users import User
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.files.expired_exports import expire_exports
from infra.files.export_desk import ExportDesk
from infra.files.exports import MOST_TAKEN_UP, Exports
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.request_transactions import RequestConnection, request_transaction
from infra.runtime.exports import write_export
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from projections.base import Database as ReadModels
from projections.reports.columns import sums_of
from projections.reports.exports import read_export
from projections.reports.period import Period
from projections.reports.section import Criteria, Result, Section
from tests.api.reports.made_up import FIGURES, row_of, section_of
from tests.conftest import Database, fresh_database

WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)
ROWS = 25
FEBRUARY = 2
MARCH = "from=2026-03-01&to=2026-03-31"
#: Pages of a made-up section have so many rows.
PAGE = 10


@dataclass
class Pages:
    """A long section that hands out pages, and does something when one is asked for."""

    asked: list[Criteria] = field(default_factory=list)
    act: Callable[[int], object] = lambda _: None

    def question(self, _: ReadModels, criteria: Criteria) -> Pending[Result]:
        self.asked.append(criteria)
        self.act(criteria.page)
        rows = [row_of(number) for number in self.stores(criteria.period)]
        overall = sums_of(rows, FIGURES)
        some = [row for row in rows if criteria.keys is None or str(row["store_id"]) in criteria.keys]
        page = some[criteria.offset : criteria.offset + (criteria.limit or len(some))]
        return Pending(lambda: Result(rows=page, overall=overall, count=len(rows)))

    def stores(self, period: Period) -> range:
        """In February the first five stores were not there yet, and there were others that are gone."""
        return range(5, ROWS + 15) if period.from_date.month == FEBRUARY else range(ROWS)


@dataclass(frozen=True)
class Office:
    """A company whose exports no worker writes but those of the test."""

    owner: str
    app: str
    worker: str
    company_id: UUID

    @property
    def exports(self) -> Exports:
        """A worker that is not running yet."""
        return Exports(self.worker, WRITER, write_export)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        with (
            RequestConnection.connect(self.app, autocommit=True) as connection,
            request_transaction(connection, self.company_id) as db,
        ):
            yield db

    def record(self, *aggregates: Aggregate) -> None:
        events = [event for aggregate in aggregates for event in aggregate.new_events()]
        with self.transaction() as db:
            WRITER.record(db, events, Metadata(at=datetime.now(UTC)))

    def ask_for(self, user_id: UUID | None = None, **more: Any) -> UUID:
        """Ask for a CSV of the section."""
        export = RequestExport(
            id=uuid4(),
            area="sales-summary",
            section="by-store",
            format="csv",
            options={"separator": ",", "decimal": ".", "bom": False, "footer": False},
            **{"parameters": MARCH, **more},
        )
        with self.transaction() as db:
            caller = Caller(company_id=self.company_id, user_id=user_id)
            ExportDesk(db, caller, datetime.now(UTC), lambda: None).open(export)
        return export.id

    def ask(self, query: Any, *params: Any) -> list[dict[str, Any]]:
        with psycopg.connect(self.owner, autocommit=True, row_factory=dict_row) as connection:
            cursor = connection.execute(query, params)
            return cursor.fetchall() if cursor.description else []

    def row(self, export_id: UUID) -> dict[str, Any]:
        return self.ask("SELECT * FROM report_exports WHERE id = %s", export_id)[0]

    def file(self, export_id: UUID) -> bytes:
        with self.transaction() as db:
            return b"".join(read_export(db, export_id, 0, self.row(export_id)["bytes"] - 1))

    def work(self, stop: Event | None = None) -> int:
        """Let a worker do what waits, over a connection that can be found."""
        with RequestConnection.connect(self.worker, autocommit=True, application_name="hooked") as connection:
            return self.exports._step(connection, stop or Event())


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database of these tests' own."""
    return fresh_database(server, "mipos_exports")


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    """The company, which is in business; what it leaves waiting is no other's to write."""
    office = Office(database.owner, database.app, database.worker, uuid4())
    fields = {"name": "Harbour", "currency": "EUR", "timezone": "Europe/Berlin"}
    company = Company.begin(Company.Registered, office.company_id, **fields)
    with office.transaction() as db:
        db.execute("SELECT found_company(%(company)s)", {"company": office.company_id})
    office.record(company)
    yield office
    office.ask("DELETE FROM report_exports")


@pytest.fixture(autouse=True)
def pages(monkeypatch: pytest.MonkeyPatch) -> Pages:
    """The section that is exported."""
    pages = Pages()
    section: Section = replace(section_of([]), question=pages.question, is_ranked=True)
    monkeypatch.setattr(parameters, "SECTIONS", (section,))
    monkeypatch.setattr(opening, "PAGE", PAGE)
    parameters._schema_of.cache_clear()
    return pages


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_a_file_is_written_page_by_page_up_to_one_position(office: Office, pages: Pages) -> None:
    export_id = office.ask_for()

    assert office.work() == 1

    row, content = office.row(export_id), office.file(export_id)
    assert (row["status"], row["rows_done"], row["rows_total"]) == ("done", ROWS, ROWS)
    assert [asked.page for asked in pages.asked] == [1, 2, 3]
    assert len({asked.position for asked in pages.asked}) == 1
    assert [line["store_name"] for line in rows_of(content)] == [f"Store {number}" for number in range(ROWS)]
    about = About.of(row["about"].encode())
    assert (about.rows, about.position, row["bytes"]) == (ROWS, row["position"], len(content))
    assert row["expires_at"] - row["finished_at"] == timedelta(days=7)


def test_each_page_is_compared_with_the_rows_of_its_keys(office: Office, pages: Pages) -> None:
    export_id = office.ask_for(parameters=f"{MARCH}&compare_to=previous_period")

    office.work()

    row, lines = office.row(export_id), rows_of(office.file(export_id))
    assert (row["status"], row["rows_done"], len(lines)) == ("done", ROWS, ROWS)
    before = [line["visits_previous"] for line in lines]
    assert before == [""] * 5 + [line["visits"] for line in lines[5:]]
    assert {line["gross_sales_change"] for line in lines[5:]} == {"0.00"}
    compared = [asked for asked in pages.asked if asked.period.from_date.month == FEBRUARY]
    assert [len(asked.keys or ()) for asked in compared] == [10, 10, 5]
    assert len({asked.position for asked in pages.asked}) == 1


def test_what_is_gone_follows_by_pages_of_the_other_period(office: Office, pages: Pages) -> None:
    export_id = office.ask_for(parameters=f"{MARCH}&compare_to=previous_period&include=gone")

    office.work()

    lines = rows_of(office.file(export_id))
    assert [line["store_name"] for line in lines] == [f"Store {number}" for number in range(ROWS + 15)]
    gone = lines[ROWS:]
    assert {line["visits"] for line in gone} == {""}
    assert [line["visits_previous"] for line in gone] == [
        str(number + 1) for number in range(ROWS, ROWS + 15)
    ]
    assert max(len(asked.keys or ()) for asked in pages.asked) == PAGE
    assert About.of(office.row(export_id)["about"].encode()).rows == ROWS + 15


def test_one_sees_how_far_it_is(office: Office, pages: Pages) -> None:
    export_id, seen = office.ask_for(), []
    pages.act = lambda page: seen.append((page, office.row(export_id)["rows_done"]))

    office.work()

    assert seen == [(1, 0), (2, 10), (3, 20)]


def test_what_a_dead_worker_began_is_begun_again_up_to_the_same_position(
    office: Office, pages: Pages
) -> None:
    export_id = office.ask_for()
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hooked'"
    pages.act = lambda page: office.ask(kill) if page == 2 else None
    with pytest.raises(psycopg.OperationalError):
        office.work()
    assert office.row(export_id)["status"] == "running"
    office.ask("UPDATE report_exports SET position = 7 WHERE id = %s", export_id)

    pages.act = lambda _: None
    assert office.work() == 1

    assert office.row(export_id)["status"] == "done"
    assert pages.asked[-1].position == 7
    assert len(rows_of(office.file(export_id))) == ROWS


def test_what_kills_every_worker_is_given_up(office: Office) -> None:
    export_id = office.ask_for()
    office.ask(
        "UPDATE report_exports SET status = 'running', attempts = %s WHERE id = %s", MOST_TAKEN_UP, export_id
    )

    office.work()

    assert office.row(export_id)["status"] == "failed"


def test_a_worker_that_is_to_stop_gives_it_back(office: Office, pages: Pages) -> None:
    export_id, stop = office.ask_for(), Event()
    pages.act = lambda page: stop.set() if page == 2 else None

    assert office.work(stop) == 0

    row = office.row(export_id)
    assert (row["status"], row["attempts"]) == ("queued", 0)


def test_what_is_dropped_half_way_leaves_nothing(office: Office, pages: Pages) -> None:
    export_id = office.ask_for()

    def drop(page: int) -> None:
        if page == 2:
            with office.transaction() as db:
                caller = Caller(company_id=office.company_id, user_id=None)
                ExportDesk(db, caller, datetime.now(UTC), lambda: None).drop(export_id)

    pages.act = drop
    assert office.work() == 0

    assert office.ask("SELECT * FROM report_exports WHERE id = %s", export_id) == []
    assert office.ask("SELECT * FROM report_export_parts WHERE export_id = %s", export_id) == []


def test_two_workers_write_two_files_of_a_company_and_no_third(office: Office, pages: Pages) -> None:
    for _ in range(3):
        office.ask_for()
    done: list[int] = []

    def third(_: int) -> None:
        pages.act = lambda _: None
        done.append(office.exports.step())

    def second(_: int) -> None:
        pages.act = third
        done.append(office.exports.step())

    pages.act = second
    office.work()

    # The third worker found no place; the second one went on with the third file.
    assert done == [0, 2]


@pytest.mark.parametrize(
    ("change", "status"),
    [({}, "done"), ({"is_active": False}, "failed"), ({"denied": ("reports.sales.view",)}, "failed")],
)
def test_whoever_asked_must_still_hold_the_right(office: Office, change: dict[str, Any], status: str) -> None:
    user = a_manager(**change)
    office.record(user)
    export_id = office.ask_for(user_id=user.id)

    office.work()

    assert office.row(export_id)["status"] == status


@pytest.mark.parametrize(("change", "has_costs"), [({}, True), ({"denied": ("costs.view",)}, False)])
def test_only_those_get_costs_who_may_see_them_now(
    office: Office, change: dict[str, Any], has_costs: bool
) -> None:
    user = a_manager(**change)
    office.record(user)
    export_id = office.ask_for(user_id=user.id)

    office.work()

    assert ("cost_of_goods" in rows_of(office.file(export_id))[0]) == has_costs
    assert office.row(export_id)["needs"] == (["costs.view"] if has_costs else [])


def test_a_file_is_gone_after_a_week_and_what_it_was_is_known(office: Office) -> None:
    export_id = office.ask_for()
    office.work()
    row = office.row(export_id)

    for age in (timedelta(days=6), timedelta(days=8)):
        with psycopg.connect(office.worker, autocommit=True) as connection:
            expire_exports(connection, WRITER, row["finished_at"] + age)
        expected = "done" if age < timedelta(days=7) else "expired"
        assert office.row(export_id)["status"] == expected

    assert office.ask("SELECT * FROM report_export_parts WHERE export_id = %s", export_id) == []
    assert office.row(export_id)["sha256"] == row["sha256"]


def test_files_of_before_somebody_was_forgotten_are_gone(office: Office) -> None:
    before = office.ask_for()
    office.work()
    position = office.row(before)["position"]
    office.ask(
        "INSERT INTO erased_subjects (company_id, subject_id, position, at) VALUES (%s, %s, %s, now())",
        office.company_id,
        uuid4(),
        position + 1,
    )
    after = office.ask_for()
    office.ask("UPDATE report_exports SET position = %s WHERE id = %s", position + 1, after)
    office.work()

    with psycopg.connect(office.worker, autocommit=True) as connection:
        expire_exports(connection, WRITER, datetime.now(UTC))

    assert (office.row(before)["status"], office.row(after)["status"]) == ("expired", "done")
    assert office.ask("SELECT * FROM report_export_parts WHERE export_id = %s", before) == []


def a_manager(**change: Any) -> User:
    """One who may export, but for what is changed."""
    user_id = uuid4()
    user = User.begin(User.Registered, user_id, username=f"manager@{user_id}", role=MANAGER)
    user.revise(change)
    return user
