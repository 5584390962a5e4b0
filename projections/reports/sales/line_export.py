"""The facts of lines as they leave the house: by month, with ids in place of numbers, and why each column."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, LiteralString

from domain.pending import Pending
from projections.base import Database
from projections.reports.sales.additions import FactKind
from projections.reports.sales.sales_reports import SalesReports


@dataclass(frozen=True)
class Column:
    """A column of the export: `whole` are 64 bits; what is `partial` may be empty."""

    name: str
    kind: Literal["whole", "date", "text"]
    meaning: str
    partial: bool = False


COLUMNS = (
    Column("position", "whole", "Where in the company's log the fact stands."),
    Column("line", "whole", "Which line of the fact, from 0."),
    Column("kind", "text", "sale, refund, void, handover of an order, or return without one."),
    Column("order_id", "text", "The order; a return without one has an id of its own."),
    Column(
        "sale_position", "whole", "Where something of the order was sold first, which is its basket.", True
    ),
    Column("sale_date", "date", "The business date of that sale.", True),
    Column("sale_store_id", "text", "The store of that sale.", True),
    Column("business_date", "date", "The date that the fact counts for."),
    Column("store_id", "text", "The store that it counts for."),
    Column("item_no", "whole", "A number for variant, product, category, brand and supplier together."),
    Column("variant_id", "text", "What was sold or came back."),
    Column("product_id", "text", "Its product."),
    Column("category_id", "text", "Its category when it was sold.", True),
    Column("brand_id", "text", "Its brand when it was sold.", True),
    Column("supplier_id", "text", "Its supplier when it was sold.", True),
    Column("quantity", "whole", "How much was sold, in hundred-thousandths; a void takes it back."),
    Column("returned_quantity", "whole", "How much came back, in hundred-thousandths."),
    Column(
        "gross_sales", "whole", "Before discounts, without tax, in minor currency units; also taken back."
    ),
    Column("discounts", "whole", "What of it was granted, in minor currency units; also taken back."),
    Column("returns", "whole", "What was given back, without tax, in minor currency units."),
    Column("tax", "whole", "In minor currency units; negative where it was given or taken back."),
)

COSTS = (
    Column("cost_of_goods", "whole", "What the goods had cost, in minor currency units; also taken back."),
    Column("not_restocked_value", "whole", "What had cost what came back and was not put back."),
)

#: The names of kinds in the export.
KINDS: Mapping[int, str] = {kind.value: kind.name.lower() for kind in FactKind}

_STATE: LiteralString = """
    SELECT position, made_at FROM projection_checkpoints
     WHERE company_id = %(company_id)s AND projection = %(projection)s
"""

_MONTHS: LiteralString = """
    SELECT date_trunc('month', business_date)::date AS month, count(*) AS lines
      FROM sales_line_facts
     WHERE company_id = %(company_id)s AND position <= %(position)s
     GROUP BY 1
     ORDER BY 1
"""

_COST_FIGURES: LiteralString = """,
           coalesce(line.cost_of_goods, 0), coalesce(line.not_restocked_value, 0)"""
_NO_FIGURES: LiteralString = ""

# Goods are sold by a sale (1), or handed over (4). The order begins as the index by dates does, so that a
# month is sorted store by store and its first rows come at once.
_LINES, _LINES_WITH_COSTS = (
    f"""
    SELECT line.position, line.line, fact.kind, fact.order_id::text, sale.position, sale.business_date,
           sale_store.id::text, line.business_date, store.id::text, line.item_no, item.variant_id::text,
           item.product_id::text, item.category_id::text, item.brand_id::text, item.supplier_id::text,
           coalesce(line.quantity, 0), coalesce(line.returned_quantity, 0), coalesce(line.gross_sales, 0),
           coalesce(line.discounts, 0), coalesce(line.returns, 0), coalesce(line.tax, 0){figures}
      FROM sales_line_facts AS line
      JOIN sales_facts AS fact ON fact.company_id = %(company_id)s AND fact.position = line.position
      JOIN report_items AS item ON item.company_id = %(company_id)s AND item.item_no = line.item_no
      JOIN report_places AS store ON store.company_id = %(company_id)s AND store.kind = 'store'
                                 AND store.no = line.store_no
      LEFT JOIN LATERAL (
            SELECT position, business_date, store_no FROM sales_facts
             WHERE company_id = %(company_id)s AND order_id = fact.order_id AND kind IN (1, 4)
             ORDER BY position LIMIT 1
           ) AS sale ON true
      LEFT JOIN report_places AS sale_store
        ON sale_store.company_id = %(company_id)s AND sale_store.kind = 'store'
       AND sale_store.no = sale.store_no
     WHERE line.company_id = %(company_id)s AND line.position <= %(position)s
       AND line.business_date >= %(month)s::date
       AND line.business_date < %(month)s::date + interval '1 month'
     ORDER BY line.business_date, line.store_no, line.position, line.line
    """
    for figures in (_NO_FIGURES, _COST_FIGURES)
)


@dataclass(frozen=True, kw_only=True)
class State:
    """Up to which position the facts of lines are there, and when they were made anew last."""

    position: int
    made_at: Any


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month that has facts of lines, by its first day, and how many."""

    begins: date
    lines: int


def ask_state(db: Database) -> Pending[State]:
    """Ask how far the facts of lines are; nothing is there of a company that is not known yet."""
    answer = db.ask(_STATE, {"company_id": db.company_id, "projection": SalesReports.name})

    def state() -> State:
        row = answer.row() or {"position": 0, "made_at": None}
        return State(position=row["position"], made_at=row["made_at"])

    return Pending(state)


def ask_months(db: Database, position: int) -> Pending[list[Month]]:
    """Ask which months have facts of lines up to a position."""
    answer = db.ask(_MONTHS, {"company_id": db.company_id, "position": position})
    return Pending(lambda: [Month(begins=row["month"], lines=row["lines"]) for row in answer.rows()])


def columns_of(*, costs: bool) -> tuple[Column, ...]:
    """The columns of the export, in their order."""
    return (*COLUMNS, *COSTS) if costs else COLUMNS


def lines_statement(*, costs: bool) -> LiteralString:
    """The statement that has the lines of a `month` up to a `position`, in these columns."""
    return _LINES_WITH_COSTS if costs else _LINES
