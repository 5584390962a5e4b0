"""By which rules a company works: what holds until it says otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

from domain.errors import Detail, Invalid
from domain.money import exponent
from domain.permissions import ADMIN, CASHIER, MANAGER
from domain.weeks import WEEK_START

#: How much of a price a role may give away at first, in percent; a role that is not named gives nothing away.
DISCOUNT_CEILINGS: Mapping[str, Decimal] = MappingProxyType(
    {ADMIN: Decimal(100), MANAGER: Decimal(100), CASHIER: Decimal(20)}
)
#: How many days back sales and deliveries may lie at first.
BACKDATING_DAYS = 30
#: How much more than was ordered may be delivered at first, in percent.
OVER_RECEIVE_PERCENT = Decimal(0)
#: After how many days suppliers are expected to deliver at first.
LEAD_TIME_DAYS = 7
#: Whether money goes back by the method that was paid with: the till proposes it, or insists on it.
RefundMethods = Literal["suggest", "require"]
REFUND_TO_ORIGINAL: RefundMethods = "suggest"
#: How many hours a parked sale waits at first.
HELD_HOURS = 72
#: For how many days the goods of an order are reserved at first.
ORDER_RESERVATION_DAYS = 7
#: What receipts are printed on at first.
ReceiptPaper = Literal["80mm", "58mm", "a4"]
RECEIPT_PAPER: ReceiptPaper = "80mm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backdating:
    """How far back a company's facts may lie: some days, and never to before it was founded.

    Stock does not move any more on the days for which the books are closed, the last one included.
    """

    founded_at: datetime
    days: int
    books_closed_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnPolicy:
    """How goods are taken back: in any store or the selling one, within so many days, for which methods."""

    is_cross_store: bool = True
    days: int | None = None
    methods: RefundMethods = REFUND_TO_ORIGINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchasing:
    """In which currency a company buys, and how much more than it ordered it takes in, in percent."""

    currency: str
    over_receive_percent: Decimal


#: What a company that never said anything about it shows, prints and does at its tills.
UNSAID: Mapping[str, Any] = {
    "logo_image_id": None,
    "receipt_header": None,
    "receipt_footer": None,
    "ask_for_customer": False,
    "lock_after_seconds": None,
    "discount_ceilings": dict(DISCOUNT_CEILINGS),
    "backdating_days": BACKDATING_DAYS,
    "books_closed_until": None,
    "over_receive_percent": OVER_RECEIVE_PERCENT,
    "default_lead_time_days": LEAD_TIME_DAYS,
    "shift_required": False,
    "blind_close": False,
    "over_short_limit": None,
    "refund_to_original": REFUND_TO_ORIGINAL,
    "cross_store_returns": True,
    "return_days": None,
    "held_hours": HELD_HOURS,
    "order_reservation_days": ORDER_RESERVATION_DAYS,
    "receipt_paper": RECEIPT_PAPER,
    "week_start": WEEK_START,
    "reports_to_outside": False,
    "auditor_email": None,
    "public_proofs": False,
}

#: What coins and notes are worth begins with one of these, whatever noughts follow …
_FACES = ("1", "2", "25", "5")

#: … and nobody rounds cash to more than so many major units.
_LARGEST_STEP = 1000


def check_cash_rounding(step: int, currency: str) -> None:
    """Raise Invalid unless a coin or note of the currency may be worth that; 0 is no rounding.

    `step` is in minor currency units.
    """
    fits = 1 < step <= _LARGEST_STEP * 10 ** exponent(currency) and str(step).rstrip("0") in _FACES
    if step and not fits:
        message = f"No coin or note of {currency} is worth that; such as 0, 5, 10 or 50."
        raise Invalid(details=[Detail("cash_rounding", "invalid", message)])
