"""The facts of sales and their sums are what the log says, at every position, whatever the batches were."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from domain.orders import Order
from tests.projections.reports.plain import PlainFact, plain_facts, summed
from tests.projections.reports.trade import EVERYTHING, Trade

TOTALS = [
    "orders",
    "items",
    "gross_sales",
    "discounts",
    "returns",
    "tax",
    "tips",
    "rounding",
    "cost_of_goods",
    "returned_items",
    "refund_count",
    "voids",
    "void_value",
    "overrides",
    "deposits",
    "dues_created",
]
OF_ITEM = [
    "orders",
    "quantity",
    "returned_quantity",
    "gross_sales",
    "discounts",
    "returns",
    "tax",
    "cost_of_goods",
    "restocked_quantity",
    "not_restocked_value",
    "below_cost",
    "uncosted",
]
OF_TAX = ["orders", "taxable", "tax", "returned_taxable", "returned_tax"]
OF_METHOD = ["payments", "amount", "tips", "refund_count", "refunds", "change"]


@pytest.fixture
def shop(database: Any) -> Iterator[Trade]:
    opened = Trade(database)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def busy(database: Any) -> Iterator[Trade]:
    """A shop of which everything is in the tables; no test changes it."""
    opened = Trade(database).trade()
    opened.fold([EVERYTHING])
    yield opened
    opened.close()


def ask(shop: Trade, query: str, **params: Any) -> list[dict[str, Any]]:
    statement = sql.SQL(query)
    with shop.work() as db:
        cursor = db.connection.execute(statement, {"company_id": shop.company_id, **params})
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def told(shop: Trade, upto: int = EVERYTHING) -> list[PlainFact]:
    """The facts up to a position, by a plain reading of the events."""
    return [fact for fact in plain_facts(enumerate(shop.events, 1)) if fact.position <= upto]


PLACES = """
    JOIN report_places AS store ON store.company_id = found.company_id AND store.kind = 'store'
                               AND store.no = found.store_no
    LEFT JOIN report_places AS register ON register.company_id = found.company_id
                               AND register.kind = 'register' AND register.no = found.register_no
    LEFT JOIN report_places AS cashier ON cashier.company_id = found.company_id
                               AND cashier.kind = 'cashier' AND cashier.no = found.cashier_no
"""
STORES = """
    JOIN report_places AS store ON store.company_id = found.company_id AND store.kind = 'store'
                               AND store.no = found.store_no
"""
ITEMS = """
    JOIN report_items AS item ON item.company_id = found.company_id AND item.item_no = found.item_no
"""
TAXES = f"""{STORES}
    LEFT JOIN report_taxes AS tax_of ON tax_of.company_id = found.company_id AND tax_of.tax_no = found.tax_no
"""
METHODS = f"""{STORES}
    JOIN report_methods AS method ON method.company_id = found.company_id
                                 AND method.method_no = found.method_no
