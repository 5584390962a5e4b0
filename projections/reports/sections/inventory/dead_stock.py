"""Stock that nobody buys: it has lain there for long, and nothing of it was sold since."""

from typing import LiteralString

from domain.pending import Pending
from projections.base import Database
from projections.reports.columns import Column
from projections.reports.explaining import explained
from projections.reports.names import ReportNames
from projections.reports.section import Asked, Found, Section
from projections.reports.sections.inventory.explaining import OF_ROW, UNTIL, moved, quantities
from projections.reports.sections.inventory.goods import FILTERS, GROUPS, KEYS
from projections.reports.sections.inventory.layers import LYING
from projections.reports.sections.inventory.places import ON_SHELVES, here
from projections.reports.sections.inventory.ranking import ask_ranked, goods_params, ranked
from projections.reports.sections.inventory.valuation import ON_HAND, VALUE
from projections.reports.stock import StockReports

COLUMNS: tuple[Column, ...] = (
    ON_HAND,
    VALUE,
    Column(
        name="last_sold",
        label="Last sold",
        unit="date",
        meaning="When any was sold last; null if never.",
        example="2026-01-31",
    ),
    Column(
        name="days_since_sale",
        label="Days since sale",
        unit="count",
        meaning="How many days before the end of the period that was.",
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
# What was sold lately is found by the days of its sales; only of what was not the last sale is looked up.
_DEAD: LiteralString = f"""{LYING}selling AS (
        SELECT storage_id, variant_id
          FROM stock_facts
         WHERE company_id = %(company_id)s AND position <= %(position)s::bigint AND kind = 'sold'
           AND business_date > %(to_date)s::date - {_IDLE_DAYS}
           AND business_date <= %(to_date)s::date{here()}
         GROUP BY storage_id, variant_id
        HAVING sum(quantity) < 0
    ), dead AS (
        SELECT level.storage_id, level.variant_id, level.quantity, level.value, arrived.received_on
          FROM level
          JOIN (SELECT storage_id, variant_id, min(received_on) AS received_on
                  FROM lying GROUP BY 1, 2) AS arrived
            ON arrived.storage_id = level.storage_id AND arrived.variant_id = level.variant_id
          LEFT JOIN selling
                 ON selling.storage_id = level.storage_id AND selling.variant_id = level.variant_id
         WHERE level.quantity > 0 AND selling.variant_id IS NULL
           AND arrived.received_on <= %(to_date)s::date - {_IDLE_DAYS}
           AND level.{ON_SHELVES}
    )"""
_STATEMENT: LiteralString = ranked(
    """
        SELECT dead.*,
               (SELECT max(business_date) FROM stock_facts AS sale
                 WHERE sale.company_id = %(company_id)s AND sale.variant_id = dead.variant_id
                   AND sale.storage_id = dead.storage_id AND sale.kind = 'sold' AND sale.quantity < 0
                   AND sale.position <= %(position)s::bigint
                   AND sale.business_date <= %(to_date)s::date) AS sold_on
          FROM dead""",
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
_ORDER = "-on_hand"


def ask_dead_stock(db: Database, asked: Asked) -> Pending[Found]:
    """Ask what lay there unsold at the end of the period."""
    params = goods_params(db, asked, _ORDER)
    return ask_ranked(db, _STATEMENT, COLUMNS, {"days": None, **params})


DEAD_STOCK = Section(
    area="inventory-report",
    path="dead-stock",
    title="Dead stock",
    meaning=(
        "What lay in a storage at the end of the period, of which nothing was sold there for `days` (90), "
        "and of which something was received at least as long ago: a new arrival is not dead."
    ),
    keys=KEYS,
    identity=("id",),
    optional=("id",),
    columns=COLUMNS,
    question=ask_dead_stock,
    sources=(StockReports, ReportNames),
    explanations=_EXPLANATIONS,
    order=_ORDER,
    filters=(*FILTERS, "days"),
    groups=GROUPS,
    is_ranked=True,
)
