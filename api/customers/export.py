"""Everything that is kept of a customer, for whoever asks what that is."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from falcon import Request, Response

from api.answers.hiding import hide
from api.customers.export_answers import (
    ExportAnswer,
    ExportedPaymentAnswer,
    FactAnswer,
    LedgerEntryAnswer,
)
from api.customers.presenter import show_customer
from api.customers.single import find_customer
from api.operations import operation
from api.orders.answers import OrderAnswer, UnreadableOrderAnswer
from api.orders.held_sales.presenter import show_held_sale
from api.orders.rows import show_each, show_rows
from api.orders.settled import read_orders
from api.orders.unlinked_returns import UnlinkedReturnAnswer, show_return
from api.resource import Resource
from api.services import Reading
from domain.accounts.entries import DUE, STORE_CREDIT
from domain.held_sales import HeldSale
from domain.unlinked_returns import UnlinkedReturn
from projections.audit import difference
from projections.base import Row
from projections.customer_aliases import ask_aliases
from projections.customer_history import Findings
from projections.customer_totals import CustomerTotals


class CustomerExport(Resource):
    """All that is kept of a customer."""

    @operation(
        "customers.export",
        "Export a customer",
        description="Everything that is kept of them and of whom they absorbed: each field with its history, "
        "orders and payments, and what the ledgers say. It is never cached. What was erased is not in it.",
        answer=ExportAnswer,
        projections=(CustomerTotals,),
    )
    def on_get(self, req: Request, resp: Response, customer_id: UUID) -> None:
        """All of it."""
        store_ids = req.context.caller.store_ids
        export = self.ask(req, resp, lambda reading: _export(reading, customer_id, store_ids))
        resp.set_header("Cache-Control", "no-store")
        self.answer(req, resp, export)


def _export(reading: Reading, customer_id: UUID, store_ids: tuple[UUID, ...]) -> ExportAnswer:
    aliases = ask_aliases(reading.db, customer_id)
    known = find_customer(reading, customer_id, store_ids)
    customer_ids = [customer_id, *(row["alias_id"] for row in aliases.rows())]
    findings = Findings(reading.db, customer_ids, store_ids)
    orders = show_rows(read_orders(reading, findings.order_ids()), "admin")
    returns = show_each(reading.streams(UnlinkedReturn, findings.return_ids()), show_return)
    entries = findings.entries.rows()
    export = ExportAnswer(
        customer=show_customer(known),
        customer_ids=customer_ids,
        history=list(_history(reading, findings.facts())),
        orders=orders,
        returns=returns,
        held_sales=show_each(reading.streams(HeldSale, findings.held_ids()), show_held_sale),
        payments=sorted([*_payments(orders), *_given_back(returns), *_dues(entries)], key=lambda one: one.at),
        store_credit=[_entry(row) for row in entries if row["account"] == STORE_CREDIT],
        account=[_entry(row) for row in entries if row["account"] == DUE],
    )
    # A person gets to know what they paid, not what it cost the shop.
    hide(ExportAnswer, export, frozenset())
    return export


def _history(reading: Reading, facts: Sequence[Row]) -> Iterator[FactAnswer]:
    versions: dict[UUID, set[int]] = {}
    for fact in facts:
        versions.setdefault(fact["stream_id"], set()).add(fact["stream_version"])
    states = reading.states(versions)
    for fact in facts:
        stream_id, version = fact["stream_id"], fact["stream_version"]
        yield FactAnswer(
            at=fact["at"],
            by=fact["actor_id"],
            customer_id=stream_id,
            event=fact["type"],
            changes=_changes(states.get((stream_id, version - 1), {}), states[stream_id, version]),
        )


def _changes(before: Any, after: Any) -> dict[str, Any] | None:
    if isinstance(before, dict) and isinstance(after, dict):
        return difference(before, after)[1]
    return None


def _payments(orders: Sequence[OrderAnswer | UnreadableOrderAnswer]) -> Iterator[ExportedPaymentAnswer]:
    for order in (one for one in orders if isinstance(one, OrderAnswer)):
        for payment in order.payments:
            yield _payment(order.occurred_at, order, payment, payment.amount + payment.tip)
        for refund in order.refunds:
            for back in refund.payments:
                yield _payment(refund.occurred_at, order, back, -back.amount, refund_id=refund.id)


def _given_back(returns: Iterable[Any]) -> Iterator[ExportedPaymentAnswer]:
    for one in (one for one in returns if isinstance(one, UnlinkedReturnAnswer)):
        for back in one.payments:
            yield _payment(one.occurred_at, None, back, -back.amount, refund_id=one.id)


def _payment(
    at: Any, order: OrderAnswer | None, payment: Any, amount: int, refund_id: UUID | None = None
) -> ExportedPaymentAnswer:
    return ExportedPaymentAnswer(
        at=at,
        order_id=order.id if order else None,
        refund_id=refund_id,
        method=payment.method,
        amount=amount,
        reference=payment.reference,
    )


def _dues(entries: Sequence[Row]) -> Iterator[ExportedPaymentAnswer]:
    for row in entries:
        if row["method"]:
            yield ExportedPaymentAnswer(
                at=row["occurred_at"],
                order_id=row["order_id"],
                refund_id=None,
                method=row["method"],
                amount=-row["amount"],
                reference=row["reference"],
            )


def _entry(row: Row) -> LedgerEntryAnswer:
    return LedgerEntryAnswer.of({**row, "at": row["occurred_at"], "type": row["kind"]})