"""
ITEM_KEY = ["item.variant_id", "item.product_id", "item.category_id", "item.brand_id", "item.supplier_id"]
TAX_KEY = ["tax_of.name", "tax_of.rate", "tax_of.is_inclusive", "tax_of.jurisdiction"]


def tax_parts(fact: PlainFact) -> Iterator[tuple[Any, Any]]:
    for tax, sums in fact.taxes.items():
        yield tax or (None, None, None, None), sums


def one_part(fact: PlainFact) -> Iterator[tuple[Any, Any]]:
    yield (), fact.totals


#: By table of sums: the facts that it sums up, its key beside the company, what of a fact the key is, by ids,
#: and how ids are found.
ROLLUPS: dict[str, tuple[str, list[str], list[str], str, list[str], Any, Any]] = {
    "sales_store_day": (
        "sales_facts",
        ["business_date", "store_no"],
        ["found.business_date", "store.id"],
        STORES,
        TOTALS,
        lambda fact: (fact.day, fact.store_id),
        one_part,
    ),
    "sales_store_hour": (
        "sales_facts",
        ["business_date", "store_no", "hour"],
        ["found.business_date", "store.id", "found.hour"],
        STORES,
        TOTALS,
        lambda fact: (fact.day, fact.store_id, fact.hour),
        one_part,
    ),
    "sales_register_day": (
        "sales_facts",
        ["business_date", "store_no", "register_no"],
        ["found.business_date", "store.id", "register.id"],
        PLACES.replace("AND cashier.no = found.cashier_no", "AND false"),
        TOTALS,
        lambda fact: (fact.day, fact.store_id, fact.register_id),
        one_part,
    ),
    "sales_cashier_day": (
        "sales_facts",
        ["business_date", "store_no", "cashier_no"],
        ["found.business_date", "store.id", "cashier.id"],
        PLACES.replace("AND register.no = found.register_no", "AND false"),
        TOTALS,
        lambda fact: (fact.day, fact.store_id, fact.cashier_id),
        one_part,
    ),
    "sales_customer_month": (
        "sales_facts",
        ["month", "customer_id", "store_no"],
        ["found.month", "found.customer_id", "store.id"],
        STORES,
        TOTALS,
        lambda fact: (fact.day.replace(day=1), fact.customer_id, fact.store_id),
        lambda fact: one_part(fact) if fact.customer_id else (),
    ),
    "sales_item_month": (
        "sales_line_facts",
        ["month", "item_no"],
        ["found.month", *ITEM_KEY],
        ITEMS,
        OF_ITEM,
        lambda fact: (fact.day.replace(day=1),),
        lambda fact: fact.items.items(),
    ),
    "sales_item_year": (
        "sales_line_facts",
        ["year", "item_no"],
        ["found.year", *ITEM_KEY],
        ITEMS,
        OF_ITEM,
        lambda fact: (fact.day.replace(day=1, month=1),),
        lambda fact: fact.items.items(),
    ),
    "sales_tax_day": (
        "sales_tax_facts",
        ["business_date", "store_no", "tax_no"],
        ["found.business_date", "store.id", *TAX_KEY],
        TAXES,
        OF_TAX,
        lambda fact: (fact.day, fact.store_id),
        tax_parts,
    ),
    "sales_payment_day": (
        "sales_payment_facts",
        ["business_date", "store_no", "method_no"],
        ["found.business_date", "store.id", "method.method"],
        METHODS,
        OF_METHOD,
        lambda fact: (fact.day, fact.store_id),
        lambda fact: (((method,), sums) for method, sums in fact.methods.items()),
    ),
}
PERIODS = {
    "month": "date_trunc('month', business_date::timestamp)::date AS month",
    "year": "date_trunc('year', business_date::timestamp)::date AS year",
}


def sums_at(shop: Trade, table: str, position: int) -> dict[Any, dict[str, int]]:
    """A table's sums at a position: its rows, or the facts of those that are of facts on both sides of it."""
    facts, key, shown, joins, measures, _, _ = ROLLUPS[table]
    keys, names = ", ".join(key), ", ".join(measures)
    query = f"""
        WITH facts AS (
            SELECT *, {PERIODS["month"]}, {PERIODS["year"]} FROM {facts}
             WHERE company_id = %(company_id)s AND position <= %(position)s
        ), parts AS (
            SELECT company_id, {keys}, {names} FROM {table}
             WHERE company_id = %(company_id)s AND last_position <= %(position)s
         UNION ALL
            SELECT company_id, {keys}, {names} FROM facts
             WHERE ({keys}) IN (SELECT {keys} FROM {table}
                                 WHERE company_id = %(company_id)s AND first_position <= %(position)s
                                   AND last_position > %(position)s)
        ), found AS (
            SELECT company_id, {keys}, {", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in measures)}
              FROM parts GROUP BY company_id, {keys}
        )
        SELECT {", ".join(f"{one} AS key_{at}" for at, one in enumerate(shown))},
               {", ".join(f"found.{name}" for name in measures)}
          FROM found {joins}
    """
    rows = ask(shop, query, position=position)
    return {
        tuple(row[f"key_{at}"] for at in range(len(shown))): {
            name: int(row[name]) for name in measures if row[name]
        }
        for row in rows
    }


@pytest.mark.parametrize("table", ROLLUPS)
def test_sums_are_what_the_events_come_to_at_every_position(busy: Trade, table: str) -> None:
    *_, key, of = ROLLUPS[table]
    last = busy.facts()[-1].position
    for position in (0, *busy.chance.sample(range(1, last), 5), last):
        assert sums_at(busy, table, position) == summed(told(busy, position), key, of)


