"""Liabilities are the sums of the entries of accounts, and of what was paid for goods before they came."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

import pytest

from domain.accounts import Account, StoreCredit
from domain.accounts.entries import AccountEntry
from domain.orders import Order
from projections.reports.period import Period
from projections.reports.sections.financial.liabilities import LIABILITIES
from projections.reports.table import Table
from tests.projections.reports.financial.books import EVER, EVERYTHING, Books
from tests.projections.reports.financial.trade import CUSTOMERS, FIRST, STORES, Trade

NAMES = (
    "opening",
    "issued_sold",
    "issued_free",
    "refunded_to",
    "redeemed",
    "cashed_out",
    "expired",
    "adjusted",
    "closing",
    "stale",
)
BALANCES: LiteralString = """
    SELECT account, sum(balance) AS balance FROM account_balances
     WHERE company_id = %(company_id)s GROUP BY account
"""


class Entry(NamedTuple):
    """What changed of an account, and how it is called in the report; what takes off it is below zero."""

    account: str
    name: str
    day: date
    holder_id: UUID
    store_id: UUID | None
    amount: int


def entries(trade: Trade, upto: int = EVERYTHING) -> list[Entry]:
    """What every entry brings, and takes of what others brought, which says whose store it is of."""
    kept: list[Entry] = []
    stores: dict[UUID, UUID | None] = {}
    for _, stream_id, event in trade.of(AccountEntry.Recorded, upto=upto):
        account = "dues" if isinstance(event, Account.Entered) else "store_credit"
        stores[stream_id] = event.store_id
        parts = [(one.lot_id, -one.amount) for one in event.allocations] or [(stream_id, event.amount)]
        for lot_id, amount in parts:
            name = name_of(event)
            kept.append(Entry(account, name, event.business_date, event.customer_id, stores[lot_id], amount))
    for _, stream_id, event in trade.of(Order.Paid, Order.Fulfilled, Order.Cancelled, upto=upto):
        if amount := deposit_of(event):
            name = {Order.Paid: "issued_sold", Order.Fulfilled: "redeemed"}.get(type(event), "cashed_out")
            kept.append(Entry("deposits", name, event.business_date, stream_id, event.store_id, amount))
    return kept


def name_of(event: Any) -> str:
    if isinstance(event, StoreCredit.Issued):
        return "refunded_to" if event.order_id or event.refund_id else "issued_sold"
    if isinstance(event, StoreCredit.Adjusted):
        return "issued_free" if event.amount > 0 else "adjusted"
    names: dict[type, str] = {
        StoreCredit.Returned: "refunded_to",
        StoreCredit.Spent: "redeemed",
        StoreCredit.Expired: "expired",
        StoreCredit.Moved: "adjusted",
        Account.Charged: "issued_sold",
        Account.Settled: "redeemed",
        Account.Credited: "refunded_to",
        Account.WrittenOff: "expired",
        Account.Moved: "adjusted",
    }
    return names[type(event)]


def deposit_of(event: Any) -> int:
    if isinstance(event, Order.Paid):
        return int(event.paid_total - event.tip_total - event.rounding)
    if isinstance(event, Order.Fulfilled):
        return int(event.charged - sum(line.total for line in event.lines))
    return -sum(int(one.exact) for one in event.payments)


def figures(some: Iterable[Entry], period: Period = EVER) -> dict[str, int]:
    kept = [one for one in some if one.day <= period.to_date]
    sums: Counter[str] = Counter()
    last: dict[Any, date] = {}
    balances: Counter[Any] = Counter()
    for one in kept:
        sign = -1 if one.name in {"redeemed", "cashed_out", "expired"} else 1
        sums["opening" if one.day < period.from_date else one.name] += (
            one.amount if one.day < period.from_date else sign * one.amount
        )
        sums["closing"] += one.amount
        holder = (one.account, one.holder_id)
        balances[holder] += one.amount
        last[holder] = max(last.get(holder, one.day), one.day)
    stale = [holder for holder, day in last.items() if day <= period.to_date - timedelta(days=365)]
    sums["stale"] = sum(balances[holder] for holder in stale)
    return {**{name: sums[name] for name in NAMES}, "count": sum(1 for one in balances.values() if one)}


def overall(table: Table) -> dict[str, int]:
    return {name: table.overall[name] for name in (*NAMES, "count")}


def owed(some: Iterable[Entry]) -> list[Entry]:
    return [one for one in some if one.account != "dues"]


def grouped(some: Iterable[Entry], key: Callable[[Entry], Any]) -> dict[Any, list[Entry]]:
    groups: dict[Any, list[Entry]] = defaultdict(list)
    for one in some:
        groups[key(one)].append(one)
    return groups


def test_each_account_has_what_came_to_it_and_left_it(books: Books, trade: Trade) -> None:
    table = books.report(LIABILITIES)
    by_account = grouped(owed(entries(trade)), lambda one: one.account)
    assert {row["account"]: {name: row[name] for name in (*NAMES, "count")} for row in table.rows} == {
        account: figures(some) for account, some in by_account.items()
    }
    assert by_account.keys() == {"store_credit", "deposits"}
    assert overall(table) == figures(owed(entries(trade)))
    happened = {name for name in NAMES if table.overall[name]} | {"stale", "opening"}
    assert happened == set(NAMES)


def test_the_closing_is_what_the_accounts_hold(books: Books) -> None:
    """Property R8."""
    with books.work() as db:
        rows = db.ask(BALANCES, {"company_id": books.company_id}).rows()
    held = {row["account"]: int(row["balance"]) for row in rows}
    told = {
        account: books.report(LIABILITIES, filters={"account": account})
        for account in ("store_credit", "dues")
    }
    assert told["store_credit"].overall["closing"] == held["store_credit"] > 0
    assert told["dues"].overall["closing"] == held["due"] > 0


def test_dues_are_told_of_apart(books: Books, trade: Trade) -> None:
    table = books.report(LIABILITIES, filters={"account": "dues"})
    assert [row["account"] for row in table.rows] == ["dues"]
    assert overall(table) == figures(one for one in entries(trade) if one.account == "dues")


def test_a_list_has_what_each_customer_and_order_holds(books: Books, trade: Trade) -> None:
    table = books.report(LIABILITIES, group="holder")
    by_holder = grouped(owed(entries(trade)), lambda one: (one.account, one.holder_id))
    assert {
        (row["account"], row["holder_id"]): {name: row[name] for name in (*NAMES, "count")}
        for row in table.rows
    } == {holder: figures(some) for holder, some in by_holder.items()}
    assert overall(table) == overall(books.report(LIABILITIES))
    assert all(row["holder"] for row in table.rows)
    one = books.report(LIABILITIES, filters={"customer": CUSTOMERS[2]}, group="holder")
    assert {row["holder_id"] for row in one.rows if row["account"] == "store_credit"} == {CUSTOMERS[2]}


def test_what_is_left_is_told_by_the_month_of_its_issue(books: Books) -> None:
    table = books.report(LIABILITIES, group="month")
    assert {row["issued_in"] for row in table.rows} == {FIRST.replace(day=1)}
    assert overall(table) == overall(books.report(LIABILITIES))


@pytest.mark.parametrize("account", ["store_credit", "deposits", "dues"])
def test_at_any_position_it_says_what_was_known_then(books: Books, trade: Trade, account: str) -> None:
    for position in trade.positions(4):
        table = books.report(LIABILITIES, position=position, filters={"account": account})
        known = [one for one in entries(trade, position) if one.account == account]
        assert overall(table) == figures(known)


def test_a_period_opens_with_what_the_days_before_it_left(books: Books, trade: Trade) -> None:
    every = owed(entries(trade))
    days = sorted({one.day for one in every})
    for period in (
        Period(days[2], days[-2]),
        Period(days[-1], days[-1] + timedelta(days=400)),
        Period(days[-1] + timedelta(days=365), days[-1] + timedelta(days=365)),
    ):
        assert overall(books.report(LIABILITIES, period=period)) == figures(every, period)
    late = Period(days[-1] + timedelta(days=365), days[-1] + timedelta(days=365))
    assert figures(every, late)["stale"] == figures(every, late)["closing"]


def test_stores_owe_what_was_brought_to_them(books: Books, trade: Trade) -> None:
    every = entries(trade)
    for store_id in STORES.values():
        table = books.report(LIABILITIES, stores=(store_id,))
        assert overall(table) == figures(one for one in owed(every) if one.store_id == store_id)
