"""The report of a shift as a slip of paper. What its reader may not see is not on it."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import UNSET

from api.receipts.texts import TEXTS
from api.shifts.report_answers import ReasonAnswer, ReportTenderAnswer, ShiftReportAnswer
from api.shifts.texts import REPORT_TEXTS
from api.slips import Block, Fact, Rule, Slip, Sum, Table, Text
from api.slips.languages import Language


def slip_of(report: ShiftReportAnswer, language: Language, copy: int = 0) -> Slip:
    """The slip in a language, or a copy of it; that of a Z is the same to the last byte for ever."""
    printer = _Printer(report, language)
    return Slip(
        title=printer.title,
        language=language.code,
        made_at=report.closed_at or datetime.now(UTC),
        blocks=list(printer.blocks(copy)),
        # An ordinary day has sixty lines, more than fit one below the other.
        in_halves=True,
    )


class _Printer:
    """One report in one language."""

    def __init__(self, report: ShiftReportAnswer, language: Language) -> None:
        self._report = report
        self._language = language
        self._texts = REPORT_TEXTS[language.code]
        #: What receipts call what is on both.
        self._receipt_texts = TEXTS[language.code]

    @property
    def title(self) -> str:
        """Which report it is."""
        number = self._report.z_number
        return self._texts.x_report if number is None else self._texts.z_report.format(number=number)

    def blocks(self, copy: int) -> Iterator[Block]:
        """All of it."""
        yield from self._head(copy)
        for part in (
            self._times(),
            self._sales(),
            self._taxes(),
            self._tenders(),
            self._cash(),
            self._counts(),
            self._cashiers(),
            self._elsewhere(),
            self._perpetual(),
        ):
            if blocks := list(part):
                yield Rule()
                yield from blocks

    def _head(self, copy: int) -> Iterator[Block]:
        letterhead, texts = self._report.letterhead, self._receipt_texts
        yield Text(text=letterhead.company, is_strong=True, is_centered=True)
        yield Text(text=letterhead.store, is_centered=True)
        if letterhead.tax_number:
            yield Text(text=texts.tax_number.format(number=letterhead.tax_number), is_centered=True)
        yield Text(text=self.title, is_strong=True, is_large=True, is_centered=True)
        if copy:
            yield Text(text=texts.copy.format(number=copy), is_strong=True, is_centered=True)

    def _times(self) -> Iterator[Block]:
        report, texts = self._report, self._texts
        letterhead = report.letterhead
        yield Fact(label=self._receipt_texts.register, value=letterhead.register)
        yield Fact(label=texts.opened, value=self._when(report.opened_at, letterhead.opened_by))
        if report.closed_at:
            yield Fact(label=texts.closed, value=self._when(report.closed_at, letterhead.closed_by))
        for day in report.business_dates:
            yield Fact(label=texts.business_day, value=self._language.day(day))
        yield Fact(label=texts.first_receipt, value=report.first_receipt or "-")
        yield Fact(label=texts.last_receipt, value=report.last_receipt or "-")

    def _when(self, moment: datetime, who: str | None) -> str:
        local = moment.astimezone(ZoneInfo(self._report.letterhead.timezone))
        return f"{self._language.moment(local)} {who or ''}".strip()

    def _sales(self) -> Iterator[Block]:
        report, texts = self._report, self._texts
        yield Fact(label=texts.receipts, value=str(report.receipts))
        yield Fact(label=texts.refunds, value=str(report.refunds))
        yield Fact(label=texts.items, value=self._language.number(report.items))
        yield self._sum(texts.gross_sales, report.gross_sales)
        yield self._sum(texts.discounts, -report.discounts)
        yield self._sum(texts.returns, -report.returns)
        yield self._sum(texts.net_sales, report.net_sales, is_strong=True)
        yield from self._known(
            (self._receipt_texts.tax, report.tax, 1),
            (texts.tips, report.tips, 1),
            (self._receipt_texts.rounding, report.rounding, 1),
        )
        yield from self._known((texts.total_collected, report.total_collected, 1), is_strong=True)

    def _taxes(self) -> Iterator[Block]:
        texts = self._receipt_texts
        rows = [
            [
                self._language.tax(tax.name, tax.rate),
                self._money(tax.sales_taxable - tax.returns_taxable),
                self._money(tax.sales_amount - tax.returns_amount),
            ]
            for tax in (() if _is_hidden(self._report.taxes) else self._report.taxes)
        ]
        if rows:
            yield Table(header=[texts.tax, texts.net, self._texts.amount], rows=rows)

    def _tenders(self) -> Iterator[Block]:
        for tender in () if _is_hidden(self._report.tenders) else self._report.tenders:
            yield self._sum(self._method(tender), tender.net)
            if tender.counted is not None:
                yield self._sum(self._texts.tender_counted, tender.counted, is_detail=True)

    def _method(self, tender: ReportTenderAnswer) -> str:
        """The name of a method; its code, if nobody knew it any more when the report was made."""
        return tender.name or self._receipt_texts.methods.get(tender.method, tender.method)

    def _cash(self) -> Iterator[Block]:
        cash, texts = self._report.cash, self._texts
        if _is_hidden(cash):
            return
        yield self._sum(texts.opening_float, cash.opening_float)
        yield from self._known((texts.cash_sales, cash.sales, 1), (texts.cash_tips, cash.tips, 1))
        yield from self._known((texts.cash_refunds, cash.refunds, -1))
        yield from self._reasons(texts.paid_in, cash.paid_in, 1)
        yield from self._reasons(texts.paid_out, cash.paid_out, -1)
        yield self._sum(texts.drops, -cash.drops)
        yield from self._known(
            (texts.expected, cash.expected, 1),
            (texts.counted, cash.counted, 1),
            (texts.over_short, cash.over_short, 1),
        )
        if cash.over_short_reason:
            yield Fact(label=texts.over_short_reason, value=cash.over_short_reason)
        yield from self._known(
            (texts.dropped_at_close, cash.dropped_at_close, 1),
            (texts.closing_float, cash.closing_float, 1),
        )

    def _known(self, *sums: tuple[str, Any, int], is_strong: bool = False) -> Iterator[Block]:
        """Those that are known, and shown to this reader."""
        return (
            self._sum(label, sign * amount, is_strong=is_strong)
            for label, amount, sign in sums
            if not _is_hidden(amount) and amount is not None
        )

    def _reasons(self, label: str, reasons: Iterable[ReasonAnswer], sign: int) -> Iterator[Block]:
        names = self._texts.reasons
        return (
            self._sum(label.format(reason=names.get(one.reason, one.reason)), sign * one.total)
            for one in reasons
        )

    def _counts(self) -> Iterator[Block]:
        texts = self._texts
        counts = ((label, getattr(self._report.counts, name)) for name, label in texts.counts.items())
        rows = [[label, str(one.count), self._money(one.total)] for label, one in counts]
        yield Table(header=["", texts.count, texts.total], rows=rows)

    def _cashiers(self) -> Iterator[Block]:
        for cashier in self._report.cashiers:
            yield self._sum(f"{cashier.name or '-'} ({cashier.orders})", cashier.net_sales)

    def _elsewhere(self) -> Iterator[Block]:
        """What is in no sum: parked, late, or done without a connection and not delivered yet."""
        report, texts = self._report, self._texts
        for label, count, value in (
            (texts.held, report.held.count, report.held.value),
            (texts.late, report.late.count, report.late.total),
        ):
            yield Fact(label=label, value=f"{count} / {self._money(value)}")
        yield Fact(label=texts.offline, value=str(report.offline.applied))
        for label, count in (
            (texts.flagged, report.offline.flagged),
            (texts.missing, report.offline.missing),
            (texts.waiting, report.offline.waiting),
            (texts.rejected, report.offline.rejected),
        ):
            if count:
                yield Fact(label=label, value=str(count))

    def _perpetual(self) -> Iterator[Block]:
        perpetual, texts = self._report.perpetual, self._texts
        if _is_hidden(perpetual):
            return
        yield Text(text=texts.perpetual, is_strong=True)
        yield self._sum(texts.sales, perpetual.sales)
        yield self._sum(texts.returns, perpetual.returns)
        yield self._sum(texts.net, perpetual.net)
        yield Fact(label=texts.receipts, value=str(perpetual.receipts))
        yield Fact(label=texts.z_count, value=str(perpetual.z_count))

    def _sum(self, label: str, amount: int, **style: bool) -> Sum:
        return Sum(label=label, value=self._money(amount), **style)

    def _money(self, amount: int) -> str:
        return self._language.money(amount, self._report.currency)


def _is_hidden(part: object) -> bool:
    """Whether it was left out of the report for this reader."""
    return part is UNSET
