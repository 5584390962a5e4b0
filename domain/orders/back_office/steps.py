"""A step of a placed order: when and by whom it is done, and the completion that follows by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, Self
from uuid import UUID

from domain.errors import Conflict
from domain.money import RoundingMode
from domain.orders.handovers import ReservedChange, changes_between, needed
from domain.orders.lines import SaleLine
from domain.orders.order import Order
from domain.orders.statuses import Figures, Standing


class RefundRequired(Conflict):
    """More was paid than remains to be paid; cancel lines, and say how it is given back."""

    code = "refund_required"
    remedy = (
        "Cancel the lines with `POST /api/admin/orders/{order_id}/cancel`, and say in `refund` how the "
        "rest is given back."
    )
    amounts: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"overpaid": "What was paid beyond what remains to be paid, and has to go back."}
    )

    @classmethod
    def of(cls, overpaid: int, *fields: str) -> Self:
        """So much has to be given back, in minor currency units; these fields should have said how."""
        message = f"{overpaid} has to be given back: say in `refund` how, when you cancel."
        refusal = cls.in_fields(*fields, message=message)
        refusal.beside.update(overpaid=overpaid)
        return refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """When a step is done, in the time of the order's store, and by whom."""

    occurred_at: datetime
    business_date: date
    hour: int
    cashier_id: UUID | None


def record(
    order: Order,
    step: type[Order.Step],
    occasion: Occasion,
    *,
    figures: Figures,
    reserved: tuple[ReservedChange, ...] = (),
    **facts: Any,
) -> None:
    """Record a step, and the completion if the order is complete with it."""
    own: dict[str, Any] = {
        "store_id": order.terms.store_id,
        "customer_id": order.terms.customer_id,
        "cashier_id": occasion.cashier_id,
        "occurred_at": occasion.occurred_at,
        "business_date": occasion.business_date,
        "hour": occasion.hour,
    }
    order.trigger_event(step, **{**own, "standing": figures.standing, "reserved": reserved, **facts})
    if step is not Order.Completed and order.figures.is_complete:
        _complete(order, occasion, {**own, **facts})


def _complete(order: Order, occasion: Occasion, facts: Mapping[str, Any]) -> None:
    figures = order.figures
    completed: Standing = replace(figures.standing, status="completed")
    order.trigger_event(
        Order.Completed,
        store_id=order.terms.store_id,
        customer_id=facts["customer_id"],
        cashier_id=occasion.cashier_id,
        occurred_at=occasion.occurred_at,
        business_date=occasion.business_date,
        hour=occasion.hour,
        standing=completed,
        reserved=(),
    )


def mode_of(order: Order) -> RoundingMode:
    """How the order rounds."""
    return "half_even" if order.terms.rounding_mode == "half_even" else "half_up"


def less_reserved(
    order: Order, lines: Sequence[SaleLine], fulfilled: Mapping[UUID, Decimal]
) -> tuple[ReservedChange, ...]:
    """What is promised no more once only this is needed; what lapsed is not promised again."""
    need = needed(lines, fulfilled)
    then = {one: min(promised, need.get(one, Decimal(0))) for one, promised in order.reserved.items()}
    return changes_between(order.terms.storage_id, order.reserved, then)
