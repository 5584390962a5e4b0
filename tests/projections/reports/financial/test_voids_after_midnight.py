"""A sale that is voided after midnight, in its shift, is taken back on its own day, in every report."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from commands.accounts.adjustments import AdjustCredit
from commands.accounts.payments import PayDues
from commands.orders.baskets import BasketLine
from commands.orders.sales import PlaceSale
from commands.orders.voids import VoidOrder
from commands.shifts.opening import OpenShift
from domain.payments import Tender
from infra.runtime.models import PROJECTIONS
from projections.reports.period import Period
from projections.reports.section import Section
from projections.reports.sections.financial.liabilities import LIABILITIES
from projections.reports.sections.financial.payments import PAYMENTS
from projections.reports.sections.inventory.movements import MOVEMENTS
from projections.reports.sections.inventory.turnover import TURNOVER
from projections.reports.sections.sales_summary.overview import OVERVIEW
from tests.commands.samples import id_of
from tests.projections.reports.financial.books import Books
from tests.projections.reports.financial.test_reconciliation import differences_in
from tests.projections.reports.financial.trade import CUSTOMERS, REGISTERS, Trade, variant_of

#: Half an hour before midnight in Berlin, where the stores are.
LATE = datetime(2026, 6, 16, 21, 30, tzinfo=UTC)
DAY, NEXT_DAY = date(2026, 6, 16), date(2026, 6, 17)
TILL, CUSTOMER = REGISTERS["harbour"], CUSTOMERS[0]
each_day = pytest.mark.parametrize("day", [DAY, NEXT_DAY])


def sale(name: str) -> PlaceSale:
    """Two of what costs 17.99, for 15.00 of credit; the rest is owed."""
    line = BasketLine(variant_id=variant_of(1799), quantity=Decimal(2), id=id_of(f"line of {name}"))
    tenders = (Tender(method="store_credit", amount=1_500), Tender(method="account", amount=2_098))
    return PlaceSale(id=id_of(name), register_id=TILL, lines=(line,), customer_id=CUSTOMER, tenders=tenders)


@pytest.fixture(scope="module", params=[1_000_000, 1], ids=["at once", "event by event"])
def books(database: Any, request: pytest.FixtureRequest) -> Iterator[Books]:
    """Two sales before midnight, of which the first is voided after it, when it was paid in part."""
    trade = Trade()
    shift = OpenShift(id=id_of("night shift"), register_id=TILL, opening_float=0)
    for at, step in (
        (LATE - timedelta(days=1), AdjustCredit(customer_id=CUSTOMER, amount=5_000, reason="Sorry")),
        (LATE, shift),
        (LATE, sale("voided")),
        (LATE, sale("kept")),
        (LATE, PayDues(customer_id=CUSTOMER, amount=3_000, method="cash")),
        (LATE + timedelta(hours=1), VoidOrder(order_id=id_of("voided"), reason="Mistake")),
    ):
        trade.now = at
        done = trade.act(step)
        assert done.refusal is None, (step, done.refusal)
    kept = Books(database, trade)
    kept.fold(*(model for model in PROJECTIONS if model.mode == "async"), size=request.param)
    yield kept
    kept.close()


def overall(books: Books, section: Section, day: date, **asked: Any) -> Any:
    return books.report(section, period=Period(day, day), **asked).overall


@each_day
def test_what_stock_says_of_the_cost_of_goods_is_what_sales_say(books: Books, day: date) -> None:
    cost = overall(books, OVERVIEW, day)["cost_of_goods"]
    assert cost == (2 * 599 if day == DAY else 0)
    assert overall(books, TURNOVER, day)["cost_of_goods"] == cost
    moved = overall(books, MOVEMENTS, day)
    assert moved["sold_value"] == cost
    assert moved["close_value"] == 2 * 1_000 * 599 + 2 * 1_000 * 111 - 2 * 599


@each_day
def test_accounts_change_by_what_was_paid_with_them_and_of_them(books: Books, day: date) -> None:
    """What is taken back of dues that are paid already becomes credit."""
    sold = overall(books, OVERVIEW, day)
    methods = books.report(PAYMENTS, period=Period(day, day)).rows
    by_credit = sum(row["net"] for row in methods if row["method"] == "store_credit")
    owed = overall(books, LIABILITIES, day, filters={"account": "dues"})
    credit = overall(books, LIABILITIES, day, filters={"account": "store_credit"})
    grown = owed["closing"] - owed["opening"] - (credit["closing"] - credit["opening"])
    assert grown == by_credit + sold["dues_created"] - sold["dues_paid"]
    is_sold = day == DAY
    assert (by_credit, sold["dues_created"]) == ((1_500, 2_098) if is_sold else (0, 0))
    assert (owed["refunded_to"], credit["refunded_to"]) == ((-1_196, 2_402) if is_sold else (0, 0))


def test_all_reports_agree(books: Books) -> None:
    with books.work() as db:
        assert differences_in(db, len(books.trade.recorded)) == []
