"""What is typed about a customer: shown to whoever may see it, sealed in the log, and forgotten with them."""

from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest

from domain.customers import ERASED_NAME, Customer
from domain.private import ERASED_REASON
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.postgres.transactions import transaction
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from projections.guards.stored_texts import StoredTexts, without_texts

Stocked = Any
WORD = "quixotic"
KEYS: LiteralString = "SELECT key, subject_ids FROM idempotency_keys WHERE company_id = %(company_id)s"
WAIT: LiteralString = """
    INSERT INTO waiting_operations (company_id, id, device_id, seq, awaits, operation, received_at,
                                    customer_id)
    VALUES (%(company_id)s, %(id)s, %(id)s, 1, %(id)s, %(operation)s, now(), %(customer_id)s::uuid)
"""
WAITING: LiteralString = "SELECT operation FROM waiting_operations WHERE company_id = %(company_id)s"
DESTROY: LiteralString = "DELETE FROM subject_keys WHERE company_id = %(company_id)s AND subject_id = %(id)s"


class Till:
    """A till that sells to one customer, and what the database has of that."""

    def __init__(self, stocked: Stocked) -> None:
        self.stocked = stocked
        self.manager = stocked.shop.client("Manager")
        customer = Customer.begin(Customer.Registered, uuid4(), name="Ada")
        self.customer_id = customer.id
        with self.database() as db:
            events = customer.new_events()
            EventWriter(EVENT_TYPES, PROJECTIONS).record(db, events, Metadata(at=datetime.now(UTC)))

    def database(self) -> Any:
        """A transaction of the company."""
        connection = psycopg.connect(self.stocked.shop.service.database.app, autocommit=True)
        return transaction(connection, UUID(str(self.stocked.shop.company_id)))

    def ask(self, statement: LiteralString, **values: Any) -> list[Any]:
        """What a statement about the company answers."""
        with self.database() as db:
            return list(db.ask(statement, {"company_id": db.company_id, **values}).rows())

    def execute(self, statement: LiteralString, **values: Any) -> None:
        """Run a statement about the company."""
        with self.database() as db:
            db.execute(statement, {"company_id": db.company_id, **values})

    def purge(self) -> Any:
        """Remove what is kept about the customer beside the log."""
        with self.database() as db:
            return StoredTexts(db).purge([self.customer_id]).read()

    def sell(self, **more: Any) -> Any:
        """The answer to a sale to the customer, with a word in each free text."""
        reason = {"type": "amount", "value": 1, "reason": f"{WORD} friend"}
        body = self.stocked.sale(
            customer_id=str(self.customer_id),
            note=f"for {WORD}",
            discounts=[reason],
            lines=[
                {
                    "variant_id": self.stocked.variant_id,
                    "quantity": 1,
                    "discounts": [reason],
                    "note": f"name it {WORD}",
                }
            ],
            payments=[{"method": "card", "amount": 117, "reference": f"{WORD} 1"}],
        )
        return self.manager.post("/api/pos/orders", body, **more)

    def show(self, order: Any) -> Any:
        """The order as the back office sees it."""
        return self.manager.get(f"/api/admin/orders/{order['id']}").data

    def log(self) -> str:
        """All that the log says of the company."""
        return str(self.stocked.shop.events())


@pytest.fixture
def till(stocked: Stocked) -> Till:
    """A till that sells to one customer."""
    return Till(stocked)


