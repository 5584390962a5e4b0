"""What is said of customers in free text: sealed in the log, and gone from read models with the customer."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.aggregate import Aggregate
from domain.customers import Customer
from domain.held_sales import HeldSale
from domain.messages import Message
from domain.orders import Order
from domain.stock.reservations import Reservation
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.postgres.transactions import transaction
from infra.projections.rebuild import rebuild
from infra.projections.verify import verify
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from projections.base import Projection, Row
from projections.held_sales import HeldSales
from projections.messages import Messages
from projections.stock.reservations import Reservations
from tests.conftest import Database
from tests.golden import golden_event

WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)
WORD = "quixotic"
LOG: LiteralString = "SELECT state FROM events WHERE company_id = %(company_id)s"
ROWS: dict[str, LiteralString] = {
    "held_sales": "SELECT * FROM held_sales WHERE company_id = %(company_id)s",
    "reservations": "SELECT * FROM reservations WHERE company_id = %(company_id)s",
    "messages": "SELECT * FROM messages WHERE company_id = %(company_id)s",
}


class Shop:
    """A company with one customer."""

    def __init__(self, database: Database, connection: psycopg.Connection[Any]) -> None:
        self.database = database
        self.company_id = uuid4()
        self._connection = connection
        self.ask("SELECT open_company(%(company_id)s)")
        self.customer = Customer.begin(Customer.Registered, uuid4(), name="Ada")
        self.record(self.customer.new_events())

    def record(self, events: Iterable[Aggregate.Event]) -> None:
        """Record events, as the application does."""
        with transaction(self._connection, self.company_id) as db:
            WRITER.record(db, list(events), Metadata(at=datetime.now(UTC)))

    def event(self, kind: type[Aggregate.Event], stream_id: UUID, version: int = 1, **texts: Any) -> Any:
        """A fact about the customer that says these texts."""
        customer = {"customer_id": self.customer.id}
        return golden_event(EVENT_TYPES.by_event[kind], stream_id, version, **customer, **texts)

    def ask(self, statement: LiteralString) -> list[Row]:
        """What a statement about the company answers."""
        with transaction(self._connection, self.company_id) as db:
            return db.ask(statement, {"company_id": self.company_id}).rows()

    def forget(self, patience: str = "10s") -> None:
        """Destroy the customer's key, and record it."""
        where = {"company_id": self.company_id, "id": self.customer.id, "patience": patience}
        with transaction(self._connection, self.company_id) as db:
            db.execute("SELECT set_config('lock_timeout', %(patience)s, true)", where)
            db.execute("DELETE FROM subject_keys WHERE company_id = %(company_id)s", where)
            db.execute("INSERT INTO erased_subjects VALUES (%(company_id)s, %(id)s, 1, now())", where)
        self.customer.trigger_event(
            Customer.Erased, reason="asked", requested_at=None, customer_ids=(), keys=1
        )
        self.record(self.customer.new_events())


@pytest.fixture
def shop(database: Database) -> Iterator[Shop]:
    """A company with one customer."""
    with psycopg.connect(database.app, autocommit=True) as connection:
        yield Shop(database, connection)


def parked(shop: Shop) -> list[Any]:
    return [shop.event(HeldSale.Parked, uuid4(), label=f"{WORD} hat", note=f"for {WORD}")]


def reserved(shop: Shop) -> list[Any]:
    stream_id = uuid4()
    return [
        shop.event(Reservation.Placed, stream_id, reference=f"{WORD} hat", note=f"for {WORD}"),
        shop.event(Reservation.Released, stream_id, 2, lines=(), reason=f"{WORD} is ill"),
    ]


def mailed(shop: Shop) -> list[Any]:
    return [shop.event(Message.Written, uuid4(), address=f"{WORD}@example.com")]


KEPT = pytest.mark.parametrize(
    ("facts", "model"),
    [(parked, HeldSales()), (reserved, Reservations()), (mailed, Messages())],
    ids=["parked sales", "reservations", "messages"],
)


@KEPT
def test_what_read_models_keep_is_in_the_log_without_a_word(
    shop: Shop, facts: Any, model: Projection
) -> None:
    shop.record(facts(shop))

    assert WORD in str(shop.ask(ROWS[model.name]))
    assert WORD not in str(shop.ask(LOG))


@KEPT
def test_what_read_models_keep_goes_with_the_customer(shop: Shop, facts: Any, model: Projection) -> None:
    shop.record(facts(shop))
    shop.forget()

    before = shop.ask(ROWS[model.name])
    assert WORD not in str(before)
    assert verify(shop.database.worker, EVENT_TYPES, model, shop.company_id).is_true
    rebuild(shop.database.worker, EVENT_TYPES, model, shop.company_id)
    assert shop.ask(ROWS[model.name]) == before


@KEPT
def test_what_is_told_of_somebody_forgotten_is_not_kept(shop: Shop, facts: Any, model: Projection) -> None:
    shop.forget()
    shop.record(facts(shop))

    assert WORD not in str(shop.ask(ROWS[model.name]))
    assert WORD not in str(shop.ask(LOG))


def test_a_fact_that_tells_nothing_names_its_customer_and_needs_no_key(shop: Shop) -> None:
    shop.record([shop.event(Order.Voided, uuid4(), reason="", payments=(), lines=())])

    assert f'{{"subject_id":"{shop.customer.id}","reason":""' in str(shop.ask(LOG))


def test_a_sale_to_nobody_stays_in_clear(shop: Shop) -> None:
    event = shop.event(HeldSale.Parked, uuid4(), note=f"for {WORD}")
    event.__dict__["customer_id"] = None
    shop.record([event])

    assert WORD in str(shop.ask(LOG))


def test_nobody_is_forgotten_while_something_is_told_of_them(shop: Shop) -> None:
    with psycopg.connect(shop.database.app, autocommit=True) as other:
        with transaction(other, shop.company_id) as db:
            keys = WRITER.keys(db)
            keys.hold(shop.customer.id)
            WRITER.record(db, parked(shop), Metadata(at=datetime.now(UTC)), keys)
            with pytest.raises(psycopg.errors.LockNotAvailable):
                shop.forget(patience="100ms")
        shop.forget()

    assert WORD not in str(shop.ask(ROWS["held_sales"]))
