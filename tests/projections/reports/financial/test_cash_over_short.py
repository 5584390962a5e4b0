"""Cash over and short says of every drawer what its facts come to, at any position."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from domain.orders import Order
from domain.shifts import Shift
from domain.unlinked_returns import UnlinkedReturn
from projections.base import Row
from projections.reports.period import Period
from projections.reports.sections.financial.cash_over_short import CASH_OVER_SHORT
from projections.reports.sections.financial.drawer_figures import FIGURES
from tests.projections.reports.financial.books import EVERYTHING, Books
from tests.projections.reports.financial.trade import FIRST, REGISTERS, STORES, Recorded, Trade

NAMES = tuple(column.name for column in FIGURES)


@dataclass
class Drawer:
    """A drawer as a person with a pencil keeps it, sale by sale."""

    opened: Any
    #: What the register's last shift left in it, if there was one.
    left: int | None = None
    sums: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    counted: int | None = None
    blind: bool = False
    closed: Any = None

    def pay(self, payments: Iterable[Any], sign: int) -> None:
        for one in payments:
            if one.method == "cash":
                self.sums["cash_tips"] += sign * one.tip
                self.sums["cash_sales" if sign > 0 else "cash_refunds"] += one.amount

    def unpay(self, payments: Iterable[Any]) -> None:
        for one in payments:
            if one.method == "cash":
                self.sums["cash_tips"] -= one.tip
                self.sums["cash_sales"] -= one.amount

    def move(self, event: Any) -> None:
        if event.at_close:
            return
        name = {
            Shift.CashPaidIn: "paid_in",
            Shift.CashPaidOut: "tips_out" if event.reason == "tip_payout" else "paid_out",
            Shift.CashDropped: "drops",
            Shift.DrawerOpened: "no_sales",
        }[type(event)]
        self.sums[name] += 1 if name == "no_sales" else event.amount

    def row(self) -> dict[str, int]:
        sums, assets = self.sums, self.opened.opening_float
        expected = assets + sums["cash_sales"] + sums["cash_tips"] - sums["cash_refunds"] + sums["paid_in"]
        expected -= sums["paid_out"] + sums["tips_out"] + sums["drops"]
        assert self.counted is not None
        over_short = self.counted - expected
        return {
            **{name: sums[name] for name in NAMES},
            "shifts": 1,
            "opening_float": assets,
            "float_difference": 0 if self.left is None else assets - self.left,
            "expected": expected,
            "counted": self.counted,
            "over_short": over_short,
            "over": max(over_short, 0),
            "short": max(-over_short, 0),
            "blind": int(self.blind),
        }


def drawers(trade: Trade, upto: int = EVERYTHING) -> dict[UUID, Drawer]:
    """Every drawer that was counted by a position."""
    kept: dict[UUID, Drawer] = {}
    left: dict[UUID, int] = {}
    for recorded in trade.of(Shift.Opened, Shift.Closed, upto=upto):
        if isinstance(recorded.event, Shift.Opened):
            register_id = recorded.event.register_id
            kept[recorded.stream_id] = Drawer(recorded.event, left.get(register_id))
        else:
            left[kept[recorded.stream_id].opened.register_id] = recorded.event.closing_float
    for drawer, event, stream_id in _facts(trade, kept, upto):
        _keep(drawer, event, stream_id)
    return {one: drawer for one, drawer in kept.items() if drawer.closed}


def _facts(trade: Trade, kept: dict[UUID, Drawer], upto: int) -> Iterator[tuple[Drawer, Any, UUID]]:
    for _, stream_id, event in trade.of(
        Order.Sold, Order.Refunded, Order.Voided, UnlinkedReturn.Taken, Shift.CashMoved, upto=upto
    ):
        shift_id = getattr(event, "shift_id", stream_id)
        if shift_id:
            yield kept[shift_id], event, stream_id
    for recorded in trade.of(Shift.Closed, Shift.Recounted, upto=upto):
        yield kept[recorded.stream_id], recorded.event, recorded.stream_id


def _keep(drawer: Drawer, event: Any, _: UUID) -> None:
    if isinstance(event, Order.Sold):
        drawer.pay(event.payments, 1)
    elif isinstance(event, Order.Voided):
        drawer.unpay(event.payments)
    elif isinstance(event, Shift.CashMoved):
        drawer.move(event)
    elif isinstance(event, Shift.Closed | Shift.Recounted):
        drawer.counted = event.counted_cash
        drawer.closed = drawer.closed or event
        drawer.blind = drawer.blind or getattr(event, "is_blind", False)
    else:
        drawer.pay(event.payments, -1)


def figures(row: Row) -> dict[str, int]:
    return {name: row[name] for name in NAMES}


def sums_of(some: Iterable[Drawer]) -> dict[str, int]:
    sums: dict[str, int] = dict.fromkeys(NAMES, 0)
    for drawer in some:
        for name, value in drawer.row().items():
            sums[name] += value
    return sums


def test_a_row_has_what_came_and_went_and_what_was_counted(books: Books, trade: Trade) -> None:
    table = books.report(CASH_OVER_SHORT)
    kept = drawers(trade)
    assert {row["shift_id"]: figures(row) for row in table.rows} == {
        one: drawer.row() for one, drawer in kept.items()
    }
    assert {name: table.overall[name] for name in NAMES} == sums_of(kept.values())
    assert table.count == len(kept) > 5
    assert any(drawer.blind for drawer in kept.values())
    assert table.overall["over"] > 0 < table.overall["short"]
    differences = {row["float_difference"] for row in table.rows}
    assert min(differences) < 0 < max(differences)


def test_it_says_who_counted_what_when_and_why_it_was_off(books: Books, trade: Trade) -> None:
    kept = drawers(trade)
    for row in books.report(CASH_OVER_SHORT).rows:
        drawer = kept[row["shift_id"]]
        assert (row["opened_at"], row["closed_at"]) == (drawer.opened.occurred_at, drawer.closed.occurred_at)
        assert (row["cashier_id"], row["closed_by_id"]) == (
            drawer.opened.cashier_id,
            drawer.closed.cashier_id,
        )
        assert row["business_date"] == drawer.opened.business_date
        name = next(name for name, one in STORES.items() if one == row["store_id"])
        assert (row["store"], row["register_id"]) == (name, REGISTERS[name])
        assert row["reason"] == 'A "coin" \\ is missing'


@pytest.mark.parametrize(
    ("group", "key"),
    [("register", "register_id"), ("cashier", "cashier_id"), ("day", "business_date")],
)
def test_groups_add_up_what_was_over_and_short_apart(
    books: Books, trade: Trade, group: str, key: str
) -> None:
    by_key: dict[Any, list[Drawer]] = defaultdict(list)
    for drawer in drawers(trade).values():
        by_key[getattr(drawer.opened, key)].append(drawer)
    table = books.report(CASH_OVER_SHORT, group=group)
    assert {row[key]: figures(row) for row in table.rows} == {
        value: sums_of(some) for value, some in by_key.items()
    }
    assert table.overall == books.report(CASH_OVER_SHORT).overall


def test_at_any_position_it_says_what_was_known_then(books: Books, trade: Trade) -> None:
    for position in trade.positions(8):
        table = books.report(CASH_OVER_SHORT, position=position)
        assert {row["shift_id"]: figures(row) for row in table.rows} == {
            one: drawer.row() for one, drawer in drawers(trade, position).items()
        }


def test_it_is_about_the_period_the_stores_and_the_registers_that_are_asked_for(
    books: Books, trade: Trade
) -> None:
    kept = drawers(trade)
    harbour = STORES["harbour"]
    asked: list[tuple[dict[str, Any], Any]] = [
        ({"stores": (harbour,)}, lambda opened: opened.store_id == harbour),
        ({"stores": ()}, lambda _: False),
        (
            {"filters": {"register": REGISTERS["market"]}},
            lambda opened: opened.register_id == REGISTERS["market"],
        ),
        ({"filters": {"cashier": harbour}}, lambda _: False),
        ({"period": Period(FIRST, FIRST)}, lambda opened: opened.business_date == FIRST),
    ]
    for fields, is_asked in asked:
        table = books.report(CASH_OVER_SHORT, **fields)
        some = [drawer for drawer in kept.values() if is_asked(drawer.opened)]
        assert {name: table.overall[name] for name in NAMES} == sums_of(some)
        assert table.count == len(some)


def test_pages_are_cut_where_the_rows_are_sorted(books: Books) -> None:
    every = books.report(CASH_OVER_SHORT, sort="-over_short").rows
    values = [row["over_short"] for row in every]
    assert values == sorted(values, reverse=True)
    page = books.report(CASH_OVER_SHORT, sort="-over_short", limit=2, page=2)
    assert [row["shift_id"] for row in page.rows] == [row["shift_id"] for row in every[2:4]]
    assert page.overall["counted"] == page.totals["counted"] + page.others["counted"]
    beyond = books.report(CASH_OVER_SHORT, limit=50, page=9)
    assert (beyond.rows, beyond.count, beyond.overall) == ([], page.count, page.overall)


def test_a_shift_without_its_close_is_not_counted(books: Books, trade: Trade) -> None:
    first = next(trade.of(Shift.Closed))
    assert isinstance(first, Recorded)
    assert books.report(CASH_OVER_SHORT, position=first.position - 1).count == 0
    assert books.report(CASH_OVER_SHORT, position=first.position).count == 1
