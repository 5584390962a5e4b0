"""Each event that a read model names, applied once on a real database: as it happens, and from the log."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from psycopg import sql

from domain.catalog.products import Product
from domain.orders import Order
from domain.shifts.perpetual import TAKING_EVENTS
from infra.postgres.request_transactions import RequestConnection
from infra.postgres.transactions import Transaction
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from projections.base import Event, Fact, Projection
from projections.declarations import record_read
from tests.conftest import Database
from tests.golden import golden_event

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACTOR, STREAM = UUID(int=1), UUID(int=2)
EACH = [(model, event) for model in PROJECTIONS for event in sorted(model.events, key=str)]
IDS = [f"{model.name}-{event.__qualname__}" for model, event in EACH]
INLINE = [(pair, one) for pair, one in zip(EACH, IDS, strict=True) if pair[0].mode == "inline"]


class Watched(Transaction):
    """A transaction that counts its statements."""

    statements = 0

    def execute(self, query: Any, params: Any) -> None:
        self.statements += 1
        super().execute(query, params)

    def ask(self, query: Any, params: Any) -> Any:
        self.statements += 1
        return super().ask(query, params)


@pytest.fixture(scope="module")
def worker(database: Database) -> Iterator[RequestConnection]:
    with RequestConnection.connect(database.worker, autocommit=True) as connection:
        yield connection


def facts_with(model: Projection, event: Event, *, recorded: bool) -> list[Fact]:
    """The event, after the registration of what it is about if the read model knows that."""
    aggregate = EVENT_TYPES.by_event[event].aggregate
    registered = getattr(aggregate, "Registered", None)
    if event is registered or registered not in model.events:
        return [fact_of(model, event, 1, recorded=recorded, **shift_for(model, event))]
    # The variant that is added has the same id as the one that all others are about.
    fields = {"variants": ()} if event is Product.VariantAdded else {}
    first = fact_of(model, registered, 1, recorded=recorded, **fields)
    return [first, fact_of(model, event, 2, recorded=recorded)]


def shift_for(model: Projection, event: Event) -> dict[str, Any]:
    """The shift of a fact where the read model takes only those with one, or only those without."""
    if model.name == "drawers" and event in TAKING_EVENTS:
        return {"shift_id": None}
    # The first sales were in no shift.
    return {"shift_id": UUID(int=4)} if event is Order.Sold else {}


def fact_of(model: Projection, event: Event, position: int, *, recorded: bool, **fields: Any) -> Fact:
    kind = EVENT_TYPES.by_event[event]
    live = golden_event(kind, STREAM, position, **fields)
    if not recorded:
        return Fact(event, STREAM, position, live, NOON, ACTOR)
    _, state = EVENT_TYPES.encode(live)
    data = kind.decode_as(record_read([model], event))(state)
    return Fact(event, STREAM, position, data, NOON, ACTOR, position, NOON)


def rows_after(worker: RequestConnection, model: Projection, facts: list[Fact]) -> tuple[Any, ...]:
    """The company's rows of a read model when these facts are applied one by one, undone afterwards."""
    company_id = UUID(int=3)
    with worker.transaction(force_rollback=True):
        db = Watched(worker, company_id)
        for fact in facts:
            model.apply([fact], db)
        assert db.statements
        return tuple(
            worker.execute(
                sql.SQL("SELECT own::text FROM {} AS own WHERE company_id = %s ORDER BY 1").format(
                    sql.Identifier(table)
                ),
                [company_id],
            ).fetchall()
            for table in model.tables
        )


@pytest.mark.parametrize(("model", "event"), EACH, ids=IDS)
def test_can_be_applied_as_the_log_has_it(worker: RequestConnection, model: Projection, event: Event) -> None:
    rows = rows_after(worker, model, facts_with(model, event, recorded=True))
    assert len(rows) == len(model.tables)


@pytest.mark.parametrize(("model", "event"), [pair for pair, _ in INLINE], ids=[one for _, one in INLINE])
def test_has_the_same_rows_as_it_is_recorded_and_as_the_log_has_it(
    worker: RequestConnection, model: Projection, event: Event
) -> None:
    live = rows_after(worker, model, facts_with(model, event, recorded=False))
    assert live == rows_after(worker, model, facts_with(model, event, recorded=True))
