"""What lies in storages, and what it is worth: at cost, and at the prices of that time."""

from decimal import Decimal
from typing import LiteralString

from domain.costing import unit_cost
from domain.pending import Pending
from projections.base import Database, Row
from projections.catalog.price_history import PriceHistory
from projections.reports.columns import COSTS, Column, Derived, Measure, ratio
from projections.reports.explaining import explained
from projections.reports.names import ReportNames
from projections.reports.section import Chart, Criteria, Result, Section
from projections.reports.sections.inventory.balances import BALANCES
from projections.reports.sections.inventory.explaining import OF_ROW, UNTIL, moved, quantities
from projections.reports.sections.inventory.goods import FILTERS, GOODS, GROUPS, KEYS
from projections.reports.sections.inventory.places import here
from projections.reports.sections.inventory.ranking import ask_ranked, goods_params, ranked
from projections.reports.stock import StockReports
from projections.reports.table import change

ON_HAND = Measure(
    name="on_hand", label="On hand", unit="quantity", meaning="How much lies there.", example="42"
)
VALUE = Measure(
    name="value",
    label="Value",
    unit="money",
    meaning="What it is worth at the moving average of its cost.",
    needs=COSTS,
    example=16_800,
)
AVERAGE_COST = Derived(
    name="average_cost",
    label="Average cost",
    unit="money",
    meaning="What one of it is worth; null of nothing.",
    needs=COSTS,
    of=lambda row, _: _average(row),
    inputs=("value", "on_hand"),
    text="value / on_hand",
    example=400,
)


#: What is on hand and its value, by the facts that they come from.
EXPLANATIONS: dict[LiteralString, LiteralString] = {
    "on_hand": explained(moved(quantities("change.quantity"), UNTIL)),
    "value": explained(moved("change.value", UNTIL)),
}


def _average(row: Row) -> int | None:
    on_hand: Decimal = row["on_hand"]
    return unit_cost(row["value"], on_hand) if on_hand else None


COLUMNS: tuple[Column, ...] = (
    ON_HAND,
    AVERAGE_COST,
    VALUE,
    Column(
        name="last_unit_cost",
        label="Last cost",
        unit="money",
        meaning="What one of the last delivery of a variant cost.",
        needs=COSTS,
        example=410,
    ),
    Measure(
        name="retail_value",
        label="Retail value",
        unit="money",
        meaning="What it would sell for, at the prices in force then, less the tax rates of today.",
        example=33_500,
    ),
    Derived(
        name="potential_profit",
        label="Potential profit",
        unit="money",
        meaning="What would be earned by selling it at these prices.",
        needs=COSTS,
        of=lambda row, _: change(row["retail_value"], row["value"], "money"),
        inputs=("retail_value", "value"),
        text="retail_value - value",
        example=16_700,
    ),
    Derived(
        name="share",
        label="Share",
        unit="ratio",
        is_percent=True,
        meaning="Its value in proportion to that of the whole section.",
        needs=COSTS,
        of=lambda row, overall: ratio(row["value"], overall["value"]),
        inputs=("value",),
        of_whole=("value",),
        text="value / overall.value",
        example="0.2500",
    ),
)

# The prices of now, less what became of them since: the first change after that moment says what there was.
# What was there before it was in the catalog has the first price that it ever had.
_SINCE: LiteralString = """
             WHERE company_id = %(company_id)s AND kind = 'price'
               AND (place > least(%(position)s::bigint, 90000000000000) * 100000 + 99999
                    OR at >= (%(to_date)s::date + 1)::timestamp AT TIME ZONE 'UTC')"""
_PRICES: LiteralString = f"""
    base_price AS (
            SELECT DISTINCT ON (variant_id) variant_id, old AS price
              FROM price_history{_SINCE} AND store_id IS NULL AND old IS NOT NULL
             ORDER BY variant_id, place
    ), store_price AS (
            SELECT DISTINCT ON (variant_id, store_id) variant_id, store_id, old AS price
              FROM price_history{_SINCE} AND store_id IS NOT NULL
             ORDER BY variant_id, store_id, place
    ), rate AS MATERIALIZED (
            SELECT id, (fields ->> 'rate')::numeric AS rate FROM settings
             WHERE company_id = %(company_id)s AND kind = 'tax-rates' AND (fields ->> 'inclusive')::bool
    ), place AS (
            SELECT shelf.id, shelf.parent_id AS store_id,
                   (SELECT coalesce(sum(rate.rate), 0) FROM rate
                     WHERE store.fields -> 'tax_rate_ids' ? rate.id::text) AS rate
              FROM settings AS shelf
              LEFT JOIN settings AS store
                ON store.company_id = %(company_id)s AND store.id = shelf.parent_id
             WHERE shelf.company_id = %(company_id)s AND shelf.kind = 'storages'
    ), goods AS MATERIALIZED (
            SELECT own.id, coalesce(base_price.price, own.price) AS price,
                   CASE WHEN cardinality(filed.tax_rate_ids) > 0
                        THEN (SELECT coalesce(sum(rate.rate), 0) FROM rate
                               WHERE rate.id = ANY(filed.tax_rate_ids)) END AS rate
              FROM variants AS own
              JOIN products AS filed ON filed.company_id = %(company_id)s AND filed.id = own.product_id
              LEFT JOIN base_price ON base_price.variant_id = own.id
             WHERE own.company_id = %(company_id)s
    ), store_goods AS MATERIALIZED (
            SELECT coalesce(store_price.store_id, own.store_id) AS store_id,
                   coalesce(store_price.variant_id, own.variant_id) AS variant_id,
                   CASE WHEN store_price.variant_id IS NULL THEN own.price ELSE store_price.price END AS price
              FROM (SELECT store_id, variant_id, price FROM store_prices
                     WHERE company_id = %(company_id)s) AS own
              FULL JOIN store_price
                ON store_price.store_id = own.store_id AND store_price.variant_id = own.variant_id
    ), """


