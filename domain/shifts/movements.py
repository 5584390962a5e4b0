"""Cash that comes or goes without a sale: of which kind, and why."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Literal

from domain.errors import Detail
from domain.shifts.shift import Shift

MovementType = Literal["paid_in", "paid_out", "drop", "no_sale"]
OTHER = "other"
#: What may be the reason of each kind; any other one takes a note.
REASONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "paid_in": ("float_top_up", "change_delivery", OTHER),
        "paid_out": ("petty_cash", "supplier", "tip_payout", "wages", OTHER),
        "drop": ("safe", "bank", OTHER),
        "no_sale": (OTHER,),
    }
)
EVENTS: Mapping[str, type[Shift.CashMoved]] = MappingProxyType(
    {
        "paid_in": Shift.CashPaidIn,
        "paid_out": Shift.CashPaidOut,
        "drop": Shift.CashDropped,
        "no_sale": Shift.DrawerOpened,
    }
)
TYPES: Mapping[type[Shift.CashMoved], MovementType] = MappingProxyType(
    {
        Shift.CashPaidIn: "paid_in",
        Shift.CashPaidOut: "paid_out",
        Shift.CashDropped: "drop",
        Shift.DrawerOpened: "no_sale",
    }
)
#: Which way each kind moves what is in the drawer.
SIGNS: Mapping[str, int] = MappingProxyType({"paid_in": 1, "paid_out": -1, "drop": -1, "no_sale": 0})


def wrong_in_movement(kind: str, amount: int, reason: str | None, note: str | None) -> Iterator[Detail]:
    """What is wrong with a movement of this kind; opening the drawer needs no reason."""
    if (amount == 0) != (kind == "no_sale"):
        message = "Opening the drawer moves nothing." if amount else "It must be above zero."
        yield Detail("amount", "amount_not_valid", message)
    if reason is None and kind != "no_sale":
        yield Detail("reason", "reason_required", "Say why the cash moves.")
    elif reason is not None and reason not in REASONS[kind]:
        yield Detail("reason", "invalid", f"One of {', '.join(REASONS[kind])}.")
    elif reason == OTHER and not note:
        yield Detail("note", "required", "Another reason is told in a note.")
