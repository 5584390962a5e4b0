"""The lines of profit and loss, from gross sales down to what is left before expenses."""

from typing import LiteralString

from projections.reports.columns import COSTS, Column, Derived, Key, Measure
from projections.reports.intervals import IS_PARTIAL
from projections.reports.sections.figures import (
    COST_OF_GOODS,
    DISCOUNTS,
    GROSS_PROFIT,
    GROSS_SALES,
    MARGIN,
    NET_SALES,
    RETURNS,
    ROUNDING,
)

KEYS = (
    Key(
        name="period", label="Period", unit="date", meaning="Its first day; null where rows are of all days."
    ),
    IS_PARTIAL,
    Key(name="store_id", label="Store id", unit="id", meaning="The store; null where rows are of all."),
    Key(name="store", label="Store", unit="text", meaning="What the store was called.", example="Harbour"),
)
INVENTORY_ADJUSTMENTS = Measure(
    name="inventory_adjustments",
    label="Inventory adjustments",
    unit="money",
    meaning="What adjustments, counts and losses on the way changed of the value of stock.",
    needs=COSTS,
    example=-1_250,
)
COST_SETTLEMENTS = Measure(
    name="cost_settlements",
    label="Cost settlements",
    unit="money",
    meaning="What later deliveries corrected of the cost of goods that were sold before.",
    needs=COSTS,
    example=-25,
)
CASH_OVER_SHORT = Measure(
    name="cash_over_short",
    label="Cash over and short",
    unit="money",
    meaning="What drawers held beyond what they should; below zero for what was missing.",
    example=-120,
)
OPERATING_RESULT = Derived(
    name="operating_result_before_expenses",
    label="Operating result before expenses",
    unit="money",
    meaning="What is left of sales; what the company spends otherwise is not known here.",
    needs=COSTS,
    of=lambda row, _: (
        row["gross_profit"]
        + row["inventory_adjustments"]
        + row["cost_settlements"]
        + row["cash_over_short"]
        + row["rounding"]
    ),
    inputs=("gross_profit", "inventory_adjustments", "cost_settlements", "cash_over_short", "rounding"),
    signs=("+", "+", "+", "+", "+"),
    text="gross_profit + inventory_adjustments + cost_settlements + cash_over_short + rounding",
    example=58_003,
)


def _memo(name: LiteralString, label: str, what: str) -> Measure:
    meaning = f"What was paid out of drawers {what}; a memo, in no sum."
    return Measure(name=name, label=label, unit="money", meaning=meaning, example=750)


#: By the reason, what was paid out of drawers for it.
PAID_OUT: dict[LiteralString, Measure] = {
    "petty_cash": _memo("paid_out_petty_cash", "Paid out: petty cash", "for small expenses"),
    "supplier": _memo("paid_out_supplier", "Paid out: suppliers", "to suppliers"),
    "wages": _memo("paid_out_wages", "Paid out: wages", "for wages"),
    "tip_payout": _memo("paid_out_tips", "Paid out: tips", "for tips"),
    "other": _memo("paid_out_other", "Paid out: other", "for another reason"),
}
OF_SALES = (GROSS_SALES, DISCOUNTS, RETURNS, COST_OF_GOODS, ROUNDING)
OF_STOCK = (INVENTORY_ADJUSTMENTS, COST_SETTLEMENTS)
OF_DRAWERS = (CASH_OVER_SHORT, *PAID_OUT.values())
FIGURES: tuple[Column, ...] = (
    GROSS_SALES,
    DISCOUNTS,
    RETURNS,
    NET_SALES,
    COST_OF_GOODS,
    GROSS_PROFIT,
    MARGIN,
    INVENTORY_ADJUSTMENTS,
    COST_SETTLEMENTS,
    CASH_OVER_SHORT,
    ROUNDING,
    OPERATING_RESULT,
    *PAID_OUT.values(),
)
