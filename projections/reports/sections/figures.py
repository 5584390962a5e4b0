"""The figures that several sections show, each defined once."""

from typing import LiteralString

from domain.money import round_ratio
from projections.base import Row
from projections.reports.columns import COSTS, Column, Derived, Measure, ratio


def _net_sales(row: Row, _: Row) -> int:
    return int(row["gross_sales"] - row["discounts"] - row["returns"])


ORDERS = Measure(
    name="orders",
    label="Orders",
    unit="count",
    meaning="Sales that were not voided, and placed orders with their first goods; a refund lowers it not.",
    example=118,
)
ITEMS = Measure(
    name="items",
    label="Items",
    unit="quantity",
    meaning="How many units were sold; what came back does not lower it.",
    example="274",
)
RETURNED_ITEMS = Measure(
    name="returned_items",
    label="Returned items",
    unit="quantity",
    meaning="How many units came back.",
    example="3",
)
QUANTITY = Measure(
    name="quantity",
    label="Quantity",
    unit="quantity",
    meaning="How much was sold; what came back does not lower it.",
    example="274",
)
RETURNED_QUANTITY = Measure(
    name="returned_quantity",
    label="Returned quantity",
    unit="quantity",
    meaning="How much came back.",
    example="3",
)
GROSS_SALES = Measure(
    name="gross_sales",
    label="Gross sales",
    unit="money",
    meaning="Value of all lines before discounts, without tax.",
    example=131_500,
)
DISCOUNTS = Measure(
    name="discounts",
    label="Discounts",
    unit="money",
    meaning="What discounts took off, without tax; a return does not lower it.",
    example=9_000,
)
RETURNS = Measure(
    name="returns",
    label="Returns",
    unit="money",
    meaning="Value of what was refunded, without tax and after the discounts of its sale.",
    example=1_100,
)
NET_SALES = Derived(
    name="net_sales",
    label="Net sales",
    unit="money",
    meaning="What was sold, without tax, discounts and returns; below zero where more came back.",
    of=_net_sales,
    inputs=("gross_sales", "discounts", "returns"),
    signs=("+", "-", "-"),
    text="gross_sales - discounts - returns",
    example=121_400,
)
TAX = Measure(
    name="tax",
    label="Tax",
    unit="money",
    meaning="Tax of what was sold, without that of what came back.",
    example=8_802,
)
TIPS = Measure(
    name="tips", label="Tips", unit="money", meaning="Tips, without those that were given back.", example=250
)
ROUNDING = Measure(
    name="rounding",
    label="Rounding",
    unit="money",
    meaning="What cash rounding added or took away.",
    example=-2,
)
TOTAL_COLLECTED = Derived(
    name="total_collected",
    label="Total collected",
    unit="money",
    meaning="What sales come to with tax, tips and rounding: what is to be paid, not what came in.",
    of=lambda row, _: row["net_sales"] + row["tax"] + row["tips"] + row["rounding"],
    inputs=("net_sales", "tax", "tips", "rounding"),
    signs=("+", "+", "+", "+"),
    text="net_sales + tax + tips + rounding",
    example=130_450,
)
AVERAGE_ORDER = Derived(
    name="average_order",
    label="Average order",
    unit="money",
    meaning="Net sales an order, rounded half up; null without orders.",
    of=lambda row, _: quotient(row["net_sales"], row["orders"]),
    inputs=("net_sales", "orders"),
    text="net_sales / orders",
    example=1_029,
)
COST_OF_GOODS = Measure(
    name="cost_of_goods",
    label="Cost of goods",
    unit="money",
    meaning="What was sold had cost when it was sold, without what came back into stock; what came back and "
    "was not put back stays in it.",
    needs=COSTS,
    example=62_000,
)
GROSS_PROFIT = Derived(
    name="gross_profit",
    label="Gross profit",
    unit="money",
    meaning="What is left of net sales after the cost of the goods.",
    needs=COSTS,
    of=lambda row, _: row["net_sales"] - row["cost_of_goods"],
    inputs=("net_sales", "cost_of_goods"),
    signs=("+", "-"),
    text="net_sales - cost_of_goods",
    example=59_400,
)
MARGIN = Derived(
    name="margin",
    label="Margin",
    unit="ratio",
    is_percent=True,
    meaning="Gross profit in proportion to net sales; null without net sales.",
    needs=COSTS,
    of=lambda row, _: ratio(row["gross_profit"], row["net_sales"]),
    inputs=("gross_profit", "net_sales"),
    text="gross_profit / net_sales",
    example="0.4893",
)
SHARE = Derived(
    name="share",
    label="Share",
    unit="ratio",
    is_percent=True,
    meaning="Net sales in proportion to those of the whole section.",
    of=lambda row, overall: ratio(row["net_sales"], overall["net_sales"]),
    inputs=("net_sales",),
    of_whole=("net_sales",),
    text="net_sales / overall.net_sales",
    example="0.2500",
)

#: The figures of sales, as most sections of the sales summary show them.
SALES: tuple[Column, ...] = (
    ORDERS,
    ITEMS,
    GROSS_SALES,
    DISCOUNTS,
    RETURNS,
    NET_SALES,
    TAX,
    TIPS,
    ROUNDING,
    TOTAL_COLLECTED,
    AVERAGE_ORDER,
    COST_OF_GOODS,
    GROSS_PROFIT,
    MARGIN,
)

#: The figures of lines, as sections about goods show them.
LINES: tuple[Column, ...] = (
    QUANTITY,
    RETURNED_QUANTITY,
    GROSS_SALES,
    DISCOUNTS,
    RETURNS,
    NET_SALES,
    TAX,
    COST_OF_GOODS,
    GROSS_PROFIT,
    MARGIN,
    SHARE,
)


def quotient(numerator: int | None, denominator: int | None) -> int | None:
    """An amount shared by a number, rounded half up; None where there is nothing to share by."""
    if numerator is None or not denominator:
        return None
    sign = 1 if denominator > 0 else -1
    return round_ratio(sign * numerator, sign * denominator)


def rate(
    name: LiteralString,
    label: str,
    of: tuple[LiteralString, LiteralString],
    meaning: str,
    needs: str | None = None,
    *,
    is_percent: bool = False,
) -> Derived:
    """The ratio of two figures of the same row, the first by the second."""
    over, under = of
    return Derived(
        name=name,
        label=label,
        unit="ratio",
        meaning=meaning,
        needs=needs,
        is_percent=is_percent,
        of=lambda row, _: ratio(row[over], row[under]),
        inputs=of,
        text=f"{over} / {under}",
        example="0.2500",
    )


def measures_of(columns: tuple[Column, ...]) -> tuple[Measure, ...]:
    """Those of the columns that are added up."""
    return tuple(column for column in columns if isinstance(column, Measure))
