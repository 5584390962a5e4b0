"""A receipt as a slip: what stands on it, from the company's name to the QR code."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from api.receipts.answers import PrintedLineAnswer, PrintedReceiptAnswer
from api.receipts.texts import TEXTS
from api.slips import Block, Code, Fact, Item, Rule, Slip, Sum, Table, Text
from api.slips.languages import Language
from domain.payments import ACCOUNT


def slip_of(receipt: PrintedReceiptAnswer, language: Language, *, opens_drawer: bool = False) -> Slip:
    """The slip in a language. What it prints adds up to what was paid, line by line."""
    printer = _Printer(receipt, language)
    return Slip(
        title=f"{printer.title} {receipt.number}",
        language=language.code,
        made_at=receipt.occurred_at,
        blocks=list(printer.blocks()),
        opens_drawer=opens_drawer,
    )


class _Printer:
    """One receipt in one language."""

    def __init__(self, receipt: PrintedReceiptAnswer, language: Language) -> None:
        self._receipt = receipt
        self._language = language
        self._texts = TEXTS[language.code]

    @property
    def title(self) -> str:
        """What kind of receipt it is."""
        if self._receipt.gift:
            return self._texts.gift_receipt
        titles = {"refund": self._texts.refund, "order": self._texts.order}
        return titles.get(self._receipt.kind, self._texts.receipt)

    def blocks(self) -> Iterator[Block]:
        """All of it."""
        yield from self._head()
        yield Rule()
        yield from self._facts()
        yield Rule()
        for line in self._receipt.lines:
            yield from self._line(line)
        if not self._receipt.gift:
            yield Rule()
            yield from self._sums()
            yield from self._tenders()
            yield from self._taxes()
            yield from self._signature()
        yield from self._foot()

    def _head(self) -> Iterator[Block]:
        company, store = self._receipt.company, self._receipt.store
        yield Text(text=company.name, is_strong=True, is_large=True, is_centered=True)
        if store.name != company.name:
            yield Text(text=store.name, is_strong=True, is_centered=True)
        number = company.tax_number and self._texts.tax_number.format(number=company.tax_number)
        for text in (store.address or company.address, store.phone or company.phone, number):
            if text:
                yield Text(text=text, is_centered=True)
        if store.receipt_header:
            yield Text(text=f"\n{store.receipt_header}", is_centered=True)

    def _facts(self) -> Iterator[Block]:
        receipt, texts = self._receipt, self._texts
        yield Text(text=self.title, is_strong=True, is_large=True, is_centered=True)
        marks = (
            (texts.training, receipt.training),
            (texts.copy.format(number=receipt.copy), receipt.copy),
            (texts.cancelled if receipt.kind == "order" else texts.voided, receipt.voided),
            (texts.offline, receipt.offline),
        )
        for mark, is_given in marks:
            if is_given:
                yield Text(text=mark, is_strong=True, is_centered=True)
        facts = (
            (texts.number, receipt.number),
            (texts.of_sale, receipt.sale_number),
            (texts.date, self._moment(receipt.occurred_at)),
            (texts.register, receipt.register),
            (texts.cashier, receipt.cashier),
            (texts.customer, receipt.customer),
            (texts.due_on, receipt.due_on and self._language.day(receipt.due_on)),
        )
        for label, value in facts:
            if value:
                yield Fact(label=label, value=value)

    def _line(self, line: PrintedLineAnswer) -> Iterator[Block]:
        amount = "" if line.amount is None else self._money(line.amount)
        if line.quantity is None:
            name = self._texts.goodwill.format(name=line.name)
            yield Item(name=name, value=amount, mark=line.tax_letters)
            return
        quantity = "" if line.quantity == 1 else f"{self._language.number(line.quantity)}\u00a0\u00d7\u00a0"
        if line.unit_price is None or not quantity:
            yield Item(name=f"{quantity}{line.name}", value=amount, mark=self._mark(line))
        else:
            detail = f"{quantity}{self._money(line.unit_price)}"
            yield Item(name=line.name, detail=detail, value=amount, mark=self._mark(line))
        if line.list_price is not None:
            price = self._texts.list_price.format(price=self._money(line.list_price))
            yield Sum(label=price, value="", is_detail=True)
        if line.discount:
            percent = line.discount_percent
            rate = "" if percent is None else f" {self._language.percent(percent)}"
            yield Sum(
                label=f"{self._texts.discount}{rate}", value=self._money(-line.discount), is_detail=True
            )
        if line.handed_over is not None:
            done, all_of_it = map(self._language.number, (line.handed_over, line.quantity))
            label = self._texts.handed_over.format(done=done, quantity=all_of_it)
            yield Sum(label=label, value="", is_detail=True)

    def _mark(self, line: PrintedLineAnswer) -> str:
        return "" if self._receipt.gift else line.tax_letters

    def _sums(self) -> Iterator[Block]:
        receipt, texts = self._receipt, self._texts
        assert receipt.total is not None  # noqa: S101 only gift receipts have none
        added = [tax for tax in receipt.taxes if not tax.inclusive]
        if added or receipt.order_discount:
            yield Sum(label=texts.subtotal, value=self._money(receipt.subtotal or 0))
        if receipt.order_discount:
            yield Sum(label=texts.discount, value=self._money(-receipt.order_discount))
        for tax in added:
            label = self._language.tax(tax.name, tax.rate)
            yield Sum(label=label, value=self._money(tax.amount))
        label = texts.total.format(currency=receipt.currency)
        yield Sum(label=label, value=self._money(receipt.total), is_strong=True, is_large=True)
        if receipt.rounding or receipt.tip_total:
            yield from self._above_total()

    def _above_total(self) -> Iterator[Block]:
        """What comes on top of the total, and what was paid with it."""
        receipt, texts = self._receipt, self._texts
        for label, amount in ((texts.rounding, receipt.rounding), (texts.tip, receipt.tip_total)):
            if amount:
                yield Sum(label=label, value=self._money(amount))
        paid = texts.paid_out if receipt.kind == "refund" else texts.to_pay
        label = paid.format(currency=receipt.currency)
        amount = (receipt.total or 0) + (receipt.rounding or 0) + (receipt.tip_total or 0)
        yield Sum(label=label, value=self._money(amount), is_strong=True)

    def _tenders(self) -> Iterator[Block]:
        for tender in self._receipt.tenders:
            yield Sum(label=tender.name, value=self._money(tender.tendered))
        if change := sum(tender.change for tender in self._receipt.tenders):
            yield Sum(label=self._texts.change, value=self._money(change))
        for tender in self._receipt.given_back:
            label = self._texts.given_back.format(method=tender.name)
            yield Sum(label=label, value=self._money(-tender.tendered))
        if self._receipt.settled:
            yield Sum(label=self._texts.settled, value=self._money(self._receipt.settled))
        if self._receipt.due:
            owed = f"{self._texts.methods[ACCOUNT]} {self._receipt.currency}"
            due = self._texts.due.format(currency=self._receipt.currency)
            label = owed if self._receipt.on_account else due
            yield Sum(label=label, value=self._money(self._receipt.due), is_strong=True)

    def _taxes(self) -> Iterator[Block]:
        texts, taxes = self._texts, self._receipt.taxes
        if not taxes:
            return
        yield Rule()
        yield Table(
            header=[texts.tax, texts.net, texts.tax_amount, texts.gross],
            rows=[
                [
                    f"{tax.letter}\u00a0{self._language.percent(tax.rate)}",
                    *map(self._money, (tax.taxable, tax.amount, tax.gross)),
                ]
                for tax in taxes
            ],
        )

    def _signature(self) -> Iterator[Block]:
        """What the signing device said, or that it is out of order."""
        fiscal, texts = self._receipt.fiscal, self._texts
        if fiscal is None:
            return
        yield Rule()
        if fiscal.outage_since:
            outage = texts.device_outage.format(moment=self._moment(fiscal.outage_since))
            yield Text(text=outage, is_strong=True, is_centered=True)
            return
        facts = (
            (texts.device, fiscal.serial),
            (texts.signature_number, str(fiscal.counter)),
            (texts.signing_begun, fiscal.started_at and self._moment(fiscal.started_at)),
            (texts.signing_ended, fiscal.ended_at and self._moment(fiscal.ended_at)),
        )
        yield from (Fact(label=label, value=value) for label, value in facts if value)
        if fiscal.qr:
            yield Code(text=fiscal.qr)

    def _moment(self, moment: datetime) -> str:
        return self._language.moment(moment.astimezone(ZoneInfo(self._receipt.store.timezone)))

    def _foot(self) -> Iterator[Block]:
        if self._receipt.store.receipt_footer:
            yield Rule()
            yield Text(text=self._receipt.store.receipt_footer, is_centered=True)
        yield Code(text=self._receipt.qr_text)

    def _money(self, amount: int) -> str:
        return self._language.money(amount, self._receipt.currency)
