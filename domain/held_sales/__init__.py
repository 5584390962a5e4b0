"""Parked sales: baskets that wait in a store until their customer comes back."""

from domain.held_sales.changes import Change, changes_of
from domain.held_sales.held_sale import HeldElsewhere, HeldSale, HeldSaleEnded, Status, reservation_of
from domain.held_sales.lines import HeldLine, hold_lines

__all__ = [
    "Change",
    "HeldElsewhere",
    "HeldLine",
    "HeldSale",
    "HeldSaleEnded",
    "Status",
    "changes_of",
    "hold_lines",
    "reservation_of",
]
