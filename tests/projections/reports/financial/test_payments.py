"""Payments are those of the events, by method, and they bridge from sales to money."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from domain.accounts import Account
from domain.orders import Order
from domain.unlinked_returns import UnlinkedReturn
from projections.base import Row
from projections.reports.sections.financial.payment_figures import FIGURES
from projections.reports.sections.financial.payments import PAYMENTS
from projections.reports.table import Table
from tests.projections.reports.financial.books import EVERYTHING, Books
from tests.projections.reports.financial.trade import REGISTERS, STORES, Trade

PAID, PAID_BACK = (
    (Order.Sold, Order.Voided, Order.Paid),
    (
        Order.Refunded,
        Order.Cancelled,
        UnlinkedReturn.Taken,
    ),
)
NAMES = tuple(
    column.name for column in FIGURES if column.name not in {"share", "dues_paid", "unsettled_dues"}
)


class Part(NamedTuple):
    """A payment that came in (1), was taken back (-1), or went out (0)."""

    event: Any
    payment: Any
    sign: int


def parts(trade: Trade, upto: int = EVERYTHING) -> Iterator[Part]:
    for _, _, event in trade.of(*PAID, upto=upto):
        for payment in event.payments:
            yield Part(event, payment, -1 if isinstance(event, Order.Voided) else 1)
    for _, _, event in trade.of(*PAID_BACK, upto=upto):
        for payment in event.payments:
            yield Part(event, payment, 0)
    for _, _, event in trade.of(Order.Fulfilled, upto=upto):
        if event.charged:
            charged = SimpleNamespace(
                method="account", amount=event.charged, tip=0, tendered=event.charged, change=0
            )
            yield Part(event, charged, 1)


def sums(some: Iterator[Part], key: Callable[[Part], Any]) -> dict[Any, dict[str, int]]:
    kept: dict[Any, Counter[str]] = defaultdict(Counter)
    for part in some:
        _, payment, sign = part
        if sign:
            row = {"payments": 1, "amount": payment.amount, "tips": payment.tip, "change": payment.change}
            row["tendered"], row["net"] = payment.tendered, payment.amount + payment.tip
            kept[key(part)].update({name: sign * value for name, value in row.items()})
        else:
            kept[key(part)].update({"refund_count": 1, "refunds": payment.amount, "tips": -payment.tip})
            kept[key(part)].update({"net": -payment.amount - payment.tip, "tendered": -payment.tip})
    return {one: {name: own[name] for name in NAMES} for one, own in kept.items()}


def told(table: Table, key: Callable[[Row], Any]) -> dict[Any, dict[str, int]]:
    """The rows with payments of sales and orders; where there are none, all of it is zero."""
    rows = {key(row): {name: row[name] for name in NAMES} for row in table.rows}
    return {one: row for one, row in rows.items() if any(row.values())}


def some(kept: dict[Any, dict[str, int]]) -> dict[Any, dict[str, int]]:
    return {one: row for one, row in kept.items() if any(row.values())}


def test_a_method_has_what_was_paid_and_paid_back_with_it(books: Books, trade: Trade) -> None:
    table = books.report(PAYMENTS)
    by_method = sums(parts(trade), lambda part: part.payment.method)
    assert told(table, lambda row: row["method"]) == some(by_method)
    assert {"cash", "card", "store_credit", "account"} <= by_method.keys()
    assert {row["method"]: row["kind"] for row in table.rows} == {
        "cash": "money",
        "card": "money",
        "store_credit": "liability",
        "exchange": "exchange",
        "account": "on_account",
    }
    assert by_method["cash"]["change"] > 0 < by_method["card"]["tips"]


GROUPS: dict[str, tuple[Callable[[Row], Any], Callable[[Part], Any]]] = {
    "store": (
        lambda row: (row["method"], row["store_id"]),
        lambda part: (part.payment.method, part.event.store_id),
    ),
    "register": (
        lambda row: (row["method"], row["store_id"], row["register_id"]),
        lambda part: (
            part.payment.method,
            part.event.store_id,
            getattr(part.event, "register_id", None),
        ),
    ),
    "day": (
        lambda row: (row["method"], row["business_date"]),
        lambda part: (part.payment.method, part.event.business_date),
    ),
}


@pytest.mark.parametrize("group", GROUPS)
def test_it_is_told_by_store_register_and_day(books: Books, trade: Trade, group: str) -> None:
    of_row, of_part = GROUPS[group]
    table = books.report(PAYMENTS, group=group)
    assert told(table, of_row) == some(sums(parts(trade), of_part))
    whole = books.report(PAYMENTS).overall
    names = [*NAMES, "dues_paid"]
    assert {name: table.overall[name] for name in names} == {name: whole[name] for name in names}
    if group != "day":
        names_of = {one: name for name, one in STORES.items()}
        assert all(row["store"] == names_of[row["store_id"]] for row in table.rows)
        assert {row["register_id"] for row in table.rows} <= {None, *REGISTERS.values()}


def test_dues_are_paid_by_a_method_and_what_is_left_is_unsettled(books: Books, trade: Trade) -> None:
    paid: Counter[str] = Counter()
    for _, _, event in trade.of(Account.Settled):
        paid[event.method] -= event.amount
    owed = sum(event.amount for _, _, event in trade.of(Account.Entered))
    for group in ("method", "store"):
        table = books.report(PAYMENTS, group=group)
        by_method: Counter[str] = Counter()
        for row in table.rows:
            by_method[row["method"]] += row["dues_paid"]
        assert +by_method == +paid
        assert sum(paid.values()) > 0
        assert table.overall["unsettled_dues"] == owed > 0


def test_at_any_position_it_says_what_was_known_then(books: Books, trade: Trade) -> None:
    for position in trade.positions(6):
        known = sums(parts(trade, position), lambda part: part.payment.method)
        assert told(books.report(PAYMENTS, position=position), lambda row: row["method"]) == some(known)


def test_money_is_what_was_collected_and_owed_by_and_to_customers(books: Books, trade: Trade) -> None:
    """Property R3: total_collected + deposits + dues_paid - dues_created = payments - refunds."""
    for position in (*trade.positions(4), EVERYTHING):
        table = books.report(PAYMENTS, position=position)
        money = sum(row["net"] + row["dues_paid"] for row in table.rows if row["kind"] != "on_account")
        dues_created = sum(row["net"] for row in table.rows if row["kind"] == "on_account")
        collected, deposits = collected_by(trade, position)
        assert collected + deposits + table.overall["dues_paid"] - dues_created == money


def collected_by(trade: Trade, upto: int) -> tuple[int, int]:
    """What sales came to with tax, tips and rounding; and what was paid for goods not handed over yet."""
    collected = deposits = 0
    for _, _, event in trade.of(Order.Sold, Order.Voided, upto=upto):
        sign = 1 if isinstance(event, Order.Sold) else -1
        totals = event.totals
        collected += sign * (totals.total + totals.tip_total + totals.rounding)
    for _, _, event in trade.of(Order.Refunded, UnlinkedReturn.Taken, upto=upto):
        collected -= event.total + event.rounding + getattr(event, "tip", 0)
    for _, _, event in trade.of(Order.Fulfilled, upto=upto):
        worth = sum(line.total for line in event.lines)
        collected += worth
        deposits -= worth - event.charged
    for _, _, event in trade.of(Order.Paid, upto=upto):
        collected += event.tip_total + event.rounding
        deposits += event.paid_total - event.tip_total - event.rounding
    for _, _, event in trade.of(Order.Cancelled, upto=upto):
        collected -= sum(one.amount - one.exact + one.tip for one in event.payments)
        deposits -= sum(one.exact for one in event.payments)
    return collected, deposits
