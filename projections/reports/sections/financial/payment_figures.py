"""The figures of payments, sales and refunds apart."""

from projections.reports.columns import Derived, Key, Measure, ratio
from projections.reports.sections.payment_kinds import KINDS

KEYS = (
    Key(
        name="method", label="Method", unit="text", meaning="The code of the payment method.", example="card"
    ),
    Key(
        name="kind",
        label="Kind",
        unit="text",
        meaning=KINDS,
        example="money",
    ),
    Key(name="store_id", label="Store id", unit="id", meaning="The store; null where rows are of all."),
    Key(name="store", label="Store", unit="text", meaning="What the store was called.", example="Harbour"),
    Key(
        name="register_id", label="Register id", unit="id", meaning="The register; null for the back office."
    ),
    Key(name="register", label="Register", unit="text", meaning="What it was called.", example="Till 1"),
    Key(name="business_date", label="Date", unit="date", meaning="The day; null where rows are of all."),
)

PAYMENTS = Measure(
    name="payments", label="Payments", unit="count", meaning="How many, without voided ones.", example=118
)
AMOUNT = Measure(
    name="amount",
    label="Amount",
    unit="money",
    meaning="What was paid for sales and orders, without tips and change.",
    example=130_450,
)
TIPS = Measure(
    name="tips", label="Tips", unit="money", meaning="Tips, without those that were given back.", example=250
)
CHANGE = Measure(
    name="change", label="Change", unit="money", meaning="What was given back at once.", example=550
)
TENDERED = Derived(
    name="tendered",
    label="Tendered",
    unit="money",
    meaning="What was handed over; the tips that were given back later are taken off.",
    of=lambda row, _: row["amount"] + row["tips"] + row["change"],
    inputs=("amount", "tips", "change"),
    signs=("+", "+", "+"),
    text="amount + tips + change",
    example=131_250,
)
REFUND_COUNT = Measure(
    name="refund_count",
    label="Refunds",
    unit="count",
    meaning="How often something was paid back.",
    example=3,
)
REFUNDS = Measure(
    name="refunds", label="Refunded", unit="money", meaning="What was paid back, without tips.", example=1_100
)
NET = Derived(
    name="net",
    label="Net",
    unit="money",
    meaning="What is left of payments and tips after refunds.",
    of=lambda row, _: row["amount"] + row["tips"] - row["refunds"],
    inputs=("amount", "tips", "refunds"),
    signs=("+", "+", "-"),
    text="amount + tips - refunds",
    example=129_600,
)
SHARE = Derived(
    name="share",
    label="Share",
    unit="ratio",
    meaning="The amount in proportion to that of all methods.",
    of=lambda row, overall: ratio(row["amount"], overall["amount"]),
    inputs=("amount",),
    of_whole=("amount",),
    text="amount / overall.amount",
    example="0.2500",
    is_percent=True,
)
DUES_PAID = Measure(
    name="dues_paid",
    label="Dues paid",
    unit="money",
    meaning="What customers paid of what they owed on account.",
    example=2_000,
)
UNSETTLED_DUES = Measure(
    name="unsettled_dues",
    label="Unsettled dues",
    unit="money",
    meaning="What customers owe on account at the end of the period; told of all and by store.",
    example=4_800,
)
FIGURES = (
    PAYMENTS,
    AMOUNT,
    TIPS,
    TENDERED,
    CHANGE,
    REFUND_COUNT,
    REFUNDS,
    NET,
    SHARE,
    DUES_PAID,
    UNSETTLED_DUES,
)
#: What facts of sales add up to.
OF_SALES = (PAYMENTS, AMOUNT, TIPS, CHANGE, REFUND_COUNT, REFUNDS)
