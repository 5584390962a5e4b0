"""Sales by category and brand are what the lines of the events come to, at every position, for any stores."""

from typing import Any
from uuid import uuid4

import pytest

from domain.catalog.categories import Category
from projections.reports.section import Basis
from projections.reports.sections.sales_summary.by_brand import BY_BRAND
from projections.reports.sections.sales_summary.by_category import BY_CATEGORY
from projections.reports.sections.sales_summary.by_product import BY_PRODUCT, ITEM_ORDERS
from tests.commands.samples import category
from tests.projections.reports.financial.books import Books
from tests.projections.reports.financial.trade import Trade
from tests.projections.reports.plain import plain_facts
from tests.projections.reports.sales_summary.plain import OF_LINES, facts_of, places, shown, summed_lines
from tests.projections.reports.sales_summary.shelves import Shelves
from tests.projections.shop import MARCH, Shop

NAMES = (*OF_LINES, "quantity", "returned_quantity")


def test_a_category_has_what_was_sold_of_it(books: Books, trade: Trade) -> None:
    for position, stores in places(trade):
        facts = facts_of(trade, upto=position, stores=stores)
        table = books.report(BY_CATEGORY, position=position, stores=stores)
        rows = shown(table, lambda row: row["category_id"], *NAMES)
        assert rows == summed_lines(facts, lambda item: [item[2]], *NAMES)
        assert all(row["depth"] == 1 for row in table.rows)


def test_a_brand_has_what_was_sold_of_it(books: Books, trade: Trade) -> None:
    for position, stores in places(trade):
        facts = facts_of(trade, upto=position, stores=stores)
        table = books.report(BY_BRAND, position=position, stores=stores)
        rows = shown(table, lambda row: row["brand_id"], *NAMES)
        assert rows == summed_lines(facts, lambda item: [item[3]], *NAMES)


def test_a_channel_has_what_was_sold_in_it(books: Books) -> None:
    for section in (BY_CATEGORY, BY_BRAND, BY_PRODUCT):
        parts = [books.report(section, filters={"channel": one}).overall for one in ("pos", "phone")]
        whole = books.report(section).overall
        assert all(sum(part[name] for part in parts) == whole[name] for name in NAMES)
        assert all(part["quantity"] for part in parts)


@pytest.mark.parametrize("group", BY_PRODUCT.groups)
def test_what_is_sold_of_goods_is_divided_by_channels(books: Books, group: str) -> None:
    names = (*NAMES, "orders")
    key = BY_PRODUCT.parts.get(group, ("variant_id",))[0]
    whole = shown(books.report(BY_PRODUCT, group=group), lambda row: row[key], *names)
    sums: dict[Any, dict[str, Any]] = {}
    for channel in ("pos", "phone"):
        part = books.report(BY_PRODUCT, group=group, filters={"channel": channel})
        for one, row in shown(part, lambda row: row[key], *names).items():
            before = sums.get(one, dict.fromkeys(names, 0))
            sums[one] = {name: before[name] + row[name] for name in names}
    assert sums == whole


@pytest.mark.parametrize("basis", ["current", "first_reported"])
@pytest.mark.parametrize("filters", [{}, {"channel": "phone"}])
def test_orders_of_goods_are_those_that_explain_them(
    books: Books, basis: Basis, filters: dict[str, Any]
) -> None:
    table = books.report(BY_PRODUCT, basis=basis, filters=filters)
    for row in table.rows:
        explained = books.explain(BY_PRODUCT, ITEM_ORDERS, row, basis=basis, filters=filters)
        assert explained.total == row["orders"]
    assert any(row["orders"] for row in table.rows)


@pytest.fixture
def shelves(database: Any) -> Any:
    opened = Shelves(database)
    yield opened
    opened.close()


class TestTreeOfCategories:
    def test_a_parent_has_all_that_is_below_it_and_footers_only_the_roots(self, shelves: Shelves) -> None:
        drinks, coffee, beans = uuid4(), uuid4(), uuid4()
        tree = [
            category(drinks, "Drinks"),
            category(coffee, "Coffee", drinks),
            category(beans, "Beans", coffee),
        ]
        shelves.record(tree)
        for filed in (drinks, beans, None):
            shelves.sell(2, day=MARCH.from_date, category_id=filed)
        shelves.fold_all()
        table = shelves.ask(BY_CATEGORY, sort="depth")
        by_id = {row["category_id"]: row for row in table.rows}
        assert {one: (row["path"], row["depth"], row["parent_id"]) for one, row in by_id.items()} == {
            drinks: ("Drinks", 1, None),
            coffee: ("Drinks / Coffee", 2, drinks),
            beans: ("Drinks / Coffee / Beans", 3, coffee),
            None: (None, 1, None),
        }
        own = summed_sales(shelves)
        for name in OF_LINES:
            assert by_id[beans][name] == by_id[coffee][name] == own[beans][name]
            assert by_id[drinks][name] == own[drinks][name] + own[beans][name]
            assert table.overall[name] == table.totals[name] == sum(one[name] for one in own.values())
        roots = shelves.ask(BY_CATEGORY, depth=1)
        assert {row["category_id"] for row in roots.rows} == {drinks, None}
        assert roots.overall == table.overall

    def test_the_tree_and_its_names_are_those_of_the_position(self, shelves: Shelves) -> None:
        drinks, food, tea = uuid4(), uuid4(), uuid4()
        filed = category(tea, "Tea", drinks)
        shelves.record([category(drinks, "Drinks"), category(food, "Food"), filed])
        shelves.sell(3, day=MARCH.from_date, category_id=tea)
        before = shelves.facts()[-1].position
        filed.trigger_event(Category.Moved, parent_id=food)
        filed.trigger_event(Category.Renamed, name="Infusions")
        shelves.record([filed])
        shelves.fold_all()
        paths = {row["path"] for row in shelves.ask(BY_CATEGORY, position=before).rows}
        assert paths == {"Drinks", "Drinks / Tea"}
        assert {row["path"] for row in shelves.ask(BY_CATEGORY).rows} == {"Food", "Food / Infusions"}


def summed_sales(shop: Shop) -> dict[Any, dict[str, int]]:
    """The measures of lines by their own categories."""
    facts = plain_facts((at, event) for at, event in enumerate(shop.events) if hasattr(event, "lines"))
    return summed_lines(facts, lambda item: [item[2]], *OF_LINES)
