"""The feed of the tills' catalog has the same rows however the log is cut into batches."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.aggregate import Aggregate
from domain.catalog.products import Product, Variant
from domain.stores import Store
from infra.postgres.request_transactions import RequestConnection
from infra.postgres.transactions import Transaction
from infra.runtime.models import EVENT_TYPES
from projections.base import Fact
from projections.declarations import record_read
from projections.pos_catalog.feed import VARIANTS_PER_EVENT, PosCatalogFeed
from projections.settings import NOWHERE
from tests.commands.samples import STORE, TAX, UNIT, id_of, store, tax, unit
from tests.conftest import Database

FEED = PosCatalogFeed()
COMPANY = UUID(int=3)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
Rows = list[tuple[Any, ...]]


class Shelf:
    """Two products, a tax, a unit and a store, and every event that happens to them, in order."""

    def __init__(self) -> None:
        self.products = [self._product(n) for n in range(2)]
        self.tax, self.unit, self.store = tax(), unit(), store()
        self.events: list[Aggregate.Event] = []
        self.note(*self.products, self.tax, self.unit, self.store)

    def _product(self, n: int) -> Product:
        variants = tuple(Variant(id=id_of(f"{n}/{v}"), sku=f"{n}/{v}", price=100) for v in range(2))
        rates = (TAX,) if n else ()
        return Product.begin(
            Product.Registered,
            id_of(f"product {n}"),
            name="Tea",
            tax_rate_ids=rates,
            unit_id=UNIT,
            variants=variants,
        )

    def note(self, *things: Aggregate) -> None:
        for thing in things:
            self.events += thing.new_events()

    def happen(self, what: str, n: int, step: int) -> None:
        """Something happens to a product, or to what it refers to."""
        product = self.products[n]
        STEPS[what](self, product, next(iter(product.variants)), step)
        self.note(product, self.tax, self.unit, self.store)

    def facts(self) -> list[Fact]:
        """What the feed reads of it all, as the log has it."""
        numbered = enumerate(self.events, 1)
        return [fact_of(event, position) for position, event in numbered if type(event) in FEED.events]


def move(_: Shelf, product: Product, __: UUID, ___: int) -> None:
    product.change_status("discontinued" if product.status == "active" else "active")


def add(_: Shelf, product: Product, __: UUID, step: int) -> None:
    product.add_variant(Variant(id=uuid5(product.id, str(step)), sku=f"{product.id}-{step}", price=1))


def remove(_: Shelf, product: Product, variant_id: UUID, __: int) -> None:
    if len(product.variants) > 1:
        product.remove_variant(variant_id)


def retax(thing: Product | Store) -> None:
    """Give it a tax, or take it away."""
    thing.revise({"tax_rate_ids": () if thing.values["tax_rate_ids"] else (TAX,)})


#: What may happen, each to a product, its first variant, or what it refers to.
STEPS: Mapping[str, Callable[[Shelf, Product, UUID, int], None]] = {
    "move": move,
    "reprice": lambda _, product, variant_id, step: product.revise_variant(variant_id, {"price": step}),
    "price here": lambda _, product, variant_id, step: product.price_in_store(variant_id, STORE, step),
    "add": add,
    "remove": remove,
    "retax": lambda _, product, __, ___: retax(product),
    "rename": lambda _, product, __, step: product.revise({"name": f"Tea {step}"}),
    "reassess": lambda shelf, _, __, step: shelf.tax.revise({"rate": Decimal(step)}),
    "refine": lambda shelf, _, __, step: shelf.unit.revise({"precision": step % 4}),
    "retax the store": lambda shelf, _, __, ___: retax(shelf.store),
}


def fact_of(event: Aggregate.Event, position: int) -> Fact:
    kind = EVENT_TYPES.by_event[type(event)]
    data = kind.decode_as(record_read([FEED], type(event)))(EVENT_TYPES.encode(event)[1])
    return Fact(type(event), event.originator_id, event.originator_version, data, AT, None, position, AT)


@pytest.fixture(scope="module")
def worker(database: Database) -> Iterator[RequestConnection]:
    with RequestConnection.connect(database.worker, autocommit=True) as connection:
        yield connection


def rows_after(worker: RequestConnection, batches: Sequence[Sequence[Fact]]) -> tuple[Rows, Rows]:
    """The rows of the feed, and of what it knows of products, after these batches."""
    with worker.transaction(force_rollback=True):
        db = Transaction(worker, COMPANY)
        for batch in batches:
            FEED.apply(batch, db)
        feed = worker.execute(
            "SELECT store_id, variant_id, place FROM pos_catalog_feed WHERE company_id = %s ORDER BY place",
            [COMPANY],
        ).fetchall()
        goods = worker.execute(
            "SELECT id, variant_ids, unit_id, tax_rate_ids, is_on_sale FROM pos_catalog_goods"
            " WHERE company_id = %s ORDER BY id",
            [COMPANY],
        ).fetchall()
    return feed, goods


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 1)), max_size=20),
    cuts=st.sets(st.integers(1, 25), max_size=4),
)
def test_the_rows_are_the_same_however_the_log_is_cut(
    worker: RequestConnection, steps: list[tuple[str, int]], cuts: set[int]
) -> None:
    shelf = Shelf()
    for number, (what, n) in enumerate(steps, 1):
        shelf.happen(what, n, number)
    facts = shelf.facts()
    edges = [0, *sorted(cut for cut in cuts if cut < len(facts)), len(facts)]
    batches = [facts[start:end] for start, end in pairwise(edges)]
    feed, goods = rows_after(worker, batches)
    assert (feed, goods) == rows_after(worker, [[one] for one in facts])
    places = [place for _, _, place in feed]
    assert len(set(places)) == len(places)
    known = {variant for _, variant, _ in feed}
    for product in shelf.products:
        if product.status != "draft":
            assert product.variants.keys() <= known


@pytest.mark.parametrize(("what", "stores"), [("reassess", {NOWHERE}), ("retax the store", {STORE})])
def test_an_event_about_many_variants_gives_each_a_place_of_its_own(
    worker: RequestConnection, what: str, stores: set[UUID]
) -> None:
    shelf = Shelf()
    for n in (0, 1):
        shelf.happen("move", n, 1)
    shelf.happen(what, 0, 7)
    position = len(shelf.events)
    rows = rows_after(worker, [shelf.facts()])[0]
    changed = [(store_id, place) for store_id, _, place in rows if place >= position * VARIANTS_PER_EVENT]
    assert {store_id for store_id, _ in changed} == stores
    # The store's taxes are those of the one product that has none of its own.
    count = 4 if what == "reassess" else 2
    assert [place for _, place in changed] == [position * VARIANTS_PER_EVENT + n for n in range(count)]
