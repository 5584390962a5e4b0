"""The library's own published cases, run against a company's log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)

from .recorder import CompanyAggregateRecorder, CompanyApplicationRecorder

if TYPE_CHECKING:
    from infra.postgres.pool import Pool


class OnANewCompany:
    """Gives each case the recorders of a company that has recorded nothing."""

    @pytest.fixture(autouse=True)
    def _connect(self, pool: Pool[Any], company: UUID) -> None:
        self.pool, self.company = pool, company


class TestAggregateRecorder(OnANewCompany, AggregateRecorderTestCase):
    def create_recorder(self) -> CompanyAggregateRecorder:
        return CompanyAggregateRecorder(self.pool, self.company)


class TestApplicationRecorder(OnANewCompany, ApplicationRecorderTestCase[CompanyApplicationRecorder]):
    def create_recorder(self) -> CompanyApplicationRecorder:
        return CompanyApplicationRecorder(self.pool, self.company)


class TestNonInterleavingPositions(OnANewCompany, NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> CompanyApplicationRecorder:
        return CompanyApplicationRecorder(self.pool, self.company)


class TestMetadata:
    def test_goes_with_every_event_of_the_batch(self, pool: Pool[Any], company: UUID) -> None:
        events = [StoredEvent(uuid4(), 1, "orders.Order.Placed", b"{}") for _ in range(2)]
        CompanyApplicationRecorder(pool, company).insert_events(events, metadata='{"actor": "till"}')
        with pool.connection() as connection, connection.transaction():
            connection.execute(f"SET LOCAL app.company_id = '{company}'")
            rows = connection.execute(
                "SELECT metadata::json ->> 'actor' FROM events WHERE company_id = %s", (company,)
            ).fetchall()
        assert rows == [("till",), ("till",)]
