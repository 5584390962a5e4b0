"""What is answered of reservations."""

from typing import Annotated

from api.answers import Answer, CreatedAt, Id, Meaning, Moment, OwnId, Quantity, Version
from domain.stock.reservations import Status


class ReservationLineAnswer(Answer):
    """What was promised of a variant, and what became of it."""

    variant_id: Annotated[Id, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")]
    quantity: Annotated[Quantity, Meaning("How much, in the product's unit.", "24")]
    entered_quantity: Annotated[Quantity, Meaning("How much, in the unit it was entered in.", "2")]
    unit_id: Annotated[Id | None, Meaning("That unit; null: the product's own.")]
    base_quantity: Annotated[Quantity, Meaning("The same as `quantity`.", "24")]
    fulfilled: Annotated[Quantity, Meaning("What of it was handed over, in the product's unit.", "0")]
    released: Annotated[
        Quantity, Meaning("What of it is promised no more, or lapsed, in the product's unit.", "0")
    ]


class ReservationAnswer(Answer):
    """A reservation as it stands."""

    id: OwnId
    storage_id: Annotated[Id, Meaning("The storage the goods lie in.")]
    order_id: Annotated[Id | None, Meaning("The order they are promised to.")]
    customer_id: Annotated[Id | None, Meaning("The customer they are promised to.")]
    status: Annotated[
        Status,
        Meaning("`placed` as long as anything is promised; then what became of the last of it.", "placed"),
    ]
    occurred_at: Annotated[Moment, Meaning("When it was agreed.")]
    expires_at: Annotated[Moment | None, Meaning("When the promise lapses; null: never.")]
    lines: Annotated[list[ReservationLineAnswer], Meaning("In the order in which they were entered.")]
    reference: Annotated[str | None, Meaning("Your own reference.", "Phone call")]
    note: Annotated[str | None, Meaning("Free text; nothing depends on it.")]
    release_reason: Annotated[
        str | None, Meaning("Why some of it was released, as somebody said last.", "Changed their mind")
    ]
    created_by: Annotated[Id | None, Meaning("Who recorded it.")]
    recorded_at: CreatedAt
    version: Version
