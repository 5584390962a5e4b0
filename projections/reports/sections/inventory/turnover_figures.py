"""The figures of how often stock turns over."""

from collections.abc import Callable
from decimal import Decimal

from projections.base import Row
from projections.reports.columns import COSTS, Column, Derived, Measure, ratio
from projections.reports.sections.figures import quotient


def _days(row: Row, overall: Row) -> int | None:
    """The days of the period: those of a row, of which a footer says nothing, are those of the whole."""
    days: int | None = row["days"] or overall["days"]
    return days


def _over_average(name: str) -> Callable[[Row, Row], Decimal | None]:
    """A figure by the average value of the stock, not by that rounded."""

    def of(row: Row, overall: Row) -> Decimal | None:
        # A footer adds up to nothing what is known of none of its rows.
        known = row if row["days"] else overall
        if row[name] is None or known[name] is None or known["days"] is None:
            return None
        return ratio(row[name] * known["days"], row["value_days"])

    return of


COLUMNS: tuple[Column, ...] = (
    Measure(
        name="cost_of_goods",
        label="Cost of goods",
        unit="money",
        meaning="What the goods that left stock with sales were worth, less those that came back.",
        needs=COSTS,
        example=62_000,
    ),
    Measure(
        name="value_days",
        label="Value days",
        unit="money",
        meaning="The value of the stock at the end of each day of the period, added up.",
        needs=COSTS,
        example=3_720_000,
    ),
    Column(name="days", label="Days", unit="count", meaning="How many days the period has.", example=31),
    Derived(
        name="average_value",
        label="Average value",
        unit="money",
        meaning="What the stock was worth on average over the days: not half of opening and closing.",
        needs=COSTS,
        of=lambda row, overall: quotient(row["value_days"], _days(row, overall)),
        inputs=("value_days", "days"),
        text="value_days / days",
        example=120_000,
    ),
    Derived(
        name="turnover",
        label="Turnover",
        unit="ratio",
        meaning="How often the stock turned over in the period.",
        needs=COSTS,
        of=_over_average("cost_of_goods"),
        inputs=("cost_of_goods", "value_days", "days"),
        text="cost_of_goods / average_value",
        example="0.5167",
    ),
    Derived(
        name="days_of_stock",
        label="Days of stock",
        unit="ratio",
        meaning="For how many days the average stock lasts.",
        needs=COSTS,
        of=lambda row, _: ratio(row["value_days"], row["cost_of_goods"]),
        inputs=("value_days", "cost_of_goods"),
        text="average_value * days / cost_of_goods",
        example="60.0000",
    ),
    Measure(
        name="sold_quantity",
        label="Sold",
        unit="quantity",
        meaning="How much was sold, less what was voided.",
        example="310",
    ),
    Measure(
        name="supply",
        label="Supply",
        unit="quantity",
        meaning="What lay there at the opening, and what suppliers delivered.",
        example="620",
    ),
    Derived(
        name="sell_through",
        label="Sell-through",
        unit="ratio",
        meaning="What was sold of what there was to sell.",
        of=lambda row, _: ratio(row["sold_quantity"], row["supply"]),
        inputs=("sold_quantity", "supply"),
        text="sold / (open + received)",
        example="0.5000",
        is_percent=True,
    ),
    Measure(
        name="gross_profit",
        label="Gross profit",
        unit="money",
        meaning="What sales of it earned; null of single storages, as sales are made in stores.",
        needs=COSTS,
        example=59_400,
    ),
    Derived(
        name="gmroi",
        label="GMROI",
        unit="ratio",
        meaning="What is earned on what lies in stock on average.",
        needs=COSTS,
        of=_over_average("gross_profit"),
        inputs=("gross_profit", "value_days", "days"),
        text="gross_profit / average_value",
        example="0.4950",
    ),
    Measure(
        name="days_out_of_stock",
        label="Days out of stock",
        unit="count",
        meaning="On how many days there was none and none came, in each storage that has it, added up.",
        example=3,
    ),
    Column(
        name="abc",
        label="Class",
        unit="text",
        meaning="`A`, `B` or `C`: whether it and all that cost more come to 80, 95 or 100 percent of the "
        "cost of goods.",
        needs=COSTS,
        inputs=("cost_of_goods",),
        of_whole=("cost_of_goods",),
        text="the costs of goods down to its own / overall.cost_of_goods",
        example="A",
    ),
)
