"""What is answered of purchase orders."""

from typing import Annotated, Literal

from api.answers import (
    Answer,
    Cost,
    Count,
    CreatedAt,
    Currency,
    Email,
    Id,
    Meaning,
    Moment,
    Money,
    OwnId,
    Percent,
    Quantity,
    Sum,
    UpdatedAt,
    Version,
)
from domain.stock.purchase_orders import PurchaseOrderStatus


class PurchaseOrderHeadAnswer(Answer, kw_only=True):
    """A purchase order without its lines."""

    id: OwnId
    number: Annotated[str, Meaning("Its number, counted without a gap.", "PO-000001")]
    status: Annotated[PurchaseOrderStatus, Meaning("Where it stands.")]
    supplier_id: Annotated[Id, Meaning("Who delivers it.")]
    storage_id: Annotated[Id, Meaning("The storage that the goods are for.")]
    currency: Currency
    expected_at: Annotated[Moment | None, Meaning("When the goods are expected.")]
    ordered_at: Annotated[Moment | None, Meaning("When they were ordered.")]
    reference: Annotated[str | None, Meaning("Your own reference.", "SPRING-26")]
    note: Annotated[str | None, Meaning("A note; it stands on the document.")]
    subtotal: Annotated[Sum, Cost("What all lines cost, less discounts, net of recoverable tax.", 11_600)]
    received_total: Annotated[Sum, Cost("What was delivered so far cost.", 5800)]
    created_by: Annotated[Id | None, Meaning("Who planned it.")]
    version: Version
    created_at: CreatedAt
    updated_at: UpdatedAt


class PurchaseOrderRowAnswer(PurchaseOrderHeadAnswer, kw_only=True):
    """A purchase order as lists have it."""

    supplier_name: Annotated[str | None, Meaning("What the supplier is called.", "Hillside Roasters")]
    storage_name: Annotated[str | None, Meaning("What the storage is called.", "Back room")]
    line_count: Annotated[Count, Meaning("How many lines it has.", 3)]
    is_late: Annotated[
        bool, Meaning("Whether it was expected by now, and has not come in full.", example=False)
    ]


class PurchaseLineAnswer(Answer):
    """A line of a purchase order. Quantities are in the supplier's unit, unless they say otherwise."""

    id: Annotated[Id, Meaning("By which arrivals name it as `line_id`.")]
    variant_id: Annotated[Id, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")]
    sku: Annotated[str, Meaning("Its stock-keeping unit when it was planned.", "BEANS-250")]
    name: Annotated[str, Meaning("What its product was called then.", "Espresso beans")]
    variant_name: Annotated[str, Meaning("What the variant was called then.", "250 g")]
    supplier_sku: Annotated[str | None, Meaning("What the supplier calls it.", "HR-0417")]
    quantity: Annotated[Quantity, Meaning("How much is ordered.", "2")]
    unit_id: Annotated[Id | None, Meaning("The supplier's unit; null for the product's own.")]
    factor: Annotated[Quantity, Meaning("How many of the product's units one is.", "24")]
    base_quantity: Annotated[Quantity, Meaning("The quantity in the product's unit.", "48")]
    unit_cost: Annotated[Money, Cost("The price of one, net of recoverable tax.", 5800)]
    discount_percent: Annotated[Percent, Meaning("The discount on it, in percent.", "0")]
    total: Annotated[Money, Cost("What the line costs less the discount.", 11_600)]
    received: Annotated[Quantity, Meaning("What was taken in.", "1")]
    rejected: Annotated[Quantity, Meaning("What was sent away at the door; it is still to come.", "0")]
    open: Annotated[Quantity, Meaning("What is still to come.", "1")]
    expected_at: Annotated[Moment | None, Meaning("When it is expected, if not with the others.")]


class RejectionAnswer(Answer):
    """What of a line was sent away when it was delivered."""

    line_id: Annotated[Id, Meaning("Which line of the order it came for.")]
    rejected: Annotated[Quantity, Meaning("How much, in the supplier's unit.", "1")]
    rejected_reason: Annotated[str | None, Meaning("Why.", "Broken")]


class PurchaseReceiptAnswer(Answer):
    """A delivery that came."""

    movement_id: Annotated[Id, Meaning("The movement by which it was booked.")]
    occurred_at: Annotated[Moment, Meaning("When it came.")]
    total: Annotated[Money, Cost("What it cost.", 5800)]
    rejections: Annotated[list[RejectionAnswer], Meaning("What of it was sent away at the door.", [])]


class PurchaseMailAnswer(Answer):
    """The mail by which the supplier gets the order."""

    address: Annotated[Email, Meaning("Where it goes to.")]
    status: Annotated[
        Literal["waiting", "sent", "failed"],
        Meaning("Whether it waits to be sent, the mail server has taken it, or nobody tries any more."),
    ]
    sent_at: Annotated[Moment | None, Meaning("When the mail server took it.")]


class PurchaseOrderAnswer(PurchaseOrderHeadAnswer, kw_only=True):
    """A purchase order as it stands."""

    occurred_at: Annotated[Moment, Meaning("When it was planned.")]
    recorded_at: Annotated[Moment, Meaning("When that was recorded.")]
    lines: Annotated[list[PurchaseLineAnswer], Meaning("In the order in which they were entered.")]
    receipts: Annotated[list[PurchaseReceiptAnswer], Meaning("The deliveries that came, in their order.")]
    reason: Annotated[str | None, Meaning("Why it was cancelled or closed.", "Out of range")]
    mail: Annotated[PurchaseMailAnswer | None, Meaning("The mail to the supplier, if there is one.")]


class NamedPurchaseOrderAnswer(PurchaseOrderAnswer, kw_only=True):
    """A purchase order as it is shown, with the names of its supplier and its storage."""

    supplier_name: Annotated[str | None, Meaning("What the supplier is called now.", "Hillside Roasters")]
    storage_name: Annotated[str | None, Meaning("What the storage is called now.", "Back room")]
