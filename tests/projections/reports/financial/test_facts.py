"""Facts of drawers and accounts say what the log says, however it was folded."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, LiteralString
from uuid import UUID

import pytest

from domain.accounts.entries import AccountEntry
from domain.shifts import Shift
from projections.base import Projection, Row
from projections.reports.accounts import ReportAccounts
from projections.reports.drawers import ReportDrawers
from tests.projections.reports.financial.books import Books
from tests.projections.reports.financial.trade import Trade

ROWS: Mapping[type[Projection], LiteralString] = {
    ReportDrawers: "SELECT * FROM drawer_facts WHERE company_id = %(company_id)s ORDER BY position",
    ReportAccounts: "SELECT * FROM account_facts WHERE company_id = %(company_id)s ORDER BY position, lot_id",
}
FORGET: Mapping[type[Projection], LiteralString] = {
    ReportDrawers: "DELETE FROM drawer_facts WHERE company_id = %(company_id)s",
    ReportAccounts: "DELETE FROM account_facts WHERE company_id = %(company_id)s",
}


def rows(books: Books, model: type[Projection]) -> list[Row]:
    with books.work() as db:
        return db.ask(ROWS[model], {"company_id": books.company_id}).rows()


@pytest.mark.parametrize("model", [ReportDrawers, ReportAccounts])
def test_rows_are_the_same_one_fact_at_a_time(books: Books, model: type[Projection]) -> None:
    before = rows(books, model)
    with books.work() as db:
        db.execute(FORGET[model], {"company_id": books.company_id})
    books.fold(model(), size=1)
    assert before == rows(books, model)
    assert before


def test_a_shift_comes_to_what_its_report_says_until_it_is_counted_again(books: Books, trade: Trade) -> None:
    closes = {one.stream_id: one for one in trade.of(Shift.Closed)}
    assert len(closes) > 5
    for shift_id, close in closes.items():
        known = [
            row
            for row in rows(books, ReportDrawers)
            if row["shift_id"] == shift_id and row["position"] <= close.position
        ]
        cash = close.event.report.cash
        assert {name: total(known, name) for name in known[0] if name in FIGURES} == {
            "opening_float": cash.opening_float,
            "cash_sales": cash.sales,
            "cash_tips": cash.tips,
            "cash_refunds": cash.refunds,
            "paid_in": sum(one.total for one in cash.paid_in),
            "paid_out": sum(one.total for one in cash.paid_out if one.reason != "tip_payout"),
            "tips_out": sum(one.total for one in cash.paid_out if one.reason == "tip_payout"),
            "drops": cash.drops,
            "expected": cash.expected,
            "counted": cash.counted,
        }


#: What a report of a shift says too.
FIGURES = (
    "opening_float",
    "cash_sales",
    "cash_tips",
    "cash_refunds",
    "paid_in",
    "paid_out",
    "tips_out",
    "drops",
    "expected",
    "counted",
)


def total(known: list[Row], name: str) -> int:
    return int(sum(row[name] or 0 for row in known))


def test_another_count_is_the_difference_to_the_one_before(books: Books, trade: Trade) -> None:
    last = {one.stream_id: one.event.counted_cash for one in trade.of(Shift.Closed, Shift.Recounted)}
    assert any(True for _ in trade.of(Shift.Recounted))
    every = rows(books, ReportDrawers)
    for shift_id, counted in last.items():
        assert total([row for row in every if row["shift_id"] == shift_id], "counted") == counted


def test_accounts_are_the_sums_of_their_entries(books: Books, trade: Trade) -> None:
    sums: Counter[tuple[str, UUID]] = Counter()
    balances: dict[tuple[str, UUID], int] = {}
    for _, _, event in trade.of(AccountEntry.Recorded):
        sums[event.account, event.customer_id] += event.amount
        balances[event.account, event.customer_id] = event.balance
    kept: Counter[tuple[str, UUID]] = Counter()
    for row in rows(books, ReportAccounts):
        kept[row["account"], row["customer_id"]] += row["amount"]
    assert +kept == +sums == +Counter(balances)
    assert len(sums) == 6


def test_what_customers_had_in_common_stays_of_the_day_on_which_they_got_it(
    books: Books,
) -> None:
    moved: dict[str, Any] = {"to": Counter(), "from": Counter()}
    for row in rows(books, ReportAccounts):
        if row["kind"] == "moved":
            way = "to" if row["amount"] > 0 else "from"
            moved[way][row["account"], row["store_id"], row["lot_date"]] += abs(row["amount"])
    assert moved["to"] == moved["from"] != Counter()


def test_a_drawer_is_counted_blind_by_who_must_not_know_what_it_should_hold(
    books: Books, trade: Trade
) -> None:
    blind = {one.position for one in trade.of(Shift.Closed) if one.event.is_blind}
    closes = [row for row in rows(books, ReportDrawers) if row["kind"] == "close"]
    assert {row["position"] for row in closes if row["blind"]} == blind
    assert 0 < len(blind) < len(closes)
