"""Stock that nobody buys: it has lain there for long, and nothing of it was sold since."""

from typing import LiteralString

from domain.pending import Pending
from projections.base import Database
from projections.reports.columns import Column
from projections.reports.explaining import explained, of_first_day, of_last_day
from projections.reports.names import ReportNames
from projections.reports.section import Criteria, Result, Section
from projections.reports.sections.inventory.balances import last_day
from projections.reports.sections.inventory.explaining import OF_ROW, UNTIL, moved, quantities
from projections.reports.sections.inventory.goods import FILTERS, GOODS, GROUPS, KEYS, NOTHING
from projections.reports.sections.inventory.layers import LYING
from projections.reports.sections.inventory.ranking import ask_ranked, goods_params, ranked
from projections.reports.sections.inventory.receipts import RECEIPTS
from projections.reports.sections.inventory.valuation import ON_HAND, VALUE
from projections.reports.stock import StockReports

COLUMNS: tuple[Column, ...] = (
    ON_HAND,
    VALUE,
    Column(
        name="last_sold",
        label="Last sold",
        unit="date",
        meaning="When any was sold last: of what a store has by that store, of what lies in a warehouse by "
        "anybody; null if never.",
        example="2026-01-31",
    ),
    Column(
        name="days_since_sale",
        label="Days since sale",
        unit="count",
        meaning="How many days before the end of the period that was.",
        inputs=("last_sold",),
        text="the end of the period - last_sold",
        example=120,
    ),
    Column(
        name="first_received",
        label="First received",
        unit="date",
        meaning="When the oldest of what lies there was received.",
        example="2025-11-02",
    ),
)

_IDLE_DAYS: LiteralString = "coalesce(%(days)s::int, 90)"


def _sellers(sold: LiteralString) -> LiteralString:
    """Whose sale it is: that of the store, if one sold it, and that of all together."""
    return f"""
         CROSS JOIN LATERAL (VALUES ({sold}.seller_id), ({NOTHING})) AS seller (id)"""


# What lies in a store is dead if that store does not sell it, in whichever of its storages; what lies in a
# warehouse, if nobody does. What was sold lately is found by the days of its sales.
_DEAD: LiteralString = f"""{LYING}shelf AS MATERIALIZED (
        SELECT id, coalesce(parent_id, {NOTHING}) AS seller_id
          FROM settings
         WHERE company_id = %(company_id)s AND kind = 'storages'
           AND (%(stores)b::uuid[] IS NULL OR parent_id = ANY(%(stores)b::uuid[]))
    ), selling AS (
        SELECT DISTINCT seller.id AS seller_id, sold.variant_id
          FROM (SELECT storage_id, variant_id
                  FROM stock_facts
                 WHERE company_id = %(company_id)s AND position <= %(position)s::bigint AND kind = 'sold'
                   AND business_date > %(to_date)s::date - {_IDLE_DAYS}
                   AND business_date <= %(to_date)s::date
                 GROUP BY storage_id, variant_id
                HAVING sum(quantity) < 0) AS sold
          JOIN shelf ON shelf.id = sold.storage_id{_sellers("shelf")}
    ), dead AS (
        SELECT level.storage_id, level.variant_id, level.quantity, level.value, arrived.received_on,
               shelf.seller_id
          FROM level
          JOIN shelf ON shelf.id = level.storage_id
          JOIN (SELECT storage_id, variant_id, min(received_on) AS received_on
                  FROM lying GROUP BY 1, 2) AS arrived
            ON arrived.storage_id = level.storage_id AND arrived.variant_id = level.variant_id
          LEFT JOIN selling
                 ON selling.seller_id = shelf.seller_id AND selling.variant_id = level.variant_id
         WHERE level.quantity > 0 AND selling.variant_id IS NULL
           AND arrived.received_on <= %(to_date)s::date - {_IDLE_DAYS}
    )"""
