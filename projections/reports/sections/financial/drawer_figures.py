"""The figures of drawers: what should be in them, what was counted, and what lay between."""

from typing import LiteralString

from projections.reports.columns import Derived, Key, Measure

KEYS = (
    Key(name="shift_id", label="Shift id", unit="id", meaning="The shift; null where rows are no shifts."),
    Key(name="business_date", label="Date", unit="date", meaning="The business date of the opening."),
    Key(name="store_id", label="Store id", unit="id", meaning="Where it happened or belongs."),
    Key(name="store", label="Store", unit="text", meaning="What the store was called."),
    Key(name="register_id", label="Register id", unit="id", meaning="The till that it is about."),
    Key(name="register", label="Register", unit="text", meaning="What the register was called."),
    Key(name="cashier_id", label="Cashier id", unit="id", meaning="Who opened the shift."),
    Key(name="cashier", label="Cashier", unit="text", meaning="What they are called."),
    Key(name="opened_at", label="Opened", unit="time", meaning="When the shift was opened."),
    Key(name="closed_at", label="Closed", unit="time", meaning="When the drawer was counted."),
    Key(name="closed_by_id", label="Closed by id", unit="id", meaning="Who counted the drawer."),
    Key(name="closed_by", label="Closed by", unit="text", meaning="What they are called."),
    Key(name="reason", label="Reason", unit="text", meaning="What they said why it was off."),
)


def _amount(name: LiteralString, label: str, meaning: str, example: int) -> Measure:
    return Measure(name=name, label=label, unit="money", meaning=meaning, example=example)


OVER_SHORT = Derived(
    name="over_short",
    label="Over or short",
    unit="money",
    meaning="What was counted beyond what should have been there; below zero for what was missing.",
    of=lambda row, _: row["counted"] - row["expected"],
    inputs=("counted", "expected"),
    signs=("+", "-"),
    text="counted - expected",
    example=-120,
)
FIGURES = (
    Measure(name="shifts", label="Shifts", unit="count", meaning="How many were closed.", example=2),
    _amount("opening_float", "Opening float", "What was in the drawer to begin with.", 10_000),
    _amount(
        "float_difference",
        "Float difference",
        "What was in the drawer to begin with beyond what the register's last shift had left there, below "
        "zero for less; it is part of no shift's over or short.",
        -200,
    ),
    _amount("cash_sales", "Cash sales", "What was paid in cash, without change and tips.", 43_735),
    _amount("cash_tips", "Cash tips", "Tips in cash, without those given back.", 60),
    _amount("cash_refunds", "Cash refunds", "What was paid back in cash.", 2_490),
    _amount("paid_in", "Paid in", "What was put in without a sale.", 2_000),
    _amount("paid_out", "Paid out", "What was taken out to pay something, but for tips.", 750),
    _amount("tips_out", "Tips out", "What was taken out to pay tips.", 600),
    _amount("drops", "Drops", "What was brought to the safe or the bank before the count.", 5_000),
    _amount("expected", "Expected", "What should have been in the drawer.", 46_955),
    _amount("counted", "Counted", "What was counted last.", 46_835),
    OVER_SHORT,
    _amount("over", "Over", "What was too much, of the shifts that had too much.", 0),
    _amount("short", "Short", "What was missing, of the shifts that had too little.", 120),
    Measure(
        name="blind",
        label="Counted blind",
        unit="count",
        meaning="How many were counted by somebody who could not see what should be there.",
        example=1,
    ),
    Measure(
        name="no_sales",
        label="Drawer opened",
        unit="count",
        meaning="How often the drawer was opened without a sale.",
        example=1,
    ),
)
MEASURES = tuple(one for one in FIGURES if isinstance(one, Measure))
