"""What the facts of sales are, told once more: event by event, with nothing but sums over lines."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.orders import Order
from domain.unlinked_returns import UnlinkedReturn

Sums = Counter[str]


@dataclass
class PlainFact:
    """A fact with its measures, those of what it has of each item, tax and method, and where it counts."""

    position: int
    day: date
    store_id: UUID
    hour: int
    register_id: UUID | None
    cashier_id: UUID | None
    customer_id: UUID | None
    totals: Sums = field(default_factory=Counter)
    items: dict[Any, Sums] = field(default_factory=dict)
    taxes: dict[Any, Sums] = field(default_factory=dict)
    methods: dict[str, Sums] = field(default_factory=dict)


def plain_facts(events: Iterable[tuple[int, Any]]) -> list[PlainFact]:
    """The facts of events, each with its position."""
    return [fact for position, event in events if (fact := _fact(position, event)) is not None]


def _fact(position: int, event: Any) -> PlainFact | None:
    counts = _COUNTS.get(type(event))
    if counts is None:
        return None
    fact = PlainFact(
        position,
        event.business_date,
        event.store_id,
        event.hour,
        getattr(event, "register_id", None),
        event.cashier_id,
        event.customer_id,
    )
    counts(fact, event)
    return fact


def _count_sale(fact: PlainFact, sale: Any, sign: int = 1) -> None:
    _count_goods(fact, sale, sign)
    fact.totals["orders"] += sign
    for line in sale.lines:
        fact.totals["overrides"] += sign * line.price_overridden
    for paid in sale.payments:
        _count_payment(fact, paid.method, sign, paid)
        fact.totals["tips"] += sign * paid.tip
        # What was paid beyond goods, tax and tips is what cash was rounded by.
        fact.totals["rounding"] += sign * paid.amount
    fact.totals["rounding"] -= sign * sum(line.total for line in sale.lines)


def _count_void(fact: PlainFact, void: Any) -> None:
    _count_sale(fact, void, -1)
    fact.totals["voids"] += 1
    fact.totals["void_value"] += sum(line.net_sales for line in void.lines)


def _count_handover(fact: PlainFact, handover: Any) -> None:
    _count_goods(fact, handover, 1)
    worth = sum(line.total for line in handover.lines)
    fact.totals["orders"] += handover.is_first
    fact.totals["deposits"] += handover.charged - worth
    fact.totals["dues_created"] += handover.charged
    if handover.charged:
        _of(fact.methods, "account").update({"payments": 1, "amount": handover.charged})


def _count_deposit(fact: PlainFact, deposit: Any) -> None:
    for paid in deposit.payments:
        _count_payment(fact, paid.method, 1, paid)
        fact.totals["tips"] += paid.tip
        fact.totals["deposits"] += paid.amount
    fact.totals["rounding"] += deposit.rounding
    fact.totals["deposits"] -= deposit.rounding


def _count_cancellation(fact: PlainFact, cancelled: Any) -> None:
    _count_paid_back(fact, cancelled.payments)
    fact.totals["deposits"] -= sum(paid.exact for paid in cancelled.payments)


def _count_return(fact: PlainFact, refund: Any) -> None:
    fact.totals["refund_count"] += 1
    for line in refund.lines:
        quantity = int(line.quantity * 100_000)
        back = {
            "returned_quantity": quantity,
            "cost_of_goods": -line.cost_total,
            "restocked_quantity": quantity if line.restock else 0,
            "not_restocked_value": line.not_restocked_cost,
        }
        _of(fact.items, _item(line)).update(back)
        fact.totals.update({"returned_items": quantity, "cost_of_goods": -line.cost_total})
    for part in (*refund.lines, *getattr(refund, "goodwill", ())):
        tax = sum(one.amount for one in part.taxes)
        _of(fact.items, _item(part)).update({"returns": part.net_sales, "tax": -tax})
        fact.totals.update({"returns": part.net_sales, "tax": -tax})
        _count_taxes(fact, part, "returned_taxable", "returned_tax", 1)
    _count_paid_back(fact, refund.payments)


def _count_goods(fact: PlainFact, goods: Any, sign: int) -> None:
    lines = goods.lines
    variants = {line.variant_id: line for line in reversed(lines)}
    for at, line in enumerate(lines):
        if variants[line.variant_id] is line:
            before = {one.product_id for one in lines[:at]}
            counts = {"orders": sign, "repeated_orders": sign * (line.product_id in before)}
            _of(fact.items, _item(line)).update(counts)
    for tax in {_tax(one) for line in lines for one in line.taxes or (None,)}:
        _of(fact.taxes, tax)["orders"] += sign * getattr(goods, "is_first", 1)
    for line in lines:
        shared = {
            "gross_sales": sign * line.gross_sales,
            "discounts": sign * (line.gross_sales - line.net_sales),
            "tax": sign * sum(tax.amount for tax in line.taxes),
            "cost_of_goods": sign * line.cost_total,
        }
        quantity = sign * int(line.quantity * 100_000)
        own = {
            "quantity": quantity,
            "below_cost": sign * (line.cost_total > line.net_sales),
            "uncosted": sign * (line.cost_total == 0),
        }
        _of(fact.items, _item(line)).update({**shared, **own})
        fact.totals.update({**shared, "items": quantity})
        _count_taxes(fact, line, "taxable", "tax", sign)


def _count_taxes(fact: PlainFact, part: Any, base: str, amount: str, sign: int) -> None:
    for tax in part.taxes:
        _of(fact.taxes, _tax(tax)).update({base: sign * tax.taxable, amount: sign * tax.amount})
    if not part.taxes:
        _of(fact.taxes, None)[base] += sign * part.net_sales


def _tax(tax: Any) -> Any:
    return tax and (tax.name, tax.rate, tax.inclusive, tax.jurisdiction)


def _count_payment(fact: PlainFact, method: str, sign: int, paid: Any) -> None:
    row = {"payments": 1, "amount": paid.amount, "tips": paid.tip, "change": paid.change}
    _of(fact.methods, method).update({name: sign * value for name, value in row.items()})
    if method == "account":
        fact.totals["dues_created"] += sign * (paid.amount + paid.tip)


def _count_paid_back(fact: PlainFact, payments: Iterable[Any]) -> None:
    for paid in payments:
        _of(fact.methods, paid.method).update({"refund_count": 1, "refunds": paid.amount, "tips": -paid.tip})
        fact.totals["tips"] -= paid.tip
        fact.totals["rounding"] -= paid.amount - paid.exact
        if paid.method == "account":
            fact.totals["dues_created"] -= paid.amount + paid.tip


def _of(rows: dict[Any, Sums], key: Any) -> Sums:
    return rows.setdefault(key, Counter())


def _item(line: Any) -> tuple[UUID | None, ...]:
    return line.variant_id, line.product_id, line.category_id, line.brand_id, line.supplier_id


_COUNTS: dict[type, Any] = {
    Order.Sold: _count_sale,
    Order.Voided: _count_void,
    Order.Refunded: _count_return,
    Order.Fulfilled: _count_handover,
    Order.Paid: _count_deposit,
    Order.Cancelled: _count_cancellation,
    UnlinkedReturn.Taken: _count_return,
}


def summed(facts: Iterable[PlainFact], key: Any, of: Any) -> dict[Any, dict[str, int | Decimal]]:
    """Sums by key, without what is zero."""
    sums: dict[Any, Sums] = {}
    for fact in facts:
        for part, measures in of(fact):
            _of(sums, (*key(fact), *part)).update(measures)
    return {one: {name: value for name, value in own.items() if value} for one, own in sums.items()}
