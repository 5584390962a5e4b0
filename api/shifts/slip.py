"""The report of a shift as a slip of paper. What its reader may not see is not on it."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import UNSET

from api.shifts.report_answers import ReasonAnswer, ShiftReportAnswer
from api.slips import Block, Fact, Rule, Slip, Sum, Table, Text
from domain.catalog.cells import money_text
from domain.money import exponent

_COUNTS = {
    "voids": "Voids",
    "refunds": "Refunds",
    "unlinked_returns": "Returns without sale",
    "exchanges": "Exchanges",
    "price_overrides": "Price overrides",
    "discounts": "Discounts",
    "no_sale": "Drawer openings",
    "reprints": "Reprints",
    "approvals": "Approvals",
}


def slip_of(report: ShiftReportAnswer, copy: int = 0) -> Slip:
    """The slip, or a copy of it; that of a Z is the same to the last byte for ever."""
    name = "X report" if report.z_number is None else f"Z report {report.z_number}"
    return Slip(
        title=name,
        language="en",
        made_at=report.closed_at or datetime.now(UTC),
        blocks=[
            *_head(report, name, copy),
            *_sales(report),
            *_taxes(report),
            *_tenders(report),
            *_cash(report),
            *_rest(report),
        ],
    )


def _head(report: ShiftReportAnswer, name: str, copy: int) -> Iterator[Block]:
    letterhead = report.letterhead
    yield Text(text=letterhead.company, is_strong=True, is_centered=True)
    yield Text(text=letterhead.store, is_centered=True)
    if letterhead.tax_number:
        yield Text(text=f"Tax number {letterhead.tax_number}", is_centered=True)
    yield Text(text=name, is_strong=True, is_large=True, is_centered=True)
    if copy:
        yield Text(text=f"COPY {copy}", is_strong=True, is_centered=True)
    yield Rule()
    yield Fact(label="Register", value=letterhead.register)
    yield Fact(label="Opened", value=_when(report, report.opened_at, letterhead.opened_by))
    if report.closed_at:
        yield Fact(label="Closed", value=_when(report, report.closed_at, letterhead.closed_by))
    yield Fact(label="Business day", value=", ".join(f"{day:%Y-%m-%d}" for day in report.business_dates))
    yield Fact(label="First receipt", value=report.first_receipt or "-")
    yield Fact(label="Last receipt", value=report.last_receipt or "-")


def _when(report: ShiftReportAnswer, moment: datetime, who: str | None) -> str:
    local = moment.astimezone(ZoneInfo(report.letterhead.timezone))
    return f"{local:%Y-%m-%d %H:%M} {who or ''}".strip()


def _sales(report: ShiftReportAnswer) -> Iterator[Block]:
    yield Rule()
    yield Fact(label="Receipts", value=str(report.receipts))
    yield Fact(label="Refunds", value=str(report.refunds))
    yield Fact(label="Items", value=f"{report.items.normalize():f}")
    yield _sum(report, "Gross sales", report.gross_sales)
    yield _sum(report, "Discounts", -report.discounts)
    yield _sum(report, "Returns", -report.returns)
    yield _sum(report, "Net sales", report.net_sales, is_strong=True)
    yield _sum(report, "Tax", report.tax)
    yield _sum(report, "Tips", report.tips)
    yield _sum(report, "Rounding", report.rounding)
    yield _sum(report, "Total collected", report.total_collected, is_strong=True)


def _taxes(report: ShiftReportAnswer) -> Iterator[Block]:
    if not report.taxes:
        return
    yield Rule()
    rows = [
        [
            f"{tax.name} {tax.rate.normalize():f} %",
            _money(report, tax.sales_taxable - tax.returns_taxable),
            _money(report, tax.sales_amount - tax.returns_amount),
        ]
        for tax in report.taxes
    ]
    yield Table(header=["Tax", "Taxable", "Amount"], rows=rows)


def _tenders(report: ShiftReportAnswer) -> Iterator[Block]:
    tenders: Any = report.tenders
    if tenders is UNSET:
        return
    yield Rule()
    for tender in tenders:
        yield _sum(report, tender.method, tender.net)
        if tender.counted is not None:
            yield _sum(report, "counted", tender.counted, is_detail=True)


def _cash(report: ShiftReportAnswer) -> Iterator[Block]:
    cash = report.cash
    yield Rule()
    yield _sum(report, "Opening float", cash.opening_float)
    yield from _known(report, ("Cash sales", cash.sales, 1), ("Cash tips", cash.tips, 1))
    yield from _known(report, ("Cash refunds", cash.refunds, -1))
    yield from _reasons(report, "Paid in", cash.paid_in, 1)
    yield from _reasons(report, "Paid out", cash.paid_out, -1)
    yield _sum(report, "Drops", -cash.drops)
    yield from _known(report, ("Expected", cash.expected, 1), ("Counted", cash.counted, 1))
    yield from _known(report, ("Over or short", cash.over_short, 1))
    yield from _known(report, ("To the safe", cash.dropped_at_close, 1), ("Stays", cash.closing_float, 1))


def _known(report: ShiftReportAnswer, *sums: tuple[str, Any, int]) -> Iterator[Block]:
    """Those that are known, and shown to this reader."""
    return (
        _sum(report, label, sign * amount)
        for label, amount, sign in sums
        if amount is not UNSET and amount is not None
    )


def _reasons(
    report: ShiftReportAnswer, label: str, reasons: Iterable[ReasonAnswer], sign: int
) -> Iterator[Block]:
    return (_sum(report, f"{label}: {one.reason.replace('_', ' ')}", sign * one.total) for one in reasons)


def _rest(report: ShiftReportAnswer) -> Iterator[Block]:
    yield Rule()
    occurrences = ((label, getattr(report.counts, name)) for name, label in _COUNTS.items())
    rows = [[label, str(one.count), _money(report, one.total)] for label, one in occurrences]
    yield Table(header=["", "Count", "Total"], rows=rows)
    yield Rule()
    for cashier in report.cashiers:
        yield _sum(report, f"{cashier.name or '-'} ({cashier.orders})", cashier.net_sales)
    yield Rule()
    yield Fact(label="Parked sales", value=f"{report.held.count} / {_money(report, report.held.value)}")
    yield Fact(label="Late", value=f"{report.late.count} / {_money(report, report.late.total)}")
    yield Fact(label="Offline", value=f"{report.offline.applied} / {report.offline.flagged}")
    yield Fact(label="Since the register began", value="")
    yield _sum(report, "Sales", report.perpetual.sales)
    yield _sum(report, "Returns", report.perpetual.returns)
    yield _sum(report, "Net", report.perpetual.net)
    yield Fact(label="Receipts", value=str(report.perpetual.receipts))
    yield Fact(label="Z reports", value=str(report.perpetual.z_count))


def _sum(report: ShiftReportAnswer, label: str, amount: int, **style: bool) -> Sum:
    return Sum(label=label, value=_money(report, amount), **style)


def _money(report: ShiftReportAnswer, amount: int) -> str:
    sign = "-" if amount < 0 else ""
    return sign + money_text(abs(amount), exponent(report.currency))
