"""What the list of orders reads of events."""

from datetime import date, datetime
from uuid import UUID

from projections.base import Fact, Row
from projections.records import Reading


class Total(Reading):
    """What is read of a sale's sums."""

    total: int


class Paid(Reading):
    """What is read of a payment."""

    method: str


class Beginning(Reading):
    """What is read of how an order began, by whom and where."""

    number: str
    series_id: UUID
    series_number: int
    channel: str
    store_id: UUID
    register_id: UUID | None
    cashier_id: UUID | None
    customer_id: UUID | None
    shift_id: UUID | None
    business_date: date
    occurred_at: datetime


class Sale(Beginning):
    """What is read of a sale."""

    payments: tuple[Paid, ...]
    totals: Total


class Standing(Reading):
    """What an order is after an event."""

    status: str
    payment_status: str
    fulfilment_status: str
    total: int
    due: int


class Placing(Beginning):
    """What is read of an order that was placed in the back office."""

    reserve_until: datetime | None
    standing: Standing


class Step(Reading):
    """What is read of what happened to such an order."""

    customer_id: UUID | None
    standing: Standing


class Amendment(Step):
    """The same of a change of the order itself."""

    reserve_until: datetime | None


class PaidOnOrder(Paid):
    """What is read of a payment of a placed order."""

    amount: int


class Payment(Step):
    """The same of what was paid on it."""

    payments: tuple[PaidOnOrder, ...]


class Settled(Reading):
    """What of an order's dues was paid on account."""

    order_id: UUID | None
    amount: int


class Settlement(Reading):
    """What is read of what lowers a customer's dues: of which orders they are."""

    allocations: tuple[Settled, ...]


class Return(Reading):
    """What is read of a return without an order: the number that it takes of the till's refunds."""

    series_id: UUID
    series_number: int


class Refund(Return):
    """What is read of a refund: its own number, and what the order then is."""

    payment_status: str
    fulfilment_status: str


class Void(Reading):
    """What is read of a void: nothing but that it happened."""


def beginning_of(fact: Fact) -> Row:
    """What is written of how an order began, by column."""
    begun: Beginning = fact.data
    return {
        "id": fact.stream_id,
        "number": begun.number,
        "series_id": begun.series_id,
        "series_number": begun.series_number,
        "channel": begun.channel,
        "store_id": begun.store_id,
        "register_id": begun.register_id,
        "cashier_id": begun.cashier_id,
        "customer_id": begun.customer_id,
        "business_date": begun.business_date,
        "occurred_at": begun.occurred_at,
        "recorded_at": fact.at,
        "shift_id": begun.shift_id,
    }
