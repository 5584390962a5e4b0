"""What is answered of an order's history."""

from typing import Annotated

from api.answers import Answer, Id, Meaning, Moment


class OrderChangeAnswer(Answer):
    """A field of the order before and after a step; null where there was nothing."""

    field: Annotated[str, Meaning("What changed, as the order names it.", "payment_status")]
    before: Annotated[str | int | None, Meaning("What it was.", "unpaid")]
    after: Annotated[str | int | None, Meaning("What it is.", "paid")]


class OrderStepAnswer(Answer):
    """A step of an order's life."""

    at: Annotated[Moment, Meaning("When it happened.")]
    recorded_at: Annotated[Moment, Meaning("When it was recorded.")]
    by: Annotated[Id | None, Meaning("Who did it; null for the service itself.")]
    event: Annotated[str, Meaning("What happened.", "orders.Order.Paid")]
    sentence: Annotated[str, Meaning("That in words.", "ada took EUR 10.00 by card; EUR 35.90 is due.")]
    changes: Annotated[list[OrderChangeAnswer], Meaning("What it changed of the order.")]
