"""The sums of sales at a position, read as reports read them: with ids in place of numbers."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol
from uuid import UUID

from psycopg import sql

from infra.postgres.transactions import Transaction
from projections.reports.sales.rollups import NOBODY
from tests.projections.reports.plain import PlainFact


class Kept(Protocol):
    """A company whose log was folded."""

    company_id: UUID

    def work(self) -> AbstractContextManager[Transaction]:
        """A transaction of a worker."""


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
    "repeated_orders",
]
OF_TAX = ["orders", "taxable", "tax", "returned_taxable", "returned_tax"]
OF_METHOD = ["payments", "amount", "tips", "refund_count", "refunds", "change"]


def ask(kept: Kept, query: str, **params: Any) -> list[dict[str, Any]]:
    statement = sql.SQL(query)
    with kept.work() as db:
        cursor = db.connection.execute(statement, {"company_id": kept.company_id, **params})
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


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
TAX_OF = """
    LEFT JOIN report_taxes AS tax_of ON tax_of.company_id = found.company_id AND tax_of.tax_no = found.tax_no
"""
TAXES = f"{STORES}{TAX_OF}"
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
    "sales_company_day": (
        "sales_facts",
        ["business_date"],
        ["found.business_date"],
        "",
        TOTALS,
        lambda fact: (fact.day,),
        one_part,
    ),
    "sales_company_hour": (
        "sales_facts",
        ["business_date", "hour"],
        ["found.business_date", "found.hour"],
        "",
        TOTALS,
        lambda fact: (fact.day, fact.hour),
        one_part,
    ),
    "sales_store_day": (
        "sales_facts",
        ["business_date", "store_no"],
        ["found.business_date", "store.id"],
        STORES,
        TOTALS,
        lambda fact: (fact.day, fact.store_id),
        one_part,
    ),
    "sales_store_month": (
        "sales_facts",
        ["month", "store_no"],
        ["found.month", "store.id"],
        STORES,
        TOTALS,
        lambda fact: (fact.day.replace(day=1), fact.store_id),
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
        f"""(SELECT company_id, business_date, store_no, position, {", ".join(TOTALS)},
                    coalesce(customer_id, {NOBODY}) AS customer_id
               FROM sales_facts) AS sale""",
        ["month", "customer_id", "store_no"],
        ["found.month", f"nullif(found.customer_id, {NOBODY})", "store.id"],
        STORES,
        TOTALS,
        lambda fact: (fact.day.replace(day=1), fact.customer_id, fact.store_id),
        one_part,
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
    "sales_company_tax_day": (
        "sales_tax_facts",
        ["business_date", "tax_no"],
        ["found.business_date", *TAX_KEY],
        TAX_OF,
        OF_TAX,
        lambda fact: (fact.day,),
        tax_parts,
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


def sums_at(kept: Kept, table: str, position: int) -> dict[Any, dict[str, int]]:
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
    rows = ask(kept, query, position=position)
    return {
        tuple(row[f"key_{at}"] for at in range(len(shown))): {
            name: int(row[name]) for name in measures if row[name]
        }
        for row in rows
    }


#: What must never part: facts from what stands beside them, and what was collected from what was paid.
PARTED = {
    "lines": """
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
    "taxes": """
    SELECT sale.position FROM sales_facts AS sale
      LEFT JOIN sales_tax_facts AS tax
        ON tax.company_id = sale.company_id AND tax.business_date = sale.business_date
       AND tax.store_no = sale.store_no AND tax.position = sale.position
     WHERE sale.company_id = %(company_id)s
     GROUP BY sale.position, sale.tax
    HAVING coalesce(sum(tax.tax), 0) - coalesce(sum(tax.returned_tax), 0) <> coalesce(sale.tax, 0)
    """,
    "discounts": """
    SELECT sale.position FROM sales_facts AS sale
      LEFT JOIN sales_discount_facts AS off
        ON off.company_id = sale.company_id AND off.business_date = sale.business_date
       AND off.store_no = sale.store_no AND off.position = sale.position
     WHERE sale.company_id = %(company_id)s
     GROUP BY sale.position, sale.discounts
    HAVING coalesce(sum(off.amount), 0) <> coalesce(sale.discounts, 0)
    """,
    "money, but for deposits and dues": """
    SELECT * FROM (
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
         ) AS days
     WHERE gap <> 0
    """,
}
