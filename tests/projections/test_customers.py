"""Customers as read models know them: sealed in the log, forgotten everywhere, rebuilt row for row."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
import pytest

from domain.customers import ERASED_NAME, Customer
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import EventTypes, Metadata
from infra.eventstore.data_keys import NoDataKey
from infra.postgres.transactions import transaction
from infra.projections.rebuild import rebuild
from infra.projections.verify import verify
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from projections.base import Row
from projections.customers import Customers
from projections.log import EVENT
from tests.conftest import Database

STREAM: LiteralString = f"""
    SELECT {EVENT} FROM events AS e WHERE e.company_id = %(company_id)s AND e.stream_id = %(id)s
     ORDER BY e.stream_version
"""
ROW: LiteralString = "SELECT * FROM customers WHERE company_id = %(company_id)s AND id = %(id)s"
FORGET_KEY: LiteralString = (
    "DELETE FROM subject_keys WHERE company_id = %(company_id)s AND subject_id = %(id)s"
)
MARK: LiteralString = "INSERT INTO erased_subjects VALUES (%(company_id)s, %(id)s, 1, now())"


class Shop:
    """A company with one customer."""

    def __init__(self, database: Database, connection: psycopg.Connection[Any]) -> None:
        self.database = database
        self.company_id = uuid4()
        self._connection = connection
        self.ask("SELECT open_company(%(company_id)s)")
        self.customer = Customer.begin(
            Customer.Registered, uuid4(), name="Ada Lovelace", phone="+44 1815", address={"city": "London"}
        )
        self.record()

    def record(self) -> None:
        """Record what the customer decided, as the application does."""
        with transaction(self._connection, self.company_id) as db:
            events = self.customer.new_events()
            EventWriter(EVENT_TYPES, PROJECTIONS).record(db, events, Metadata(at=datetime.now(UTC)))

    def ask(self, statement: LiteralString) -> list[Row]:
        """What a statement about the customer answers."""
        with transaction(self._connection, self.company_id) as db:
            customer = vars(self).get("customer")
            where = {"company_id": self.company_id, "id": customer and customer.id}
            return db.ask(statement, where).rows()

    def execute(self, statement: LiteralString) -> None:
        """Run a statement about the customer."""
        with transaction(self._connection, self.company_id) as db:
            db.execute(statement, {"company_id": self.company_id, "id": self.customer.id})

    def forget(self) -> None:
        """Destroy the customer's key, and record it."""
        self.customer.trigger_event(
            Customer.Erased, reason="asked", requested_at=None, customer_ids=(), keys=1
        )
        self.record()
        self.execute(FORGET_KEY)
        self.execute(MARK)

    def loaded(self, types: EventTypes = EVENT_TYPES) -> Customer:
        """The customer as the log has it."""
        found = types.rebuild(self.ask(STREAM))
        assert isinstance(found, Customer)
        return found

    def log(self) -> str:
        """All that the log says of the customer."""
        return "".join(row["state"] for row in self.ask(STREAM))

    def row(self) -> Row:
        """The customer as the read model has it."""
        (row,) = self.ask(ROW)
        return row

    def is_true(self) -> bool:
        """Whether the read model says exactly what the log says."""
        return verify(self.database.worker, EVENT_TYPES, Customers(), self.company_id).is_true

    def rebuild(self) -> Row:
        """The row once the read model was made anew."""
        rebuild(self.database.worker, EVENT_TYPES, Customers(), self.company_id)
        return self.row()


@pytest.fixture
def shop(database: Database) -> Iterator[Shop]:
    """A company with one customer."""
    with psycopg.connect(database.app, autocommit=True) as connection:
        yield Shop(database, connection)


class TestACustomer:
    def test_is_in_the_log_without_a_word(self, shop: Shop) -> None:
        assert "Ada" not in shop.log()
        assert "London" not in shop.log()
        assert "1815" not in shop.log()

    def test_is_loaded_as_registered(self, shop: Shop) -> None:
        values = shop.loaded().values
        assert (values["name"], values["phone"], values["address"]) == (
            "Ada Lovelace",
            "+44 1815",
            {"city": "London"},
        )

    def test_changes_under_the_same_key(self, shop: Shop) -> None:
        shop.customer.revise({"name": "Ada King", "note": "countess"})
        shop.record()

        assert "countess" not in shop.log()
        assert shop.loaded().values["name"] == "Ada King"
        assert shop.row()["note"] == "countess"

    def test_is_rebuilt_as_it_was(self, shop: Shop) -> None:
        shop.customer.revise({"name": "Ada King", "birthday": None, "email": "ada@example.com"})
        shop.record()

        assert shop.is_true()
        before = shop.row()
        assert shop.rebuild() == before

    def test_that_is_forgotten_reads_so_at_every_version(self, shop: Shop) -> None:
        shop.customer.revise({"name": "Ada King"})
        shop.record()
        shop.forget()

        assert shop.loaded().values["name"] == ERASED_NAME
        assert shop.loaded().values["phone"] is None

    def test_that_is_forgotten_is_rebuilt_as_it_was(self, shop: Shop) -> None:
        shop.forget()

        before = shop.row()
        assert before["name"] == ERASED_NAME
        assert shop.is_true()
        assert shop.rebuild() == before

    def test_that_is_forgotten_stays_so_whatever_is_told(self, shop: Shop) -> None:
        shop.forget()
        shop.customer.trigger_event(Customer.Renamed, name="Ada again")
        shop.record()

        assert "again" not in shop.log()
        assert shop.row()["name"] == ERASED_NAME
        assert shop.is_true()

    def test_without_the_data_key_is_not_taken_for_forgotten(self, shop: Shop) -> None:
        types = EventTypes([Customer])
        types.data_keys.load("another one")
        with pytest.raises(NoDataKey):
            shop.loaded(types)
