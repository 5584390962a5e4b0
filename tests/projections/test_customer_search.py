"""Customers are found by what they are called and known by now, and nothing keeps a word of anybody else."""

from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Thread
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.aggregate import Aggregate
from domain.customers import Customer
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.postgres.transactions import transaction
from infra.projections.verify import verify
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from projections.base import Row
from projections.lookups.customers import customers
from projections.lookups.selection import Selection
from projections.search.customer_index import CustomerSearch
from projections.search.customers import FOUND, ask_coded, find_customers, searches
from projections.search.entries import ACTIVE
from projections.search.tables import EMAILS, PHONES
from projections.search.words import is_spelt, spellings, words_of
from tests.conftest import Database

FORGET: LiteralString = """
    DELETE FROM subject_keys WHERE company_id = %(company_id)s AND subject_id = %(id)s
"""
MARK: LiteralString = "INSERT INTO erased_subjects VALUES (%(company_id)s, %(id)s, 1, now())"
SPELLINGS: LiteralString = (
    "SELECT kind, spelling, word FROM customer_spellings WHERE company_id = %(company_id)s"
)
ALL_WORDS: LiteralString = """
    SELECT string_agg(words::text, ' ') AS text
      FROM (SELECT one::text FROM customer_words AS one WHERE company_id = %(company_id)s
             UNION ALL
            SELECT one::text FROM customer_entries AS one WHERE company_id = %(company_id)s
             UNION ALL
            SELECT one::text FROM customer_spellings AS one WHERE company_id = %(company_id)s) AS kept(words)
"""
LISTED: LiteralString = f"""
    WITH {FOUND}
    SELECT customers.name FROM found JOIN customers USING (id)
     WHERE customers.company_id = %(company_id)s ORDER BY name_key
"""


class Shop:
    """A company with customers of its own."""

    def __init__(self, database: Database) -> None:
        self.company_id = uuid4()
        self._database = database
        self._connection = psycopg.connect(database.app, autocommit=True)
        self._writer = EventWriter(EVENT_TYPES, PROJECTIONS)
        with transaction(self._connection, self.company_id) as db:
            db.execute("SELECT open_company(%(company_id)s)", {"company_id": self.company_id})

    def close(self) -> None:
        self._connection.close()

    def record(self, *aggregates: Aggregate) -> None:
        """Record what these decided."""
        events = [event for aggregate in aggregates for event in aggregate.new_events()]
        with transaction(self._connection, self.company_id) as db:
            self._writer.record(db, events, Metadata(at=datetime(2026, 3, 1, tzinfo=UTC)))

    def register(self, name: str, **known: Any) -> Customer:
        """Somebody who became known."""
        customer = Customer.begin(Customer.Registered, uuid4(), name=name, **known)
        self.record(customer)
        return customer

    def erase(self, customer: Customer, *absorbed: UUID) -> None:
        """Forget a customer and whom they absorbed, keys and all."""
        customer.trigger_event(
            Customer.Erased, reason="asked", requested_at=None, customer_ids=absorbed, keys=1
        )
        self.record(customer)
        for one in (customer.id, *absorbed):
            for statement in (FORGET, MARK):
                with transaction(self._connection, self.company_id) as db:
                    db.execute(statement, {"company_id": self.company_id, "id": one})

    def ask(self, question: Any) -> Any:
        with transaction(self._connection, self.company_id, reading=True) as db:
            return question(db)

    def rows(self, statement: LiteralString) -> list[Row]:
        rows: list[Row] = self.ask(lambda db: db.ask(statement, {"company_id": self.company_id}).rows())
        return rows

    def names(self, text: str, *, active: bool = True) -> list[str]:
        """What the lookup finds."""
        rows = self.ask(lambda db: customers(db, Selection(search=text, active=active)))
        return [row["label"] for row in rows]

    def listed(self, text: str) -> list[str]:
        """What a list finds."""

        def names(db: Any) -> list[str]:
            for params in searches(db, text, statuses=[ACTIVE]):
                if rows := db.ask(LISTED, params).rows():
                    return [row["name"] for row in rows]
            return []

        found: list[str] = self.ask(names)
        return found

    def spelt(self) -> set[tuple[str, str, str]]:
        """Every spelling that is known."""
        return {(row["kind"], row["spelling"], row["word"]) for row in self.rows(SPELLINGS)}

    def is_true(self) -> bool:
        """Whether the rows are what the log makes of them."""
        return verify(self._database.worker, EVENT_TYPES, CustomerSearch(), self.company_id).is_true


@pytest.fixture
def shop(database: Database) -> Iterator[Shop]:
    shop = Shop(database)
    yield shop
    shop.close()


def spellings_of(*names: str) -> set[tuple[str, str, str]]:
    """What should be known of how these names may be spelt."""
    words = {word for name in names for word in words_of(name) if is_spelt(word)}
    return {("customers", spelling, word) for word in words for spelling in spellings(word)}


