"""The figures of refunds: what came back, and what was paid for it."""

from projections.reports.columns import COSTS, Column, Derived, Distinct, Key, Measure, ratio
from projections.reports.sections.figures import RETURNS

KEYS = (
    Key(
        name="tender",
        label="Tender",
        unit="text",
        meaning="The methods by which it was paid back; null for none, and where rows are of all.",
        example="cash",
    ),
    Key(name="cashier_id", label="Cashier id", unit="id", meaning="Who gave it back; null for nobody."),
    Key(name="cashier", label="Cashier", unit="text", meaning="What they are called.", example="ann"),
    Key(
        name="product_id",
        label="Product id",
        unit="id",
        meaning="The product; null for tips and rounding, which are of no goods.",
    ),
    Key(name="product", label="Product", unit="text", meaning="What it was called.", example="Beans"),
    Key(name="business_date", label="Date", unit="date", meaning="The date of the refund."),
    Key(name="store_id", label="Store id", unit="id", meaning="The store that paid."),
    Key(name="store", label="Store", unit="text", meaning="What it was called.", example="Harbour"),
)
#: A refund of several products is in the rows of all of them.
_SHARED_IN = ("product",)
REFUND_COUNT = Distinct(
    name="refund_count",
    label="Refunds",
    unit="count",
    meaning="How many refunds there were; by product, one of several products is in the row of each.",
    shared_in=_SHARED_IN,
    example=3,
)
QUANTITY = Measure(
    name="quantity", label="Quantity", unit="quantity", meaning="How much came back.", example="4"
)
TAX = Measure(name="tax", label="Tax", unit="money", meaning="The tax in it.", example=209)
TIPS = Measure(name="tips", label="Tips", unit="money", meaning="Tips that were given back.", example=0)
ROUNDING = Measure(
    name="rounding", label="Rounding", unit="money", meaning="What cash was paid out above it.", example=1
)
REFUNDED = Derived(
    name="refunded",
    label="Refunded",
    unit="money",
    meaning="What was paid back.",
    of=lambda row, _: row["returns"] + row["tax"] + row["tips"] + row["rounding"],
    inputs=("returns", "tax", "tips", "rounding"),
    signs=("+", "+", "+", "+"),
    text="returns + tax + tips + rounding",
    example=1_310,
)
RESTOCKED_QUANTITY = Measure(
    name="restocked_quantity",
    label="Restocked quantity",
    unit="quantity",
    meaning="How much of it was put back into stock.",
    example="3",
)
NOT_RESTOCKED_VALUE = Measure(
    name="not_restocked_value",
    label="Value not restocked",
    unit="money",
    meaning="What the goods had cost that were not put back.",
    needs=COSTS,
    example=90,
)
WITHIN_PERIOD = Measure(
    name="within_period",
    label="Sold within the period",
    unit="money",
    meaning="What of it was paid back for sales of the same period.",
    example=1_000,
)
AFTER_PERIOD = Derived(
    name="after_period",
    label="Sold before",
    unit="money",
    meaning="What of it was paid back for earlier sales, and for sales that nobody knows.",
    of=lambda row, _: row["refunded"] - row["within_period"],
    inputs=("refunded", "within_period"),
    signs=("+", "-"),
    text="refunded - within_period",
    example=310,
)
SALES_KNOWN = Distinct(
    name="sales_known",
    label="Sales known",
    unit="count",
    meaning="Refunds whose sale is known.",
    shared_in=_SHARED_IN,
    example=3,
)
DAYS_TOTAL = Distinct(
    name="days_total",
    label="Days in all",
    unit="count",
    meaning="Days from those sales to their refunds, added up.",
    shared_in=_SHARED_IN,
    example=12,
)
DAYS_SINCE_SALE = Derived(
    name="days_since_sale",
    label="Days since the sale",
    unit="ratio",
    meaning="How many days after the sale it was, on average; null where no sale is known.",
    of=lambda row, _: ratio(row["days_total"], row["sales_known"]),
    inputs=("days_total", "sales_known"),
    text="days_total / sales_known",
    example="4.0000",
)
FIGURES: tuple[Column, ...] = (
    REFUND_COUNT,
    QUANTITY,
    RETURNS,
    TAX,
    TIPS,
    ROUNDING,
    REFUNDED,
    RESTOCKED_QUANTITY,
    NOT_RESTOCKED_VALUE,
    WITHIN_PERIOD,
    AFTER_PERIOD,
    SALES_KNOWN,
    DAYS_TOTAL,
    DAYS_SINCE_SALE,
)
MEASURES = tuple(one for one in FIGURES if isinstance(one, Measure))