def test_lines_add_up_to_their_facts(busy: Trade) -> None:
    parted = ask(
        busy,
        """
        SELECT sale.position FROM sales_facts AS sale
          LEFT JOIN LATERAL (
                SELECT coalesce(sum(quantity), 0) AS items, coalesce(sum(returned_quantity), 0) AS returned,
                       coalesce(sum(gross_sales), 0) AS gross_sales,
                       coalesce(sum(discounts), 0) AS discounts, coalesce(sum(returns), 0) AS returns,
                       coalesce(sum(tax), 0) AS tax, coalesce(sum(cost_of_goods), 0) AS cost_of_goods
                  FROM sales_line_facts
                 WHERE company_id = %(company_id)s AND position = sale.position
                   AND business_date = sale.business_date AND store_no = sale.store_no
               ) AS line ON true
         WHERE sale.company_id = %(company_id)s
           AND (line.items, line.returned, line.gross_sales, line.discounts, line.returns, line.tax,
                line.cost_of_goods)
               IS DISTINCT FROM
               (coalesce(sale.items, 0), coalesce(sale.returned_items, 0), coalesce(sale.gross_sales, 0),
                coalesce(sale.discounts, 0), coalesce(sale.returns, 0), coalesce(sale.tax, 0),
                coalesce(sale.cost_of_goods, 0))
        """,
    )
    assert parted == []


def test_taxes_add_up_to_their_facts(busy: Trade) -> None:
    parted = ask(
        busy,
        """
        SELECT sale.position FROM sales_facts AS sale
          LEFT JOIN sales_tax_facts AS tax
            ON tax.company_id = sale.company_id AND tax.business_date = sale.business_date
           AND tax.store_no = sale.store_no AND tax.position = sale.position
         WHERE sale.company_id = %(company_id)s
         GROUP BY sale.position, sale.tax
        HAVING coalesce(sum(tax.tax), 0) - coalesce(sum(tax.returned_tax), 0) <> coalesce(sale.tax, 0)
        """,
    )
    assert parted == []


def test_discounts_by_kind_add_up_to_their_facts(busy: Trade) -> None:
    rows = ask(
        busy,
        """
        SELECT sale.kind, sale.discounts, array_agg(off.kind) AS kinds,
               coalesce(sum(off.amount), 0) AS amount, coalesce(max(abs(off.lines)), 0) AS lines
          FROM sales_facts AS sale
          LEFT JOIN sales_discount_facts AS off
            ON off.company_id = sale.company_id AND off.business_date = sale.business_date
           AND off.store_no = sale.store_no AND off.position = sale.position
         WHERE sale.company_id = %(company_id)s
         GROUP BY sale.position, sale.kind, sale.discounts
        """,
    )
    assert all(row["amount"] == (row["discounts"] or 0) for row in rows)
    assert {tuple(sorted(row["kinds"])) for row in rows if row["kinds"] != [None]} == {
        ("amount",),
        ("percent",),
        ("amount", "percent"),
        ("other",),
    }


def test_what_is_collected_is_what_is_paid_but_for_deposits_and_dues(busy: Trade) -> None:
    """The bridge from net sales to money, day by day and store by store."""
    rows = ask(
        busy,
        """
        SELECT sale.business_date, sale.store_no,
               gross_sales - discounts - returns + tax + tips + rounding + deposits - dues_created
               - (SELECT coalesce(sum(paid.amount + paid.tips - paid.refunds), 0)
                    FROM sales_payment_day AS paid
                    JOIN report_methods AS method
                      ON method.company_id = paid.company_id AND method.method_no = paid.method_no
                   WHERE paid.company_id = sale.company_id AND paid.business_date = sale.business_date
                     AND paid.store_no = sale.store_no AND method.method <> 'account') AS gap
          FROM sales_store_day AS sale
         WHERE sale.company_id = %(company_id)s
        """,
    )
    assert rows
    assert [row for row in rows if row["gap"]] == []


