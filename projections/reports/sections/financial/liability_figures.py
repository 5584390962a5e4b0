"""The figures of what a company owes its customers, and of what they owe it."""

from typing import LiteralString

from projections.reports.columns import Derived, Distinct, Key, Measure
from projections.reports.sections.figures import quotient

KEYS = (
    Key(
        name="account",
        label="Account",
        unit="text",
        meaning="store_credit, deposits (paid for goods that are not handed over yet), or dues.",
        example="store_credit",
    ),
    Key(
        name="issued_in",
        label="Issued in",
        unit="date",
        meaning="The first day of the month in which it was issued; null where rows are of all months.",
    ),
    Key(
        name="holder_id",
        label="Holder id",
        unit="id",
        meaning="The customer, or of deposits the order; null where rows are of all.",
    ),
    Key(
        name="holder",
        label="Holder",
        unit="text",
        meaning="What the customer is called, or the number of the order; `erased` for who was erased.",
        example="Ada",
    ),
)


def _amount(name: LiteralString, label: str, meaning: str, example: int) -> Measure:
    return Measure(name=name, label=label, unit="money", meaning=meaning, example=example)


#: What adds to what is owed, and what takes off it; dues that are refunded are below zero.
ISSUED = (
    _amount("issued_sold", "Sold", "What was paid ahead, or sold on account.", 12_000),
    _amount("issued_free", "Given", "What was given for nothing.", 2_000),
    _amount(
        "refunded_to", "Refunded to it", "What was refunded to it; of dues it takes off, below zero.", 490
    ),
)
TAKEN = (
    _amount("redeemed", "Redeemed", "What was used to pay, or paid of dues.", 9_500),
    _amount("cashed_out", "Paid back", "What was paid back for orders that were cancelled.", 700),
    _amount("expired", "Expired", "What lapsed, was given up or written off.", 300),
)
ADJUSTED = _amount("adjusted", "Adjusted", "What was taken away, or changed hands, by hand.", -300)
OPENING = _amount("opening", "Opening", "What was owed when the period began.", 30_000)
CLOSING = Derived(
    name="closing",
    label="Closing",
    unit="money",
    meaning="What is owed at the end of the period.",
    of=lambda row, _: (
        row["opening"]
        + sum(row[one.name] for one in ISSUED)
        - sum(row[one.name] for one in TAKEN)
        + row["adjusted"]
    ),
    inputs=("opening", *(one.name for one in ISSUED), *(one.name for one in TAKEN), "adjusted"),
    signs=("+", "+", "+", "+", "-", "-", "-", "+"),
    text="opening + issued_sold + issued_free + refunded_to - redeemed - cashed_out - expired + adjusted",
    example=33_690,
)
COUNT = Distinct(
    name="count", label="Holders", unit="count", meaning="To how many something is owed.", example=12
)
AVERAGE = Derived(
    name="average",
    label="Average",
    unit="money",
    meaning="What is owed to one, rounded half up.",
    of=lambda row, _: quotient(row["closing"], row["count"]),
    inputs=("closing", "count"),
    text="closing / count",
    example=2_808,
)
STALE = _amount("stale", "Stale", "What of it belongs to who had no entry for 365 days or more.", 1_500)
MEASURES = (OPENING, *ISSUED, *TAKEN, ADJUSTED, STALE)
FIGURES = (OPENING, *ISSUED, *TAKEN, ADJUSTED, CLOSING, COUNT, AVERAGE, STALE)
