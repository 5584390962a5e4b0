"""A refund that its order does not allow, as a return without the order."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from api.requests import load_content
from api.sync.bodies import OfflineRefundBody
from domain.errors import Invalid
from domain.orders import Order

_REFUND = OfflineRefundBody()


def is_refund(body: Mapping[str, Any]) -> bool:
    """Whether that is what a refund says."""
    try:
        load_content(body, _REFUND)
    except Invalid:
        return False
    return True


def return_instead(refund: Mapping[str, Any], order: Order) -> dict[str, Any]:
    """The body of a return of the same goods, each at what one was sold for, paid out as the refund was."""
    sold = {str(line.id): line for line in order.terms.lines}
    lines = [
        {
            "variant_id": str(line.variant_id),
            "quantity": one["quantity"],
            "unit_price": int(
                (Decimal(line.gross_total - line.discount_total) / line.quantity).quantize(
                    Decimal(1), ROUND_HALF_UP
                )
            ),
            "restock": one.get("restock", True),
        }
        for one in refund["lines"]
        if (line := sold.get(one["line_id"].lower()))
    ]
    return {
        "register_id": refund.get("register_id"),
        "shift_id": refund.get("shift_id"),
        "lines": lines,
        "payments": refund["payments"],
        "reason": refund["reason"],
        "note": refund.get("note"),
    }