def test_what_is_paid_is_what_was_handed_over_less_change(busy: Trade) -> None:
    [row] = ask(
        busy,
        """
        SELECT sum(amount + tips + change) AS tendered, sum(change) AS change FROM sales_payment_day
          WHERE company_id = %(company_id)s
        """,
    )
    sales = [one for one in busy.events if isinstance(one, Order.Sold)]
    voids = [one for one in busy.events if isinstance(one, Order.Voided)]
    change = sum(paid.change for one in sales for paid in one.payments)
    assert row["change"] == change - sum(paid.change for one in voids for paid in one.payments) > 0


def test_what_follows_on_an_order_knows_how_it_came_and_when_it_was_sold(busy: Trade) -> None:
    rows = ask(
        busy,
        """
        SELECT later.kind, later.channel, later.sold_on, sold.channel AS sold_channel, sold.business_date
          FROM sales_facts AS later
          LEFT JOIN sales_facts AS sold
            ON sold.company_id = later.company_id AND sold.order_id = later.order_id AND sold.kind = 1
         WHERE later.company_id = %(company_id)s AND later.kind IN (2, 3)
        """,
    )
    assert rows
    assert all(
        (row["channel"], row["sold_on"]) == (row["sold_channel"], row["business_date"]) for row in rows
    )


def test_nobody_is_numbered_before_the_log_names_them(busy: Trade) -> None:
    for query in (
        "SELECT no, position FROM report_places WHERE company_id = %(company_id)s AND kind = 'store'",
        "SELECT item_no AS no, position FROM report_items WHERE company_id = %(company_id)s",
        "SELECT tax_no AS no, position FROM report_taxes WHERE company_id = %(company_id)s",
        "SELECT method_no AS no, position FROM report_methods WHERE company_id = %(company_id)s",
    ):
        rows = sorted(ask(busy, query), key=lambda row: int(row["no"]))
        assert [row["no"] for row in rows] == list(range(1, len(rows) + 1))
        assert [row["position"] for row in rows] == sorted(row["position"] for row in rows)


def test_batches_of_any_size_give_the_same_rows(shop: Trade) -> None:
    shop.trade(2)
    shop.fold([EVERYTHING])
    whole, count = shop.tables(), len(shop.facts())
    assert all(whole)
    for size in (1, 4, 17):
        shop.forget()
        shop.fold([size] * (count // size + 1))
        assert shop.tables() == whole


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 10_000),
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=6),
    steps=st.lists(st.sampled_from(["sell", "refund", "void", "take_back", "serve"]), max_size=12),
    data=st.data(),
)
def test_any_trade_in_any_batches_adds_up_at_any_position(
    database: Any, seed: int, sizes: Sequence[int], steps: Sequence[str], data: st.DataObject
) -> None:
    shop = Trade(database, seed)
    try:
        shop.sell(2)
        for step in steps:
            take(shop, step)
        count = len(shop.facts())
        shop.fold([*sizes, *([5] * (count // 5 + 1))])
        position = data.draw(st.integers(0, count))
        for table, (*_, key, of) in ROLLUPS.items():
            assert sums_at(shop, table, position) == summed(told(shop, position), key, of)
    finally:
        shop.close()


def take(shop: Trade, step: str) -> None:
    """Take a step, if there is anything to be taken back."""
    is_possible = any(not (one.refunds or one.voided) for one in shop.orders)
    steps: dict[str, Callable[[], Any]] = {
        "sell": shop.sell,
        "refund": shop.refund if is_possible else shop.sell,
        "void": shop.void if is_possible else shop.sell,
        "take_back": shop.take_back,
        "serve": lambda: shop.serve("Tea", on_account=shop.chance.choice([True, False])),
    }
    steps[step]()


def test_another_companys_numbers_and_rows_are_its_own(database: Any, busy: Trade) -> None:
    other = Trade(database, seed=2)
    other.sell(3, store_id=busy.stores[0])
    other.fold([EVERYTHING])
    [row] = ask(
        other, "SELECT id, no FROM report_places WHERE company_id = %(company_id)s AND kind = 'store'"
    )
    assert (row["id"], row["no"]) == (UUID(str(busy.stores[0])), 1)
    assert len(ask(other, "SELECT 1 FROM sales_facts WHERE company_id = %(company_id)s")) == 3
    other.close()
