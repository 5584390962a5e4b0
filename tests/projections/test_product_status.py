"""Where products stand, since when and by whom, is what their log says, in batches of any size."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.aggregate import Aggregate
from domain.catalog.products import Product, Variant
from infra.postgres.transactions import transaction
from projections.base import Fact, Row
from projections.catalog.product_status import ProductStatuses
from projections.catalog.product_status_list import list_in_status, summarise_status

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANNE, BERT = uuid4(), uuid4()
BRAND, CATEGORY, SUPPLIER = uuid4(), uuid4(), uuid4()
FILED: dict[str, Any] = {"brand_id": BRAND, "category_id": CATEGORY, "supplier_id": SUPPLIER}


class Log:
    """The facts of one company, and the read model that folds them."""

    def __init__(self, database: Any) -> None:
        self.company_id = uuid4()
        self._worker = psycopg.connect(database.worker, autocommit=True)
        self._facts: list[Fact] = []

    def close(self) -> None:
        self._worker.close()

    def record(self, product: Product, *, hour: int = 0, by: UUID | None = ANNE) -> None:
        """The new events of a product, decided so many hours after noon."""
        events: Sequence[Aggregate.Event] = product.new_events()
        self._facts += [
            Fact(
                event=type(event),
                stream_id=product.id,
                version=event.originator_version,
                data=event,
                at=NOON + timedelta(hours=hour),
                actor_id=by,
            )
            for event in events
            if type(event) in ProductStatuses.events
        ]

    def when(self, size: int = 1_000) -> None:
        """Fold all facts anew, in batches of this size."""
        with transaction(self._worker, self.company_id) as db:
            db.execute(
                "DELETE FROM product_statuses WHERE company_id = %(company_id)s",
                {"company_id": self.company_id},
            )
        for start in range(0, len(self._facts), size):
            with transaction(self._worker, self.company_id) as db:
                ProductStatuses().apply(self._facts[start : start + size], db)

    def then(self, status: str, **filters: Any) -> list[Row]:
        """What is listed of a status."""
        with transaction(self._worker, self.company_id) as db:
            return list_in_status(db, status, **filters)[0]

    def summary(self, status: str) -> Row:
        with transaction(self._worker, self.company_id) as db:
            return summarise_status(db, status)


@pytest.fixture
def log(database: Any) -> Iterator[Log]:
    log = Log(database)
    yield log
    log.close()


def product(name: str = "Tea", *, variants: int = 1, **fields: Any) -> Product:
    variants_of_it = tuple(Variant(id=uuid4(), sku=uuid4().hex, price=100) for _ in range(variants))
    return Product.begin(Product.Registered, uuid4(), name=name, variants=variants_of_it, **fields)


class TestTheRow:
    def test_of_a_draft_says_who_drafted_it_and_when(self, log: Log) -> None:
        log.record(product(variants=2, **FILED), hour=1)
        log.when()
        [row] = log.then("draft")
        assert (row["since"], row["by_user_id"], row["variant_count"]) == (NOON + timedelta(hours=1), ANNE, 2)
        assert {name: row[name] for name in FILED} == FILED

    def test_moves_with_the_product(self, log: Log) -> None:
        tea = product()
        log.record(tea)
        for hour, status in enumerate(("active", "discontinued", "archived", "draft"), 1):
            tea.change_status(status)  # type: ignore[arg-type]  # each of them is a status
            log.record(tea, hour=hour, by=BERT)
            log.when()
            shown = [row["since"] for row in log.then(status)]
            assert shown == [NOON + timedelta(hours=hour)]
        assert [log.then(status) for status in ("discontinued", "archived")] == [[], []]
        assert log.then("draft")[0]["by_user_id"] == BERT

    def test_has_the_launch_until_the_product_is_launched(self, log: Log) -> None:
        tea, launch = product(), NOON + timedelta(days=3)
        tea.change_status("coming_soon", launch)
        log.record(tea)
        log.when()
        assert log.then("coming_soon")[0]["launch_at"] == launch
        tea.change_status("active")
        tea.change_status("discontinued")
        log.record(tea, by=None)
        log.when()
        [row] = log.then("discontinued")
        assert (row["launch_at"], row["by_user_id"]) == (None, None)

    def test_knows_what_changed_while_the_product_was_on_sale(self, log: Log) -> None:
        tea, more = product(), Variant(id=uuid4(), sku="M", price=1)
        tea.change_status("active")
        tea.revise({"name": "Green tea", **FILED})
        tea.add_variant(more)
        tea.add_variant(Variant(id=uuid4(), sku="N", price=1))
        tea.remove_variant(more.id)
        tea.change_status("discontinued")
        log.record(tea)
        log.when()
        [row] = log.then("discontinued")
        assert (row["name"], row["variant_count"], row["brand_id"]) == ("Green tea", 2, BRAND)

    def test_keeps_its_time_when_the_product_is_renamed(self, log: Log) -> None:
        tea = product()
        log.record(tea)
        tea.revise({"name": "Green tea"})
        log.record(tea, hour=5, by=BERT)
        log.when()
        [row] = log.then("draft")
        assert (row["since"], row["by_user_id"]) == (NOON, ANNE)


class TestTheList:
    @pytest.fixture
    def filed(self, log: Log) -> Log:
        products = (
            product("Cocoa", brand_id=BRAND),
            product("Apple", category_id=CATEGORY),
            product("Bread", **FILED),
        )
        for hour, one in enumerate(products):
            log.record(one, hour=-hour)
            one.change_status("archived")
            log.record(one, hour=hour)
        log.when()
        return log

    @pytest.mark.parametrize(
        ("sort", "names"),
        [
            ("name", ["Apple", "Bread", "Cocoa"]),
            ("-created_at", ["Cocoa", "Apple", "Bread"]),
            ("since", ["Cocoa", "Apple", "Bread"]),
            ("-since", ["Bread", "Apple", "Cocoa"]),
        ],
    )
    def test_has_an_order(self, filed: Log, sort: str, names: list[str]) -> None:
        assert [row["name"] for row in filed.then("archived", sort=sort)] == names
        assert [row["name"] for row in filed.then("archived", sort=sort, limit=1, page=2)] == names[1:2]

    def test_is_narrowed(self, filed: Log) -> None:
        for filters, names in (
            ({"brand_id": BRAND}, ["Bread", "Cocoa"]),
            ({"category_id": CATEGORY}, ["Apple", "Bread"]),
            ({"supplier_id": SUPPLIER}, ["Bread"]),
            ({"brand_id": BRAND, "category_id": CATEGORY}, ["Bread"]),
            ({"brand_id": uuid4()}, []),
        ):
            assert [row["name"] for row in filed.then("archived", **filters)] == names

    def test_is_counted_in_all_and_by_category_and_brand(self, filed: Log) -> None:
        summary = filed.summary("archived")
        assert (summary["products"], summary["variants"], summary["stock_units"]) == (3, 3, 0)
        assert [(row["id"], row["products"]) for row in summary["by_category"]] == [(CATEGORY, 2), (None, 1)]
        assert [(row["id"], row["products"]) for row in summary["by_brand"]] == [(BRAND, 2), (None, 1)]

    def test_of_nothing_is_empty(self, log: Log) -> None:
        assert log.then("draft") == []
        summary = log.summary("draft")
        assert (summary["products"], summary["by_category"], summary["by_brand"]) == (0, [], [])


@pytest.mark.parametrize("size", [1, 2, 5])
def test_batches_of_any_size_give_the_same_rows(log: Log, size: int) -> None:
    products = [product(f"Tea {number}", variants=number) for number in range(1, 4)]
    for hour, one in enumerate(products):
        log.record(one, hour=hour)
    for hour, status in enumerate(("active", "discontinued", "archived")):
        for one in products[hour:]:
            one.revise({"name": f"{one.values['name']}!"})
            one.change_status(status)  # type: ignore[arg-type]  # each of them is a status
            log.record(one, hour=hour)
    log.when()
    statuses = ("draft", "coming_soon", "active", "discontinued", "archived")
    whole = [log.then(status) for status in statuses]
    log.when(size)
    assert [log.then(status) for status in statuses] == whole
    assert sum(map(len, whole)) == len(products)
