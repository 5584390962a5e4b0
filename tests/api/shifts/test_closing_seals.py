"""What a Z reports is signed soon after the drawer was counted, and the close does not wait for it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from domain.shifts import Shift
from infra.jobs.closing_seals import ClosingSeals
from infra.jobs.seals import Sealing
from infra.runtime.models import EVENT_TYPES
from infra.seals.key import SealKey
from tests.conftest import SEAL_KEY, WRITER
from tests.waiting import eventually

CLOSED = EVENT_TYPES.by_event[Shift.Closed].name


def test_a_worker_seals_soon_after_a_shift_was_closed(till: Any) -> None:
    opened = till.open().data
    closed = till.close(opened["id"], 10000)
    assert closed.status == 200
    position = int(closed.headers["x-event-position"])
    admin = till.client("Admin")

    def sealed() -> bool:
        seal = admin.get("/api/audit/seals/latest")
        return bool(seal.status == 200 and seal.data["size"] >= position)

    eventually(sealed)


def test_a_log_without_a_close_waits_for_the_hour(till: Any, tmp_path: Path) -> None:
    sealed: list[UUID] = []

    class Noted(Sealing):
        def seal(self, connection: psycopg.Connection[Any], company_id: UUID, now: datetime) -> None:
            super().seal(connection, company_id, now)
            sealed.append(company_id)

    closing = ClosingSeals(Noted(SealKey(SEAL_KEY, "mipos.local/log"), tmp_path), CLOSED)
    shop = till.stocked.shop
    with psycopg.connect(shop.service.database.worker, autocommit=True) as connection:

        def look() -> bool:
            sealed.clear()
            closing.look(connection, WRITER, datetime.now(UTC))
            return shop.company_id in sealed

        opened = till.open().data
        assert not look()
        till.stocked.sell(1)
        assert not look()
        till.close(opened["id"], 10000)
        # The worker of all tests may have been the first to see it.
        seal = till.client("Admin").get("/api/audit/seals/latest")
        assert look() or seal.status == 200
        assert not look()
