"""Gift receipts: what was bought, and not for how much."""

from typing import TypeVar

from msgspec.structs import replace

from api.receipts.answers import OrdersReceiptAnswer, PrintedReceiptAnswer

R = TypeVar("R", bound=PrintedReceiptAnswer)


def without_prices(receipt: R, address: str) -> R:
    """The receipt without any figure but quantities; at its `address` there are none either."""
    lines = [
        replace(line, unit_price=None, list_price=None, amount=None, discount=None, discount_percent=None)
        for line in receipt.lines
    ]
    own = {"order": None} if isinstance(receipt, OrdersReceiptAnswer) else {}
    return replace(
        receipt,
        gift=True,
        lines=lines,
        subtotal=None,
        order_discount=None,
        taxes=[],
        total=None,
        rounding=None,
        tip_total=None,
        paid_total=None,
        settled=None,
        due=None,
        tenders=[],
        given_back=[],
        qr_text=address,
        fiscal=None,
        **own,
    )
