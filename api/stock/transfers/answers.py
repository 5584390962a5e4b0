"""What is answered of transfers."""

from typing import Annotated

from api.answers import (
    Answer,
    Cost,
    Count,
    CreatedAt,
    Day,
    Id,
    Meaning,
    Moment,
    Money,
    OwnId,
    Quantity,
    Version,
)
from domain.stock.transfers import TransferStatus

#: What quantities of a transfer are in, whatever unit it was planned in.
_OWN = "in the product's unit"


class TransferHeadAnswer(Answer):
    """A transfer without its lines."""

    id: OwnId
    number: Annotated[str, Meaning("Its number, counted without a gap.", "TR-000001")]
    status: Annotated[TransferStatus, Meaning("Where it stands.")]
    from_storage_id: Annotated[Id, Meaning("The storage that the goods leave.")]
    to_storage_id: Annotated[Id, Meaning("The storage that they are for.")]
    expected_at: Annotated[Moment | None, Meaning("When they are expected there.")]
    reference: Annotated[str | None, Meaning("Your own reference.", "DN-2041")]
    note: Annotated[str | None, Meaning("Free text; nothing depends on it.")]
    shipped_at: Annotated[Moment | None, Meaning("When they left.")]
    carrier: Annotated[str | None, Meaning("Who carries them.", "DHL")]
    tracking: Annotated[str | None, Meaning("The carrier's number of the shipment.", "00340434161094")]
    created_by: Annotated[Id | None, Meaning("Who planned it.")]
    version: Version


class TransferRowAnswer(TransferHeadAnswer):
    """A transfer as lists have it."""

    from_storage_name: Annotated[str | None, Meaning("What that storage is called now.", "Back room")]
    to_storage_name: Annotated[str | None, Meaning("What that storage is called now.", "Harbour")]
    is_overdue: Annotated[bool, Meaning("Whether it was expected by now, and has not arrived in full.")]
    lines_total: Annotated[Count, Meaning("How many lines it has.", 3)]
    created_at: CreatedAt


class TransferLineAnswer(Answer):
    """A line of a transfer. Quantities are in the product's unit, but the entered one."""

    id: Annotated[Id, Meaning("By which arrivals name it as `line_id`.")]
    variant_id: Annotated[Id, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")]
    sku: Annotated[str, Meaning("Its stock-keeping unit when the transfer was planned.", "BEANS-250")]
    name: Annotated[str, Meaning("What its product was called then.", "Espresso beans")]
    variant_name: Annotated[str, Meaning("What the variant was called then.", "250 g")]
    quantity: Annotated[Quantity, Meaning("How much was entered.")]
    unit_id: Annotated[Id | None, Meaning("The unit of that; null is the product's own.")]
    base_quantity: Annotated[Quantity, Meaning("The same in the product's unit.")]
    requested: Annotated[Quantity, Meaning("How much was to be sent.")]
    shipped: Annotated[Quantity, Meaning("How much was sent.")]
    received: Annotated[Quantity, Meaning("How much arrived.")]
    damaged: Annotated[Quantity, Meaning("How much arrived damaged, and was not taken in.", "0")]
    lost: Annotated[Quantity, Meaning("How much was lost on the way.", "0")]
    returned: Annotated[Quantity, Meaning("How much went back.", "0")]
    in_transit: Annotated[Quantity, Meaning("How much is still on the way.", "0")]
    value: Annotated[Money, Cost("What was sent was worth.", 714)]
    in_transit_value: Annotated[Money, Cost("What is still on the way is worth.", 286)]


class ArrivedLineAnswer(Answer):
    """What became of a part of a line; quantities are in the product's unit."""

    line_id: Annotated[Id, Meaning("Which line of the transfer has come.")]
    variant_id: Annotated[Id, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")]
    received: Annotated[Quantity, Meaning(f"How much arrived, {_OWN}.")]
    damaged: Annotated[Quantity, Meaning(f"How much arrived damaged, {_OWN}; it was not taken in.", "0")]
    lost: Annotated[Quantity, Meaning(f"How much was lost on the way, {_OWN}.", "0")]
    returned: Annotated[Quantity, Meaning(f"How much went back, {_OWN}.", "0")]
    received_value: Annotated[Money, Cost("What arrived was worth.", 428)]
    damaged_value: Annotated[Money, Cost("What was damaged was worth.", 143)]
    lost_value: Annotated[Money, Cost("What was lost was worth.", 143)]
    returned_value: Annotated[Money, Cost("What went back was worth.", 0)]
    note: Annotated[str | None, Meaning("Free text; nothing depends on it.")]


class TransferReceiptAnswer(Answer):
    """What became of a part of the goods, when it was received."""

    id: Annotated[Id, Meaning("Its id; on receiving you may choose it yourself.")]
    occurred_at: Annotated[Moment, Meaning("When it happened.")]
    business_date: Annotated[Day, Meaning("The day that it counts for.")]
    lines: Annotated[list[ArrivedLineAnswer], Meaning("What came with this delivery.")]


class CancellationAnswer(Answer):
    """The end of a transfer."""

    reason: Annotated[str, Meaning("Why it was cancelled.", "Wrong store")]
    occurred_at: Annotated[Moment, Meaning("When it happened.")]
    business_date: Annotated[Day, Meaning("The day that it counts for.")]
    lines: Annotated[list[ArrivedLineAnswer], Meaning("What went back of what was on the way.")]


class TransferAnswer(TransferHeadAnswer):
    """A transfer as it stands."""

    occurred_at: Annotated[Moment, Meaning("When it was planned.")]
    recorded_at: CreatedAt
    lines: Annotated[list[TransferLineAnswer], Meaning("In the order in which they were entered.")]
    receipts: Annotated[list[TransferReceiptAnswer], Meaning("What was received, oldest first.")]
    cancellation: Annotated[CancellationAnswer | None, Meaning("Its end, if it was cancelled.")]


class NamedTransferAnswer(TransferAnswer):
    """A transfer as it is shown, with the names of its storages."""

    from_storage_name: Annotated[str | None, Meaning("What the source is called now.", "Back room")]
    to_storage_name: Annotated[str | None, Meaning("What the destination is called now.", "Harbour")]