class TestASaleToACustomer:
    def test_shows_what_was_typed_which_the_log_seals(self, till: Till) -> None:
        sold = till.sell()
        assert sold.status == 201, sold.body
        shown = till.show(sold.data)
        assert shown["note"] == f"for {WORD}"
        assert shown["payments"][0]["reference"] == f"{WORD} 1"
        assert f"{WORD} friend" in str(shown)
        assert shown["lines"][0]["note"] == f"name it {WORD}"
        assert WORD not in till.log()

    def test_is_refunded_and_voided_without_a_word_in_the_log(self, till: Till) -> None:
        kept, gone = till.sell().data, till.sell().data
        refund = {
            "lines": [{"line_id": kept["lines"][0]["id"], "quantity": 1}],
            "payments": [{"method": "card", "amount": 117, "reference": f"{WORD} 2"}],
            "reason": f"{WORD} is ill",
            "note": f"{WORD} called",
        }
        refunded = till.manager.post(f"/api/pos/orders/{kept['id']}/refunds", refund)
        assert refunded.status == 201, refunded.body
        voided = till.manager.post(f"/api/pos/orders/{gone['id']}/void", {"reason": f"not {WORD}"})
        assert voided.status == 200, voided.body

        assert WORD in str(till.show(kept)["refunds"])
        assert WORD not in till.log()
        till.execute(DESTROY, id=till.customer_id)
        shown = till.show(kept)
        assert WORD not in str([shown, till.show(gone)])
        assert (shown["note"], shown["refunds"][0]["reason"]) == (None, ERASED_REASON)
        assert shown["total"] == 117

    def test_leaves_an_answer_that_goes_with_the_customer(self, till: Till) -> None:
        key = str(uuid4())
        assert till.sell(Idempotency_Key=key).status == 201
        till.manager.post("/api/pos/orders", till.stocked.sale(), Idempotency_Key=str(uuid4()))

        subjects = {row["key"]: row["subject_ids"] for row in till.ask(KEYS)}
        assert [one for one in subjects.values() if one] == [[till.customer_id]]
        assert till.purge()["idempotency_keys"] == 1
        assert len(till.ask(KEYS)) == 1

    def test_leaves_an_answer_that_goes_with_them_when_it_is_repeated_under_another_key(
        self, till: Till
    ) -> None:
        order = till.sell().data
        sale = {**till.stocked.sale(), "customer_id": str(till.customer_id), "id": str(uuid4()), "note": WORD}
        assert till.manager.post("/api/pos/orders", sale).status == 201
        assert till.manager.post("/api/pos/orders", sale, Idempotency_Key=str(uuid4())).status == 201

        assert order["id"] != sale["id"]
        assert [row["subject_ids"] for row in till.ask(KEYS)] == [[till.customer_id]]


class TestAnOperationThatWaits:
    def test_loses_its_texts_and_nothing_else(self, till: Till) -> None:
        body = {"customer_id": str(till.customer_id), "note": WORD, "lines": [{"quantity": "1"}]}
        operation = msgspec.json.encode({"seq": 1, "body": msgspec.json.encode(body).decode()}).decode()
        till.execute(WAIT, id=uuid4(), operation=operation, customer_id=till.customer_id)
        till.execute(WAIT, id=uuid4(), operation=operation, customer_id=None)

        assert till.purge()["waiting_operations"] == 1
        texts = [row["operation"] for row in till.ask(WAITING)]
        assert sorted(WORD in text for text in texts) == [False, True]
        (cleared,) = (msgspec.json.decode(text) for text in texts if WORD not in text)
        assert msgspec.json.decode(cleared["body"]) == {**body, "note": None}

    def test_has_no_words_in_any_depth(self) -> None:
        body = {
            "name": WORD,
            "phone": None,
            "reason": WORD,
            "payments": [{"amount": 5, "reference": WORD}, {"amount": 6, "reference": None}],
        }
        operation = msgspec.json.encode({"id": "7", "body": msgspec.json.encode(body).decode()}).decode()

        cleared = msgspec.json.decode(without_texts(operation))

        assert cleared["id"] == "7"
        assert msgspec.json.decode(cleared["body"]) == {
            "name": ERASED_NAME,
            "phone": None,
            "reason": ERASED_REASON,
            "payments": [{"amount": 5, "reference": None}, {"amount": 6, "reference": None}],
        }


def test_the_audit_shows_what_was_typed_until_it_is_forgotten(till: Till) -> None:
    order, admin = till.sell().data, till.stocked.shop.client("Admin")

    def said() -> Any:
        (event,) = admin.get(f"/api/audit/streams/{order['id']}").data
        return event["data"]

    assert (said()["note"], said()["customer_id"]) == (f"for {WORD}", str(till.customer_id))
    assert "private" not in said()
    till.execute(DESTROY, id=till.customer_id)
    assert said()["note"] is None