class TestFinding:
    def test_a_number_or_an_address_is_found_by_all_of_it(self, shop: Shop) -> None:
        shop.register("Ada Lovelace", phone="+44 (20) 18-15", email="ada@example.com", reference="H-12")
        for text in ("+442018 15", "0044 20/1815", "ADA@example.com", "h12"):
            assert shop.names(text) == shop.listed(text) == ["Ada Lovelace"], text
        for text in ("44201", "ada@exam", "h1"):
            assert shop.names(text) == shop.listed(text) == [], text

    def test_who_has_it_as_number_comes_before_who_has_it_as_name(self, shop: Shop) -> None:
        shop.register("Bond 007 Shop")
        shop.register("James", reference="007")
        assert shop.names("007") == ["James", "Bond 007 Shop"]

    def test_a_family_shares_a_telephone(self, shop: Shop) -> None:
        known = {"phone": "0171 99", "email": "us@example.com"}
        ids = {shop.register(name, **known).id for name in ("Ada", "Byron")}
        codes = {PHONES: "0171-99", EMAILS: "others@example.com"}
        rows = shop.ask(lambda db: ask_coded(db, codes, statuses=[ACTIVE], limit=9).rows())
        assert {(row["id"], row["kind"]) for row in rows} == {(one, PHONES) for one in ids}

    def test_a_list_finds_all_and_a_misspelt_name(self, shop: Shop) -> None:
        for number in range(30):
            shop.register(f"Maria Lopez {number:02}")
        shop.register("Maria Byron")
        assert len(shop.listed("lopez mar")) == 30
        assert shop.listed("maira byron") == ["Maria Byron"]
        assert len(shop.listed("")) == 0

    def test_without_a_text_the_first_names_are_found(self, shop: Shop) -> None:
        ids = [shop.register(name).id for name in ("Zoe", "!", "Ada")]
        found = shop.ask(lambda db: find_customers(db, "", statuses=[ACTIVE], limit=2))
        assert found == [ids[1], ids[2]]

    def test_nobody_is_found_by_what_they_were(self, shop: Shop) -> None:
        ada = shop.register("Ada Byron", phone="1", email="byron@example.com")
        ada.revise({"name": "Ada Lovelace", "phone": "2", "email": None, "reference": "L-9"})
        shop.record(ada)
        for text in ("byron", "1", "byron@example.com"):
            assert shop.names(text) == [], text
        for text in ("lovelace", "2", "l9", "lovelcae"):
            assert shop.names(text) == ["Ada Lovelace"], text

    def test_who_turned_out_to_be_another_is_found_among_the_archived(self, shop: Shop) -> None:
        ada, byron = shop.register("Ada"), shop.register("Byron", phone="1")
        byron.trigger_event(Customer.Merged, into=ada.id)
        shop.record(byron)
        assert shop.names("1") == []
        assert shop.names("1", active=False) == ["Byron"]


class TestForgetting:
    def test_a_word_is_spelt_exactly_while_somebody_has_it(self, shop: Shop) -> None:
        ada, other = shop.register("Ada Lovelace", email="lovelace@example.com"), shop.register("Lovelace")
        assert shop.spelt() == spellings_of("Ada Lovelace")
        shop.erase(ada)
        assert shop.spelt() == spellings_of("Lovelace")
        other.revise({"name": "Love"})
        shop.record(other)
        assert shop.spelt() == spellings_of("Love")

    def test_nothing_stays_of_the_erased_and_of_whom_they_absorbed(self, shop: Shop) -> None:
        ada = shop.register("Qqada", phone="77123", email="qq@example.com", reference="QQ-1")
        twin = shop.register("Qqtwin", phone="77124")
        shop.register("Grace")
        shop.erase(ada, twin.id)
        text = str(shop.rows(ALL_WORDS)[0]["text"])
        assert "grace" in text
        assert not any(word in text for word in ("qq", "77123", "77124"))
        assert shop.names("qqada", active=False) == shop.names("erased", active=False) == []
        assert shop.is_true()

    @settings(max_examples=12, deadline=None)
    @given(data=st.data())
    def test_what_is_written_is_what_the_log_says(self, database: Database, data: st.DataObject) -> None:
        shop, known = Shop(database), list[Customer]()
        names = st.lists(st.sampled_from(["maria", "mario", "lopez", "x7", "Éva"]), min_size=1, max_size=3)
        try:
            for step in data.draw(st.lists(st.sampled_from("anprcmex"), min_size=4, max_size=14)):
                name = " ".join(data.draw(names))
                if step == "a" or not known:
                    known.append(shop.register(name, phone=data.draw(st.sampled_from([None, "1", "2"]))))
                    continue
                one = known[data.draw(st.integers(0, len(known) - 1))]
                change(shop, one, step, name)
                if one.is_erased:
                    known.remove(one)
            alive = [one.values["name"] for one in known]
            assert shop.spelt() == spellings_of(*alive)
            assert shop.is_true()
        finally:
            shop.close()


def change(shop: Shop, customer: Customer, step: str, name: str) -> None:
    """Take one step in a customer's life, as far as it can be taken."""
    if step == "x":
        shop.erase(customer)
    elif step == "r" and customer.is_archived and customer.merged_into is None:
        customer.trigger_event(Customer.Restored)
    elif customer.is_archived:
        return
    elif step == "c":
        customer.archive()
    elif step == "m":
        customer.trigger_event(Customer.Merged, into=uuid4())
    elif step == "n":
        customer.revise({"name": name})
    elif step in "pe":
        customer.revise({"phone": name if step == "p" else None, "reference": name})
    if customer.pending_events:
        shop.record(customer)


def test_a_word_that_one_loses_while_another_gets_it_stays_spelt(database: Database) -> None:
    """The one who loses it last decides alone, whoever comes at the same moment."""
    shop, other = Shop(database), Shop(database)
    other.company_id = shop.company_id
    ada, grace = shop.register("Lovelace"), Customer.begin(Customer.Registered, uuid4(), name="Lovelace")
    ada.revise({"name": "Ada"})
    with transaction(shop._connection, shop.company_id) as db:
        shop._writer.record(db, ada.new_events(), Metadata(at=datetime(2026, 3, 1, tzinfo=UTC))).rows()
        registering = Thread(target=other.record, args=(grace,))
        registering.start()
        # Time enough to look at what is spelt while the other transaction is open, if nothing holds it back.
        registering.join(0.3)
    registering.join(20)
    assert shop.spelt() == spellings_of("Ada", "Lovelace")
    assert shop.is_true()
    for one in (shop, other):
        one.close()