_UNIT_COST: LiteralString = "round(last.value * 100000.0 / last.quantity)"


def _last_delivery(selected: LiteralString, variant: LiteralString) -> LiteralString:
    return f"""
            SELECT {selected} FROM stock_facts AS last
             WHERE last.company_id = %(company_id)s AND last.variant_id = {variant}
               AND last.kind = 'received' AND last.quantity > 0
               AND last.position <= %(position)s::bigint AND last.business_date <= %(to_date)s::date
               {here("last.storage_id")}
             ORDER BY last.position DESC, last.number DESC LIMIT 1"""


def _retail(quantity: LiteralString) -> LiteralString:
    """What so much of a level would sell for: a full shelf at a high price is more than 64 bits hold."""
    return f"""round({quantity}::numeric * coalesce(store_goods.price, goods.price, 0)
                     / (1000 * (100 + coalesce(goods.rate, place.rate, 0))))"""


# A store's tax rates are for what has none of its own; what is in transit has the price of no store.
_PRICED: LiteralString = """
          LEFT JOIN place ON place.id = level.storage_id
          LEFT JOIN goods ON goods.id = level.variant_id
          LEFT JOIN store_goods
                 ON store_goods.store_id = place.store_id AND store_goods.variant_id = level.variant_id"""
_STATEMENT: LiteralString = ranked(
    f"""
        SELECT level.storage_id, level.variant_id, level.quantity, level.value,
               {_retail("level.quantity")} AS retail
          FROM ({BALANCES}
               ) AS level{_PRICED}""",
    {
        "on_hand": "sum(change.quantity)",
        "value": "sum(change.value)",
        "retail_value": "coalesce(sum(change.retail), 0)",
    },
    COLUMNS,
    having="bool_or(change.quantity <> 0 OR change.value <> 0)",
    derived={
        "average_cost": "section.value / nullif(section.on_hand, 0)",
        "potential_profit": "section.retail_value - section.value",
        "share": "section.value",
    },
    sought={"last_unit_cost": f"({_last_delivery(_UNIT_COST, 'section.id')})"},
    before=_PRICES,
)
# What each fact adds is by how much the level would sell for more with it, so all of them come to the level.
_RETAIL: LiteralString = f"""
        SELECT change.position, change.line, change.amount
          FROM (WITH {_PRICES}level AS (
                    SELECT storage_id, variant_id, position, number AS line, quantity,
                           sum(quantity) OVER (PARTITION BY storage_id, variant_id
                                                   ORDER BY position, number) AS upto
                      FROM stock_facts
                     WHERE company_id = %(company_id)s AND position <= %(position)s::bigint
                       AND business_date <= %(to_date)s::date{here()})
                SELECT level.storage_id, level.variant_id, level.position, level.line,
                       {_retail("level.upto")} - {_retail("(level.upto - level.quantity)")} AS amount
                  FROM level{_PRICED}) AS change{GOODS}{OF_ROW} AND change.amount <> 0"""
_DELIVERY: LiteralString = _last_delivery(
    f"last.position, last.number AS line, {_UNIT_COST} AS amount", "%(key_id)s::uuid"
)
_ORDER = "-retail_value"


def ask_valuation(db: Database, criteria: Criteria) -> Pending[Result]:
    """Ask what the stock is worth at the end of the period."""
    return ask_ranked(db, _STATEMENT, COLUMNS, goods_params(db, criteria, _ORDER))


VALUATION = Section(
    area="inventory-report",
    path="valuation",
    title="Valuation of stock",
    meaning="What the stock was worth at the end of the period; goods in transit are a storage of their own.",
    keys=KEYS,
    identity=("id",),
    optional=("id",),
    columns=COLUMNS,
    question=ask_valuation,
    sources=(StockReports, PriceHistory, ReportNames),
    explanations={**EXPLANATIONS, "retail_value": explained(_RETAIL)},
    origins={"last_unit_cost": explained(_DELIVERY)},
    order=_ORDER,
    filters=FILTERS,
    groups=GROUPS,
    chart=Chart(kind="bar", of=("retail_value",), label="name"),
    is_ranked=True,
)
