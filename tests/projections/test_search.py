"""What is found by name is what a plain reading of the rules finds, for every text, and nobody else's."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.aggregate import Aggregate
from domain.catalog.products import Product, Variant
from domain.customers import Customer
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.postgres.transactions import transaction
from infra.projections.verify import verify
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from projections.base import Row
from projections.catalog import product_search
from projections.catalog.product_list import list_products
from projections.lookups.catalog import products
from projections.lookups.customers import customers
from projections.lookups.selection import Selection
from projections.search import find
from projections.search.words import (
    inside,
    shared_beginnings,
    shared_inside,
    slips,
    spellings,
    text_of,
    words_of,
)

SEARCH = next(model for model in PROJECTIONS if model.name == "search")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORDS = words_of("a an ant ante antler bee beer beet milk milky silk sea seal season x xylo éclair 7 7up 70")


class Shelf:
    """A company with a catalog of its own."""

    def __init__(self, database: Any) -> None:
        self.company_id = uuid4()
        self._database = database
        self._app = psycopg.connect(database.app, autocommit=True)
        self._writer = EventWriter(EVENT_TYPES, PROJECTIONS)
        with transaction(self._app, self.company_id) as opened:
            opened.execute("SELECT open_company(%(company_id)s)", {"company_id": self.company_id})

    def close(self) -> None:
        self._app.close()

    def record(self, *aggregates: Aggregate) -> None:
        """Record the new events of these, first facts first, as an import does."""
        events = [event for aggregate in aggregates for event in aggregate.new_events()]
        events.sort(key=lambda event: event.originator_version)
        with transaction(self._app, self.company_id) as db:
            self._writer.record(db, events, Metadata(at=NOON))

    def product(self, name: str, **variant: Any) -> Product:
        """A product on sale, recorded."""
        example = product_of(name, **variant)
        self.record(example)
        return example

    def ask(self, question: Any) -> Any:
        with transaction(self._app, self.company_id, reading=True) as db:
            return question(db)

    def rows_of(self, search: str, **more: Any) -> list[Row]:
        """What the lookup of products finds."""
        return list(self.ask(lambda db: products(db, Selection(search=search, limit=100, **more))))

    def names(self, search: str) -> list[str]:
        return [row["label"] for row in self.rows_of(search)]

    def listed(self, search: str, **filters: Any) -> tuple[list[str], int]:
        """The names and the total of a page of the catalog."""
        rows, total = self.ask(lambda db: list_products(db, search=search, **filters))
        return [row["name"] for row in rows], total

    def is_true(self) -> bool:
        """Whether the read model is what its log makes of it."""
        return verify(self._database.worker, EVENT_TYPES, SEARCH, self.company_id).is_true


def product_of(name: str, **variant: Any) -> Product:
    fields = {"sku": str(uuid4()), "price": 1, **variant}
    example = Product.begin(Product.Registered, uuid4(), name=name, variants=(Variant(id=uuid4(), **fields),))
    example.change_status("active")
    return example


@pytest.fixture
def shelf(database: Any) -> Iterator[Shelf]:
    shelf = Shelf(database)
    yield shelf
    shelf.close()


def is_match(name: str, typed: Sequence[str]) -> bool:
    """The rule, as it is told: each word typed is the beginning of a word of the name."""
    return all(any(word.startswith(one) for word in words_of(name)) for one in typed)


@pytest.fixture(scope="module")
def stocked(database: Any) -> Iterator[tuple[Shelf, list[str]]]:
    """A shelf with products of few words, and their names."""
    shelf, draw = Shelf(database), random.Random(0)
    names = [" ".join(draw.choices(WORDS, k=draw.randint(1, 6))) for _ in range(150)]
    shelf.record(*map(product_of, names))
    yield shelf, names
    shelf.close()


class TestFinding:
    def test_finds_what_the_rule_says_whatever_is_typed(self, stocked: tuple[Shelf, list[str]]) -> None:
        shelf, names = stocked
        draw = random.Random(1)
        for _ in range(300):
            typed = [word[: draw.randint(1, len(word))] for word in draw.choices(WORDS, k=draw.randint(1, 3))]
            text = " ".join(typed)
            expected = sorted(name for name in names if is_match(name, words_of(text)))
            if not expected:
                continue
            assert sorted(shelf.names(text)) == expected[:100] or len(expected) > 100, text
            page, total = shelf.listed(text, limit=100)
            assert total == len(expected), text
            assert sorted(page) == expected or total > 100, text

    @pytest.mark.parametrize("many", [product_search.MANY, 10])
    def test_pages_follow_each_other_in_every_order(
        self, stocked: tuple[Shelf, list[str]], many: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shelf, names = stocked
        monkeypatch.setattr(product_search, "MANY", many)
        expected = sorted(text_of(words_of(name)) for name in names if is_match(name, ["be"]))
        for sort in ("name", "-created_at"):
            pages = [shelf.listed("be", page=page, limit=7, sort=sort)[0] for page in range(1, 25)]
            texts = [text_of(words_of(name)) for page in pages for name in page]
            assert sorted(texts) == expected
            if sort == "name":
                assert texts == expected
        assert shelf.listed("be", page=1_000, limit=7) == ([], len(expected))

    def test_every_word_a_slip_away_is_found(self, shelf: Shelf) -> None:
        word = "antler"
        shelf.product(word)
        letters = "antlerx"
        for index in range(len(word) + 1):
            before, after = word[:index], word[index:]
            slipped = {before + after[1:], before + after[1:2] + after[:1] + after[2:]}
            slipped |= {before + letter + after for letter in letters}
            slipped |= {before + letter + after[1:] for letter in letters}
            for typed in slipped:
                assert shelf.names(typed) == [word], typed

    @pytest.mark.parametrize("common", [find.COMMON, 2])
    def test_words_that_many_have_but_none_has_together_are_corrected(
        self, shelf: Shelf, common: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(product_search, "COMMON", common)
        for name in ("Milk bottle", "Milk bread", "Mild oats", "Oats bread"):
            shelf.product(name)
        assert shelf.names("milk oats") == ["Mild oats"]
        for filters in ({}, {"sort": "-created_at"}, {"max_price": 10**6}):
            assert shelf.listed("milk oats", **filters) == (["Mild oats"], 1)
        assert shelf.listed("milk oats", max_price=0) == ([], 0)
        assert shelf.listed("milk b") == (["Milk bottle", "Milk bread"], 2)

    def test_the_closest_is_meant(self, shelf: Shelf) -> None:
        for name in ("Spaghetti", "Broccoli", "Chocolate", "Chocolates box", "Broth"):
            shelf.product(name)
        assert shelf.names("sphagetti") == ["Spaghetti"]
        assert shelf.names("brocolli") == ["Broccoli"]
        assert shelf.names("choclat") == ["Chocolate", "Chocolates box"]
        assert shelf.names("brocolli choclate") == []
        assert shelf.listed("sphagetti") == (["Spaghetti"], 1)

    def test_the_catalog_lists_by_code_and_filters_what_it_finds(self, shelf: Shelf) -> None:
        brand_id = uuid4()
        variant = Variant(id=uuid4(), sku="Tea", price=1, barcodes=("0042",))
        coded = Product.begin(
            Product.Registered, uuid4(), name="Mint", brand_id=brand_id, variants=(variant,)
        )
        shelf.record(coded)
        shelf.product("Tea")
        shelf.product("Green tea")
        assert shelf.listed("tea") == (["Green tea", "Mint", "Tea"], 3)
        assert shelf.listed("tea", brand_id=brand_id) == (["Mint"], 1)
        assert shelf.listed("tea", status="active") == (["Green tea", "Tea"], 2)
        assert shelf.listed("0042") == (["Mint"], 1)
        assert shelf.listed("tea", brand_id=uuid4()) == ([], 0)
        assert shelf.listed("tea", page=2, limit=2) == (["Tea"], 3)
        assert shelf.listed("?") == ([], 0)

    def test_nothing_of_another_company_is_found(self, shelf: Shelf, database: Any) -> None:
        other = Shelf(database)
        other.product("Chocolate", sku="C-1", barcodes=("111",))
        other.close()
        for text in ("chocolate", "choclate", "C-1", "111", "c"):
            assert shelf.names(text) == []
            assert shelf.listed(text) == ([], 0)

    def test_customers_are_found_by_what_one_knows_of_them(self, shelf: Shelf) -> None:
        fields = {"reference": "H-12", "phone": "+49 171 / 234-5678", "email": "ada.l@example.com"}
        ada = Customer.begin(Customer.Registered, uuid4(), name="Ada Lovelace", **fields)
        shelf.record(ada, Customer.begin(Customer.Registered, uuid4(), name="Grace Hopper"))

        def names(text: str, *, active: bool = True) -> list[str]:
            rows = shelf.ask(lambda db: customers(db, Selection(search=text, active=active)))
            return [row["label"] for row in rows]

        for text in (
            "lov ada",
            "h12",
            "+49 171 2345678",
            "ADA.L@Example.com",
            "lovelcae",
        ):
            assert names(text) == ["Ada Lovelace"], text
        for part in ("0171", "49171234", "ada.l@example", "h1"):
            assert names(part) == [], part
        ada.archive()
        shelf.record(ada)
        assert names("ada") == []
        assert names("ada", active=False) == ["Ada Lovelace"]


class TestFollowing:
    def test_what_is_written_is_what_the_log_says_after_every_change(self, shelf: Shelf) -> None:
        shirt = shelf.product("Shirt", options={"Size": "Small"})
        sock = product_of("Sock")
        sock.change_status("discontinued")
        sock.revise({"name": "Stocking"})
        shelf.record(sock)
        assert shelf.is_true()
        added = Variant(id=uuid4(), sku="S-2", name="Wide", price=2)
        shirt.add_variant(added)
        shirt.revise({"name": "Blouse, long"})
        shirt.revise_variant(added.id, {"name": ""})
        shirt.change_status("archived")
        shelf.record(shirt)
        assert shelf.is_true()
        shirt.change_status("draft")
        shirt.revise_variant(added.id, {"options": {"Colour": "Blue"}})
        shirt.remove_variant(next(iter(shirt.variants)))
        shelf.record(shirt)
        assert shelf.is_true()
        assert shelf.names("blouse") == []
        assert [row["label"] for row in shelf.rows_of("long", active=False)] == ["Blouse, long"]

    def test_words_that_lead_nowhere_any_more_are_no_correction(self, shelf: Shelf) -> None:
        antler = shelf.product("Antler")
        antler.revise({"name": "Horn"})
        shelf.record(antler)
        assert shelf.names("antlr") == []
        assert shelf.is_true()

    def test_names_of_any_length_and_kind_are_taken(self, shelf: Shelf) -> None:
        for name in ("😀" * 200, "ﷺ" * 200, "한" * 200, "a" * 200, " ".join("abcdefghij" * 10), "***", "İß"):
            shelf.product(name, options={"Sign": "😀" * 50})
        assert shelf.is_true()
        assert shelf.names("iss") == ["İß"]
        assert len(shelf.rows_of("😀")) == 1


class TestWords:
    def test_letter_case_accents_and_punctuation_do_not_count(self) -> None:
        assert words_of(" Crème-Brûlée, 2 x 1L (Kellogg's)") == [
            "creme",
            "brulee",
            "2",
            "x",
            "1l",
            "kelloggs",
        ]
        assert words_of("ÄÖÜ Straße İstanbul 한국 日本") == ["aou", "strasse", "istanbul", "한국", "日本"]
        assert words_of("&|!:*()'%_\\") == []

    @given(st.text("aZ09_-'` l.", max_size=12))
    def test_are_the_same_whatever_stands_beside_them(self, text: str) -> None:
        assert [*words_of(text), "e"] == words_of(f"{text} é")

    @given(
        st.sets(st.text("abc", min_size=1, max_size=5), min_size=1), st.text("abc", min_size=1, max_size=3)
    )
    def test_of_the_words_that_begin_so_one_is_counted(self, words: set[str], typed: str) -> None:
        in_order = sorted(words)
        shared = shared_beginnings(in_order)
        counted = [
            word
            for word, number in zip(in_order, shared, strict=True)
            if word.startswith(typed) and number < len(typed)
        ]
        assert len(counted) == any(word.startswith(typed) for word in words)

    @given(
        st.sets(st.text("茶緑有", min_size=1, max_size=5), min_size=1),
        st.text("茶緑有", min_size=1, max_size=3),
    )
    def test_of_what_begins_inside_words_what_no_word_begins_with_is_counted_once(
        self, words: set[str], typed: str
    ) -> None:
        in_order = sorted(words)
        found = inside(in_order)
        rows = [
            *zip(in_order, shared_beginnings(in_order), strict=True),
            *zip(found, shared_inside(found, in_order), strict=True),
        ]
        counted = [one for one, number in rows if one.startswith(typed) and number < len(typed)]
        assert len(counted) == any(typed in word for word in words)

    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
    def test_words_are_words_again_and_hold_no_wildcard(self, text: str) -> None:
        words = words_of(text)
        assert words_of(" ".join(words)) == words
        assert not set("".join(words)) & set('%_\\"{}, ')

    @given(st.text("abcd", min_size=4, max_size=6), st.text("abcd", min_size=3, max_size=7))
    def test_one_slip_leaves_a_common_spelling(self, typed: str, word: str) -> None:
        if len(typed) < 6 and slips(typed, word) == 1:
            assert spellings(typed) & spellings(word)

    @pytest.mark.parametrize(
        ("typed", "word", "number"),
        [
            ("milk", "milk", 0),
            ("mil", "milk", 0),
            ("mlik", "milk", 1),
            ("milkk", "milk", 1),
            ("mik", "milk", None),
            ("mlki", "milk", None),
            ("choclat", "chocolates", 1),
            ("chcolte", "chocolate", None),
            ("brocolli", "broccoli", 2),
            ("brcolli", "broccoli", None),
            ("espresso", "expresso", 1),
        ],
    )
    def test_slips_are_counted_and_not_too_many_forgiven(
        self, typed: str, word: str, number: int | None
    ) -> None:
        assert slips(typed, word) == number
