"""Suppliers: what they delivered, how soon, what of it sold, and what is left."""

from typing import LiteralString

from domain.pending import Pending
from projections.base import Database, Row
from projections.reports.columns import COSTS, Column, Derived, Key, Measure, ratio
from projections.reports.explaining import explained
from projections.reports.grouped import total, whole
from projections.reports.names import ReportNames, name_of
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Chart, Criteria, Result, Section
from projections.reports.sections.figures import MARGIN, measures_of
from projections.reports.sections.inventory.balances import BALANCES
from projections.reports.sections.inventory.explaining import BEFORE, UNTIL, WITHIN, moved, quantities
from projections.reports.sections.inventory.goods import FILTERS, GOODS_OF_ANY
from projections.reports.sections.inventory.places import here
from projections.reports.sections.inventory.ranking import goods_params
from projections.reports.sections.inventory.sold_goods import (
    GROSS_PROFIT,
    NET_SALES,
    SOLD,
    sales_by,
    sales_params,
    sold_lines,
)
from projections.reports.stock import StockReports


def _quantity(name: LiteralString, label: str, meaning: str) -> Measure:
    return Measure(name=name, label=label, unit="quantity", meaning=meaning, example="120")


def _cost(name: LiteralString, label: str, meaning: str) -> Measure:
    return Measure(name=name, label=label, unit="money", meaning=meaning, needs=COSTS, example=48_000)


COLUMNS: tuple[Column, ...] = (
    _quantity("received_quantity", "Received", "What it delivered, less deliveries that were reversed."),
    _cost("received_value", "Received: value", "What that cost."),
    _quantity("supplier_returned_quantity", "Returned", "What went back to it."),
    _cost("supplier_returned_value", "Returned: value", "What that was worth."),
    _quantity("sold_quantity", "Sold", "What was sold of goods that were bought from it then."),
    Measure(
        name="net_sales",
        label="Net sales",
        unit="money",
        meaning="What these were sold for, without tax, discounts and returns.",
        example=121_400,
    ),
    _cost("gross_profit", "Gross profit", "What is left of that after the cost of the goods."),
    MARGIN,
    _quantity("open_quantity", "Opening", "What lay there of its goods when the period began."),
    _cost("on_hand_value", "Value on hand", "What its goods were worth that lay there in the end."),
    Derived(
        name="sell_through",
        label="Sell-through",
        unit="ratio",
        meaning="What was sold of what there was to sell.",
        of=lambda row, _: ratio(row["sold_quantity"], row["open_quantity"] + row["received_quantity"]),
        inputs=("sold_quantity", "open_quantity", "received_quantity"),
        text="sold / (open + received)",
        example="0.5000",
        is_percent=True,
    ),
    Measure(
        name="orders_open",
        label="Open orders",
        unit="count",
        meaning="Orders of which something was still to come in the end.",
        example=2,
    ),
    Measure(
        name="deliveries",
        label="Deliveries",
        unit="count",
        meaning="Deliveries on orders within the period.",
        example=5,
    ),
    Measure(
        name="delivery_days",
        label="Delivery days",
        unit="count",
        meaning="How many days after their orders these came, added up.",
        example=35,
    ),
    Derived(
        name="lead_days",
        label="Lead days",
        unit="ratio",
        meaning="How many days after its order a delivery came on average.",
        of=lambda row, _: ratio(row["delivery_days"], row["deliveries"]),
        inputs=("delivery_days", "deliveries"),
        text="delivery_days / deliveries",
        example="7.0000",
    ),
    _quantity("ordered_quantity", "Ordered", "What was ordered within the period."),
    _quantity("delivered_quantity", "Delivered", "What of these orders has come."),
    Derived(
        name="fill_rate",
        label="Fill rate",
        unit="ratio",
        meaning="What has come of what was ordered within the period.",
        of=lambda row, _: ratio(row["delivered_quantity"], row["ordered_quantity"]),
        inputs=("delivered_quantity", "ordered_quantity"),
        text="delivered / ordered",
        example="0.9500",
        is_percent=True,
    ),
)
_MEASURES = measures_of(COLUMNS)
_NAMES: LiteralString = ", ".join(one.name for one in _MEASURES)
_SUMS: LiteralString = ", ".join(map(total, _MEASURES))


