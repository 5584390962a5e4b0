"""Upgrades as tests make them: other versions of read models, and somebody who sells meanwhile."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg

from domain.catalog.brands import Brand
from domain.companies import Company
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.postgres.transactions import transaction
from infra.projections.verify import verify
from infra.projections.worker import Worker
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.upgrades.upgrade import Upgrade
from projections.base import Projection
from projections.orders import Orders
from projections.reports.sales.sales_reports import SalesReports
from projections.settings import Settings
from tests.api.conftest import Stocked
from tests.conftest import Database
from tests.waiting import eventually, meanwhile

WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)


class OtherOrders(Orders):
    """Orders in the next version: the same rows, in a table that has one column more."""

    version = Orders.version + 1
    schema = Orders.schema + "ALTER TABLE orders ADD COLUMN remark text;"


class OtherSales(SalesReports):
    """A report in the next version."""

    version = SalesReports.version + 1


class OtherSettings(Settings):
    """Settings in the next version: the listing of products is made from them."""

    version = Settings.version + 1


def next_version(*others: Projection, without: Sequence[str] = ()) -> tuple[Projection, ...]:
    """The read models of another version."""
    by_name = {other.name: other for other in others}
    return tuple(by_name.get(one.name, one) for one in PROJECTIONS if one.name not in without)


def upgrade(database: Database, models: Sequence[Projection], **options: Any) -> list[str]:
    """Do what `mipos migrate` of that version does."""
    return Upgrade(database.owner, database.installation, EVENT_TYPES, models, **options).run()


def rows(database: Database, query: LiteralString, *params: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.owner, autocommit=True) as owner:
        return owner.execute(query, params).fetchall()


def differences(database: Database, models: Sequence[Projection], company_id: UUID) -> list[str]:
    """What of the read models is not what the log says."""
    worker = Worker(database.worker, EVENT_TYPES, models)
    while worker.step():
        pass
    worker.close()
    reports = [verify(database.worker, EVENT_TYPES, model, company_id) for model in models]
    return [str(difference) for report in reports for difference in report.differences]


class Sales:
    """What somebody heard who sells over HTTP while something else happens."""

    def __init__(self, stocked: Stocked) -> None:
        self.stocked = stocked
        self.statuses: list[int] = []
        self.numbers: list[str] = []
        self.refusals: set[tuple[int, str]] = set()

    def sell(self) -> None:
        answer = self.stocked.sell()
        self.statuses.append(answer.status)
        if answer.status == 201:
            self.numbers.append(answer.data["number"])
        else:
            self.refusals.add((answer.status, answer.code))
        # No till sells without a pause, and what happens beside it takes a core as well.
        time.sleep(0.02)

    def go_on(self, more: int = 20) -> None:
        """Wait until so many more were made."""
        number = len(self.numbers) + more
        eventually(lambda: len(self.numbers) >= number)


@contextmanager
def selling(stocked: Stocked) -> Iterator[Sales]:
    """Two tills sell while the block runs."""
    sales = Sales(stocked)
    with meanwhile(sales.sell, sales.sell):
        yield sales


def found_bakery(database: Database, name: str, company_id: UUID | None = None) -> UUID:
    """A company with one brand."""
    company_id = company_id or uuid4()
    aggregates: list[Any] = [
        Company.begin(Company.Registered, company_id, name="Bakery", currency="EUR", timezone="UTC"),
        Brand.begin(Brand.Registered, uuid4(), name=name, description=None),
    ]
    events = [event for one in aggregates for event in one.new_events()]
    with psycopg.connect(database.app, autocommit=True) as app, transaction(app, company_id) as db:
        db.execute("SELECT found_company(%(company)s)", {"company": company_id})
        WRITER.record(db, events, Metadata(at=datetime.now(UTC)))
    return company_id