_STATEMENT: LiteralString = ranked(
    f"""
        SELECT dead.*, sale.sold_on
          FROM dead
          LEFT JOIN (
                SELECT seller.id, sold.variant_id, max(sold.sold_on) AS sold_on
                  FROM (SELECT shelf.seller_id, level.variant_id,
                               {last_day("sold", " AND fact.quantity < 0")} AS sold_on
                          FROM stock_totals AS level
                          JOIN shelf ON shelf.id = level.storage_id
                         WHERE level.company_id = %(company_id)s AND level.sold_position IS NOT NULL
                           AND level.variant_id IN (SELECT variant_id FROM dead)) AS sold{_sellers("sold")}
                 GROUP BY seller.id, sold.variant_id) AS sale
            ON sale.id = dead.seller_id AND sale.variant_id = dead.variant_id""",
    {
        "on_hand": "sum(change.quantity)",
        "value": "sum(change.value)",
        "last_sold": "max(change.sold_on)",
        "days_since_sale": "%(to_date)s::date - max(change.sold_on)",
        "first_received": "min(change.received_on)",
    },
    COLUMNS,
    having="true",
    before=f"{_DEAD}, ",
)
_OF_ROW: LiteralString = f"""{OF_ROW}
           AND (change.storage_id, change.variant_id) IN (
                WITH {_DEAD} SELECT storage_id, variant_id FROM dead)"""
_EXPLANATIONS: dict[LiteralString, LiteralString] = {
    "on_hand": explained(moved(quantities("change.quantity"), UNTIL, of_row=_OF_ROW)),
    "value": explained(moved("change.value", UNTIL, of_row=_OF_ROW)),
}
# A sale of a store may be the last of several of its storages, and that of any the last of a warehouse.
_SALES: LiteralString = f"""
        SELECT DISTINCT change.position, change.line, {quantities("change.quantity")} AS amount,
               change.business_date
          FROM (WITH {_DEAD}
                SELECT dead.storage_id, dead.variant_id, fact.position, fact.number AS line,
                       -fact.quantity AS quantity, fact.business_date
                  FROM dead
                  JOIN stock_facts AS fact
                    ON fact.company_id = %(company_id)s AND fact.variant_id = dead.variant_id
                   AND fact.kind = 'sold' AND fact.quantity < 0
                  JOIN shelf ON shelf.id = fact.storage_id
                   AND dead.seller_id IN (shelf.seller_id, {NOTHING})
                 WHERE fact.position <= %(position)s::bigint AND fact.business_date <= %(to_date)s::date
               ) AS change{GOODS}{OF_ROW}"""
_RECEIVED: LiteralString = f"""
        SELECT change.position, change.line, {quantities("sum(change.quantity)")} AS amount,
               change.received_on AS business_date
          FROM (WITH {_DEAD}, {RECEIPTS}
                SELECT receipt.* FROM receipt
                  JOIN dead ON dead.storage_id = receipt.storage_id AND dead.variant_id = receipt.variant_id
               ) AS change{GOODS}{OF_ROW}
         GROUP BY change.position, change.line, change.received_on"""
_ORIGINS: dict[LiteralString, LiteralString] = {
    "last_sold": explained(of_last_day(_SALES)),
    "first_received": explained(of_first_day(_RECEIVED)),
}
_ORDER = "-on_hand"


def ask_dead_stock(db: Database, criteria: Criteria) -> Pending[Result]:
    """Ask what lay there unsold at the end of the period."""
    params = goods_params(db, criteria, _ORDER)
    return ask_ranked(db, _STATEMENT, COLUMNS, {"days": None, **params})


DEAD_STOCK = Section(
    area="inventory-report",
    path="dead-stock",
    title="Dead stock",
    meaning=(
        "What lay in a storage at the end of the period, of which nothing was sold for `days` (90), and of "
        "which something was received at least as long ago: a new arrival is not dead. What lies in a store "
        "is sold by that store, in any of its storages, whatever others sell of it; what lies in a warehouse "
        "is sold wherever it is."
    ),
    keys=KEYS,
    identity=("id",),
    optional=("id",),
    columns=COLUMNS,
    question=ask_dead_stock,
    sources=(StockReports, ReportNames),
    explanations=_EXPLANATIONS,
    origins=_ORIGINS,
    order=_ORDER,
    filters=(*FILTERS, "days"),
    groups=GROUPS,
    is_ranked=True,
)