def _part(source: LiteralString, **figures: LiteralString) -> LiteralString:
    """Rows with these figures, and nothing of the others."""
    columns: LiteralString = ", ".join(figures.get(one.name, "0") for one in _MEASURES)
    return f"""
        SELECT {columns}, {source}"""


_IN_PERIOD: LiteralString = "BETWEEN %(from_date)s::date AND %(to_date)s::date"
# Not goods are chosen by their supplier, but what each row is about.
# Goods are delivered by whom the delivery names, and sold as bought from whom they were bought from then;
# what lies there is whose it is now. Orders are told whole, whatever goods are asked about.
_STATEMENT: LiteralString = f"""
    WITH {sales_by("item.supplier_id")}level AS MATERIALIZED ({BALANCES}
    ), moved AS (
        SELECT storage_id, variant_id, kind, quantity, value, supplier_id
          FROM stock_facts
         WHERE company_id = %(company_id)s AND position <= %(position)s::bigint
           AND business_date {_IN_PERIOD}{here()}
    ), part ({_NAMES}, supplier_id) AS ({
    _part(
        f"change.supplier_id FROM moved AS change{GOODS_OF_ANY} AND change.kind = 'received'",
        received_quantity="change.quantity",
        received_value="change.value",
    )
}
     UNION ALL{
    _part(
        f"change.supplier_id FROM moved AS change{GOODS_OF_ANY} AND change.kind = 'supplier_returned'",
        supplier_returned_quantity="-change.quantity",
        supplier_returned_value="-change.value",
    )
}
     UNION ALL{
    _part(
        "sale.id FROM sale",
        sold_quantity="sale.quantity",
        net_sales="sale.net_sales",
        gross_profit="sale.net_sales - sale.cost_of_goods",
    )
}
     UNION ALL{
    _part(
        f"p.supplier_id FROM level AS change{GOODS_OF_ANY}",
        open_quantity="change.quantity",
        on_hand_value="change.value",
    )
}
     UNION ALL{_part(f"p.supplier_id FROM moved AS change{GOODS_OF_ANY}", open_quantity="-change.quantity")}
     UNION ALL{
    _part(
        f'''supplier_id FROM purchase_facts
         WHERE company_id = %(company_id)s AND position <= %(position)s::bigint
           AND business_date <= %(to_date)s::date{here()}''',
        orders_open="opened",
        deliveries=f"CASE WHEN business_date {_IN_PERIOD} THEN deliveries ELSE 0 END",
        delivery_days=f"CASE WHEN business_date {_IN_PERIOD} THEN lead_days ELSE 0 END",
        ordered_quantity=f"CASE WHEN ordered_on {_IN_PERIOD} THEN ordered ELSE 0 END",
        delivered_quantity=f"CASE WHEN ordered_on {_IN_PERIOD} THEN received ELSE 0 END",
    )
}
    ), summed AS (
        SELECT supplier_id, {_SUMS}
          FROM part
         WHERE %(supplier)s::uuid IS NULL OR supplier_id = %(supplier)s::uuid
         GROUP BY supplier_id
    )
    SELECT summed.*, {name_of("summed.supplier_id")} AS name
      FROM summed
     WHERE ROW({_NAMES}) IS DISTINCT FROM ROW({", ".join("0" for _ in _MEASURES)})
     ORDER BY summed.supplier_id
"""


def _of_row(supplier: LiteralString) -> LiteralString:
    return f"""
           AND (NOT %(is_row)s::bool OR {supplier} IS NOT DISTINCT FROM %(key_supplier_id)s::uuid)
           AND (%(supplier)s::uuid IS NULL OR {supplier} = %(supplier)s::uuid)"""


