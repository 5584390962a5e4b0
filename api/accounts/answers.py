"""What is answered of customers' accounts."""

from typing import Annotated, Literal

from api.answers import Answer, CreatedAt, Currency, Day, Id, Meaning, Moment, Money, SignedMoney

CreditType = Literal["issued", "spent", "returned", "expired", "adjusted", "moved"]
StatementType = Literal["charge", "payment", "refund", "credit", "write_off"]


class CreditEntryAnswer(Answer):
    """An entry of a customer's store credit."""

    id: Annotated[Id, Meaning("The entry, as it was recorded.")]
    at: Annotated[Moment, Meaning("When it happened.")]
    type: Annotated[
        CreditType,
        Meaning(
            "What happened: `issued` by a refund or by a payment of more than was owed, `spent` on an order, "
            "`returned` as that was taken back, `expired`, `adjusted` by hand, `moved` by a merge.",
            "adjusted",
        ),
    ]
    amount: Annotated[SignedMoney, Meaning("What came, or (negative) went.", 2500)]
    balance: Annotated[Money, Meaning("What that left.", 2500)]
    order_id: Annotated[Id | None, Meaning("The order that took or gave it, if one did.")]
    order_number: Annotated[str | None, Meaning("What that order's receipt says.", "MAIN-1-000042")]
    refund_id: Annotated[Id | None, Meaning("The refund of that order that gave it, if one did.")]
    reason: Annotated[str | None, Meaning("Why.", "Sorry for the delay")]
    expires_on: Annotated[
        Day | None, Meaning("The last day on which it can be spent; null: any.", "2099-12-31")
    ]
    created_by: Annotated[Id | None, Meaning("Who recorded it; null: the service itself.")]
    recorded_at: CreatedAt


class DuesPaymentAnswer(Answer):
    """What a payment of dues came to, and what it left."""

    settled: Annotated[Money, Meaning("What of it paid dues.", 2500)]
    credited: Annotated[Money, Meaning("What of it became store credit.", 0)]
    due: Annotated[Money, Meaning("What is still owed.", 0)]
    store_credit: Annotated[Money, Meaning("What the customer has to their credit.", 0)]
    allocations: Annotated[list["AllocationAnswer"], Meaning("What of it paid which order.")]


class AllocationAnswer(Answer):
    """What a payment paid of an order."""

    order_id: Annotated[Id | None, Meaning("The order that was paid so; null: what they owed without one.")]
    amount: Annotated[Money, Meaning("What was paid of it.", 2500)]


class StatementEntryAnswer(Answer):
    """An entry of a statement."""

    id: Annotated[Id, Meaning("The order, refund or payment that it is.")]
    at: Annotated[Moment, Meaning("When it happened.")]
    type: Annotated[
        StatementType,
        Meaning("What happened; `credit` is what store credit paid, or what a merge moved away.", "charge"),
    ]
    order_id: Annotated[Id | None, Meaning("The order that made or settled the debt, if one did.")]
    number: Annotated[
        str | None, Meaning("What the order's receipt says, if it is about one.", "MAIN-1-000042")
    ]
    refund_id: Annotated[Id | None, Meaning("The refund that lowered the debt, if one did.")]
    method: Annotated[str | None, Meaning("How it was paid.", "card")]
    reference: Annotated[str | None, Meaning("The reference of the payment.")]
    due_on: Annotated[Day | None, Meaning("Until when it is paid in time.")]
    amount: Annotated[SignedMoney, Meaning("What more is owed, or (negative) less.", 2500)]
    balance: Annotated[SignedMoney, Meaning("What is owed then.", 2500)]


class AgeingAnswer(Answer):
    """What is owed, by how late it is."""

    current: Annotated[Money, Meaning("Not due before the last day of the statement.", 2500)]
    d30: Annotated[Money, Meaning("Due for 1 to 30 days.", 0)]
    d60: Annotated[Money, Meaning("Due for 31 to 60 days.", 0)]
    d90: Annotated[Money, Meaning("Due for 61 to 90 days.", 0)]
    older: Annotated[Money, Meaning("Due for longer.", 0)]


class StatementAnswer(Answer, rename={"from_date": "from", "to_date": "to"}):
    """What a customer owes. Money is in minor currency units."""

    customer_id: Annotated[Id, Meaning("Whose statement it is.")]
    currency: Currency
    from_date: Annotated[Day, Meaning("The first business date.", "2026-03-01")]
    to_date: Annotated[Day, Meaning("The last business date.", "2026-03-31")]
    opening: Annotated[Money, Meaning("What was owed before the first day.", 0)]
    entries: Annotated[list[StatementEntryAnswer], Meaning("What changed it, the oldest first.")]
    closing: Annotated[Money, Meaning("What is owed at the end of the last day.", 2500)]
    ageing: Annotated[AgeingAnswer, Meaning("The same, by how late it is then.")]
