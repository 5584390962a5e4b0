"""The library's own published cases, run against a company's log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import (
    InfrastructureFactory,
    InfrastructureFactoryError,
    IntegrityError,
    NotSupportedError,
    StoredEvent,
    Tracking,
)
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    InfrastructureFactoryTestCase,
    NonInterleavingNotificationIDsBaseCase,
    ProcessRecorderTestCase,
    TrackingRecorderTestCase,
)
from eventsourcing.utils import Environment

from infra.eventstore.recorder import (
    CompanyAggregateRecorder,
    CompanyApplicationRecorder,
    CompanyLogFactory,
    CompanyProcessRecorder,
    CompanyTrackingRecorder,
)

if TYPE_CHECKING:
    from infra.postgres.pool import Pool

    from .conftest import LogDatabase


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

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestTrackingRecorder(OnANewCompany, TrackingRecorderTestCase):
    def create_recorder(self) -> CompanyTrackingRecorder:
        return CompanyTrackingRecorder(self.pool, self.company)


class TestProcessRecorder(OnANewCompany, ProcessRecorderTestCase):
    def create_recorder(self) -> CompanyProcessRecorder:
        return CompanyProcessRecorder(self.pool, self.company)


class TestProcessRecorderAsApplicationRecorder(
    OnANewCompany, ApplicationRecorderTestCase[CompanyProcessRecorder]
):
    def create_recorder(self) -> CompanyProcessRecorder:
        return CompanyProcessRecorder(self.pool, self.company)


class TestNonInterleavingPositions(OnANewCompany, NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> CompanyApplicationRecorder:
        return CompanyApplicationRecorder(self.pool, self.company)


class NamedTrackingRecorder(CompanyTrackingRecorder):
    pass


class TestFactory(OnANewCompany, InfrastructureFactoryTestCase[CompanyLogFactory]):
    @pytest.fixture(autouse=True)
    def _environment(self, _connect: None, log_database: LogDatabase) -> None:
        self.env = Environment(
            "TestFactory",
            {
                "PERSISTENCE_MODULE": "infra.eventstore.recorder",
                "DATABASE_URL": log_database.conninfo(),
                "COMPANY_ID": str(self.company),
            },
        )

    def expected_factory_class(self) -> type[CompanyLogFactory]:
        return CompanyLogFactory

    def expected_aggregate_recorder_class(self) -> type[CompanyAggregateRecorder]:
        return CompanyAggregateRecorder

    def expected_application_recorder_class(self) -> type[CompanyApplicationRecorder]:
        return CompanyApplicationRecorder

    def expected_tracking_recorder_class(self) -> type[CompanyTrackingRecorder]:
        return CompanyTrackingRecorder

    def tracking_recorder_subclass(self) -> type[NamedTrackingRecorder]:
        return NamedTrackingRecorder

    def expected_process_recorder_class(self) -> type[CompanyProcessRecorder]:
        return CompanyProcessRecorder

    def test_keeps_no_snapshots(self) -> None:
        with pytest.raises(NotSupportedError):
            self.factory.aggregate_recorder(purpose="snapshots")

    def test_asks_for_the_company(self) -> None:
        with pytest.raises(InfrastructureFactoryError, match="COMPANY_ID is not set"):
            InfrastructureFactory.construct({"PERSISTENCE_MODULE": "infra.eventstore.recorder"})


class Drawer(Aggregate):
    class Opened(Aggregate.Created):
        pass

    class CashPaidIn(Aggregate.Event):
        amount: int

    @event(Opened)
    def __init__(self) -> None:
        self.cash = 0

    @event(CashPaidIn)
    def pay_in(self, amount: int) -> None:
        self.cash += amount


class TestAnApplicationOfTheLibrary:
    @pytest.fixture
    def application(self, log_database: LogDatabase, company: UUID) -> Application[UUID]:
        return Application(
            {
                "PERSISTENCE_MODULE": "infra.eventstore.recorder",
                "DATABASE_URL": log_database.conninfo(),
                "COMPANY_ID": str(company),
            }
        )

    def test_saves_an_aggregate_and_finds_it_again(self, application: Application[UUID]) -> None:
        with application:
            drawer = Drawer()
            drawer.pay_in(500)
            application.save(drawer)
            found: Drawer = application.repository.get(drawer.id)
            assert found.cash == 500
            application.close()

    def test_refuses_to_save_what_another_has_changed(self, application: Application[UUID]) -> None:
        with application:
            drawer = Drawer()
            application.save(drawer)
            mine: Drawer = application.repository.get(drawer.id)
            drawer.pay_in(500)
            application.save(drawer)
            mine.pay_in(700)
            with pytest.raises(IntegrityError):
                application.save(mine)
            application.close()


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


class TestTrackingConflict:
    def test_leaves_no_events(self, pool: Pool[Any], company: UUID) -> None:
        recorder = CompanyProcessRecorder(pool, company)
        recorder.insert_events([], tracking=Tracking("upstream", 2))
        with pytest.raises(IntegrityError):
            recorder.insert_events([StoredEvent(uuid4(), 1, "t", b"{}")], tracking=Tracking("upstream", 2))
        assert recorder.max_notification_id() is None