def _goods(amount: LiteralString, span: LiteralString, condition: LiteralString) -> LiteralString:
    """Facts of goods that were delivered, or went back, by the supplier that they name."""
    row = _of_row("change.supplier_id")
    return explained(moved(amount, span, condition, of_row=row, goods=GOODS_OF_ANY))


def _own(amount: LiteralString, span: LiteralString) -> LiteralString:
    """Facts of goods that are bought from the supplier now."""
    return explained(moved(amount, span, of_row=_of_row("p.supplier_id"), goods=GOODS_OF_ANY))


def _sold(amount: LiteralString) -> LiteralString:
    """Lines of sales of what was bought from the supplier then."""
    return explained(f"""
        SELECT position, line, amount
          FROM ({sold_lines(amount)}) AS item
         WHERE true{_of_row("item.supplier_id")}""")


def _ordered(amount: LiteralString, span: LiteralString) -> LiteralString:
    """What became of orders to the supplier."""
    return explained(f"""
        SELECT position, 0 AS line, {amount} AS amount
          FROM purchase_facts
         WHERE company_id = %(company_id)s AND position <= %(position)s::bigint
           AND business_date <= %(to_date)s::date AND {span}{here()}{_of_row("supplier_id")}
           AND ({amount}) <> 0""")


_EXPLANATIONS: dict[LiteralString, LiteralString] = {
    "received_quantity": _goods(quantities("change.quantity"), WITHIN, "change.kind = 'received'"),
    "received_value": _goods("change.value", WITHIN, "change.kind = 'received'"),
    "supplier_returned_quantity": _goods(
        f"-{quantities('change.quantity')}", WITHIN, "change.kind = 'supplier_returned'"
    ),
    "supplier_returned_value": _goods("-change.value", WITHIN, "change.kind = 'supplier_returned'"),
    "sold_quantity": _sold(SOLD),
    "net_sales": _sold(NET_SALES),
    "gross_profit": _sold(GROSS_PROFIT),
    "open_quantity": _own(quantities("change.quantity"), BEFORE),
    "on_hand_value": _own("change.value", UNTIL),
    "orders_open": _ordered("opened", "true"),
    "deliveries": _ordered("deliveries", f"business_date {_IN_PERIOD}"),
    "delivery_days": _ordered("lead_days", f"business_date {_IN_PERIOD}"),
    "ordered_quantity": _ordered(quantities("ordered"), f"ordered_on {_IN_PERIOD}"),
    "delivered_quantity": _ordered(quantities("received"), f"ordered_on {_IN_PERIOD}"),
}
_ORDER = "-net_sales"


def ask_by_supplier(db: Database, criteria: Criteria) -> Pending[Result]:
    """Ask what suppliers delivered and what became of it."""
    params = {**sales_params(db, criteria), **goods_params(db, criteria, _ORDER)}
    answer = db.ask(_STATEMENT, params)
    return Pending(lambda: Result(rows=[_row(row) for row in answer.rows()]))


def _row(row: Row) -> Row:
    return whole(row, _MEASURES)


BY_SUPPLIER = Section(
    area="inventory-report",
    path="by-supplier",
    title="Stock by supplier",
    meaning="What suppliers delivered in the period, how soon, what of their goods sold, and what is left.",
    keys=(
        Key(
            name="supplier_id",
            label="Supplier id",
            unit="id",
            meaning="The supplier; null of goods without any.",
        ),
        Key(name="name", label="Supplier", unit="text", meaning="What it was called.", example="Hillside"),
    ),
    identity=("supplier_id",),
    optional=("supplier_id",),
    columns=COLUMNS,
    question=ask_by_supplier,
    sources=(StockReports, SalesReports, ReportNames),
    explanations=_EXPLANATIONS,
    order=_ORDER,
    filters=FILTERS,
    chart=Chart(kind="bar", of=("net_sales",), label="name"),
)
