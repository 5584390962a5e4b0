"""What is answered of everything that is kept of a customer."""

from typing import Annotated, Any

from api.answers import Answer, Day, Id, Meaning, Moment, Money, SignedMoney
from api.customers.answers import CustomerAnswer
from api.orders.answers import OrderAnswer, UnreadableOrderAnswer
from api.orders.held_sales.answers import HeldSaleAnswer
from api.orders.unlinked_returns import UnlinkedReturnAnswer


class FactAnswer(Answer):
    """Something that was recorded of a customer."""

    at: Annotated[Moment | None, Meaning("When.")]
    by: Annotated[Id | None, Meaning("By whom; null: by the service itself.")]
    customer_id: Annotated[Id, Meaning("Of whom: the customer, or one they absorbed.")]
    event: Annotated[str, Meaning("What happened.", "customers.Customer.Renamed")]
    changes: Annotated[
        dict[str, Any] | None,
        Meaning("The fields it changed, as they were then; null if that cannot be read.", {"name": "Ada"}),
    ]


class ExportedPaymentAnswer(Answer):
    """A payment of an order or of what was owed, or (negative) what a refund or return gave back."""

    at: Annotated[Moment, Meaning("When.")]
    order_id: Annotated[Id | None, Meaning("The order; null for what was owed, or came back without.")]
    refund_id: Annotated[Id | None, Meaning("The refund or return that gave it back.")]
    method: Annotated[str, Meaning("How.", "card")]
    amount: Annotated[SignedMoney, Meaning("How much.", 869)]
    reference: Annotated[str | None, Meaning("What the terminal, the coupon or the bank called it.")]


class LedgerEntryAnswer(Answer):
    """An entry of an account of a customer."""

    at: Annotated[Moment, Meaning("When it happened.")]
    business_date: Annotated[Day, Meaning("The day it counts for.")]
    customer_id: Annotated[Id, Meaning("Whose it was: the customer's, or of one they absorbed.")]
    type: Annotated[str, Meaning("What happened.", "issued")]
    amount: Annotated[SignedMoney, Meaning("What came, or (negative) went.", 2500)]
    balance: Annotated[Money, Meaning("What that left.", 2500)]
    order_id: Annotated[Id | None, Meaning("The order that caused it, if one did.")]
    refund_id: Annotated[Id | None, Meaning("The refund that caused it, if one did.")]
    ends_on: Annotated[Day | None, Meaning("The last day to spend it, or to pay it in time.")]
    method: Annotated[str | None, Meaning("How it was paid.", "card")]
    reference: Annotated[str | None, Meaning("The reference of the payment.")]
    reason: Annotated[str | None, Meaning("Why.")]


class ExportAnswer(Answer):
    """Everything that is kept of a customer and of whom they absorbed, in the stores that one works in."""

    customer: Annotated[CustomerAnswer, Meaning("Who they are.")]
    customer_ids: Annotated[list[Id], Meaning("The customer and those they absorbed.")]
    history: Annotated[list[FactAnswer], Meaning("What was recorded of them, oldest first.")]
    orders: Annotated[
        list[OrderAnswer | UnreadableOrderAnswer], Meaning("What they bought, oldest first; no costs.")
    ]
    returns: Annotated[
        list[UnlinkedReturnAnswer | UnreadableOrderAnswer],
        Meaning("What they brought back without its order, oldest first; no costs.", []),
    ]
    held_sales: Annotated[
        list[HeldSaleAnswer | UnreadableOrderAnswer],
        Meaning("What was parked for them, whatever became of it, oldest first.", []),
    ]
    payments: Annotated[list[ExportedPaymentAnswer], Meaning("What they paid and got back.")]
    store_credit: Annotated[list[LedgerEntryAnswer], Meaning("The ledger of what is to their credit.")]
    account: Annotated[list[LedgerEntryAnswer], Meaning("The ledger of what they owe.")]
