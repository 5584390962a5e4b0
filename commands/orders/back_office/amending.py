"""Amending an open order: its lines whole, what is promised by the difference, and whom it is for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from commands.accounts.tenders import uses_accounts
from commands.orders.back_office.accounts import check_limit, check_on_account
from commands.orders.back_office.amended_lines import AmendedLine, Amendment, amended_lines
from commands.orders.back_office.occasions import OrderWork, context_of, load_order, occasion_at
from commands.orders.back_office.reserving import check_end, hold_goods
from commands.ports import check_version
from domain.orders import InvalidTransition, Order, SaleLine
from domain.orders.back_office import amend, promised_change
from domain.pricing import Discount


@dataclass(frozen=True, kw_only=True)
class AmendOrder:
    """Change an open order. `changes` are of `note`, `customer_id` and `reserve_until`."""

    id: UUID
    changes: Mapping[str, Any]
    #: All lines that it is to have; None: those it has.
    lines: tuple[AmendedLine, ...] | None = None
    discounts: tuple[Discount, ...] | None = None
    reprice: bool = False
    reason: str | None = None
    expected_versions: frozenset[int] | None = None


def amend_order(command: AmendOrder, work: OrderWork) -> Order:
    """Change an order; what changes nothing is not recorded.

    What lapsed is promised again if a later end is named. The limit of who owes it is asked again only where
    it comes to more, or is owed by somebody else. Raises Missing, StaleVersion, InvalidTransition,
    Invalid, NotForSale, LineFulfilled, RefundRequired, PriceOverrideNotAllowed, DiscountExceedsValue,
    DiscountNotAllowed, DiscountAboveCeiling, InsufficientStock, CustomerRequired, OnAccountNotAllowed,
    CreditLimitExceeded, StoreClosed and AmountTooLarge.
    """
    order = load_order(command.id, work)
    check_version(order.version, command.expected_versions)
    order.check_open()
    changes = command.changes
    customer_id = changes.get("customer_id", order.terms.customer_id)
    is_for_another = customer_id != order.terms.customer_id
    if is_for_another:
        _check_customer(order, customer_id, work)
    reserve_until = _end_of_promise(order, changes, work.now)
    amendment = _amendment(order, command)
    context = context_of(
        order, work, amendment.variant_ids, customer_id=customer_id if is_for_another else None
    )
    is_same = command.lines is None and command.discounts is None and not command.reprice
    terms = order.terms
    lines = terms.lines if is_same else amended_lines(amendment, context, work)
    reserves = not order.has_lapsed or "reserve_until" in changes
    promised = promised_change(order, lines, reserves=reserves)
    more = {change.variant_id: change.quantity for change in promised if change.quantity > 0}
    hold_goods(lines, more, terms.storage_id, context, work)
    discounts = terms.discounts if command.discounts is None else command.discounts
    note = changes.get("note", terms.note)
    if is_for_another and terms.customer_id:
        lines, discounts, note = _words_for_another(lines, discounts, command)
    payable = order.figures.payable
    agreed = (terms.lines, terms.discounts, terms.customer_id, terms.note, order.reserve_until)
    if (lines, discounts, customer_id, note, reserve_until) == agreed and not promised:
        return order
    amend(
        order,
        occasion_at(work.now, context, work),
        lines=lines,
        discounts=discounts,
        customer_id=customer_id,
        note=note,
        reserve_until=reserve_until,
        reserves=reserves,
        reason=command.reason,
    )
    if is_for_another or order.figures.payable > payable:
        check_limit(order, None, work)
    work.save(order)
    return order


def _words_for_another(
    lines: tuple[SaleLine, ...], discounts: tuple[Discount, ...], command: AmendOrder
) -> tuple[tuple[SaleLine, ...], tuple[Discount, ...], str | None]:
    """What is said of the order from now on: only what this amendment says.

    What was said before may be about the customer before, who can ask to be forgotten; it stays in the events
    that are sealed with that customer's key.
    """
    said = command.lines or [None] * len(lines)
    return (
        tuple(_line_for_another(line, one) for line, one in zip(lines, said, strict=True)),
        _without_reasons(discounts) if command.discounts is None else discounts,
        command.changes.get("note"),
    )


def _line_for_another(line: SaleLine, said: AmendedLine | None) -> SaleLine:
    keeps_reasons, keeps_note = said and said.discounts is not None, said and said.says_note
    discounts = line.discounts if keeps_reasons else _without_reasons(line.discounts)
    return replace(line, discounts=discounts, note=line.note if keeps_note else None)


def _without_reasons(discounts: tuple[Discount, ...]) -> tuple[Discount, ...]:
    return tuple(replace(discount, reason=None) for discount in discounts)


def _amendment(order: Order, command: AmendOrder) -> Amendment:
    lines = command.lines
    if lines is None:
        lines = tuple(AmendedLine(id=line.id, quantity=line.quantity) for line in order.terms.lines)
    return Amendment(order=order, lines=lines, discounts=command.discounts, reprice=command.reprice)


def _check_customer(order: Order, customer_id: UUID | None, work: OrderWork) -> None:
    """Raise InvalidTransition once their account has paid or owes for it, CustomerRequired, or NotAllowed."""
    if order.charged or uses_accounts(payment.method for payment in order.paid.payments):
        raise InvalidTransition("It was paid from the customer's account, or is owed there.")
    if order.on_account:
        check_on_account(customer_id, work)


def _end_of_promise(order: Order, changes: Mapping[str, Any], now: datetime) -> datetime | None:
    """Until when its goods are promised. Raises Invalid for a moment that is over."""
    if "reserve_until" not in changes or changes["reserve_until"] == order.reserve_until:
        return order.reserve_until
    until: datetime | None = changes["reserve_until"]
    check_end(until, now)
    return until
