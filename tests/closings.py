"""Closings of stores for tests, without waiting for a day to end."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import psycopg

from domain.fiscal import Closing, FiscalPeriod, closing_id
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.postgres.transactions import transaction
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.golden import golden_event

WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)


def record_closing(
    database: Any, company_id: UUID, store_id: UUID, day: date = date(2026, 3, 14), **more: Any
) -> UUID:
    """Record that a day of a store was closed; the id of the closing."""
    period = FiscalPeriod.day(day)
    made = golden_event(
        EVENT_TYPES.by_event[Closing.Made],
        closing_id(store_id, period),
        store_id=store_id,
        kind="day",
        first_day=day,
        last_day=day,
        **{"previous_id": None, "number": 1, **more},
    )
    with (
        psycopg.connect(database.worker, autocommit=True) as connection,
        transaction(connection, company_id) as db,
    ):
        WRITER.record(db, [made], Metadata(at=datetime.now(UTC)))
    return made.originator_id  # type: ignore[no-any-return]
