"""Cells of our own sheet, made of what another system says: what it would not take is told and left out."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from domain.catalog.cells import CellNotValid
from domain.catalog.moving_in.amounts import money
from domain.catalog.moving_in.findings import Findings
from domain.catalog.moving_in.goods import Goods
from domain.catalog.moving_in.layout import Layout
from domain.catalog.product_sheet import COLUMNS, REFERENCES
from domain.sheets import is_utf8

#: By which word a layout knows a column of ours, where that is another.
_WORDS = {"product_id": "product", "barcodes": "barcode", "options": "option1"}


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """The company that moves in: its currency, and whether it has a setting of a kind and name."""

    currency: str
    places: int
    has: Callable[[str, str], bool]


class CellWriter:
    """Writes cells for one file; `mark` is what stands before decimals in it."""

    def __init__(self, company: Newcomer, layout: Layout, findings: Findings, mark: str) -> None:
        self._company = company
        self._layout = layout
        self._findings = findings
        self._mark = mark
        self._unknown: Counter[tuple[str, str]] = Counter()

    def hand(self, goods: Goods, column: str, code: str, message: str) -> None:
        """Say what needs a hand, by the name that the file has for the column."""
        self._findings.hand(goods.row, self.label(column), code, message)

    def label(self, column: str) -> str:
        """What the file calls a column of ours."""
        return self._layout.label(_WORDS.get(column, column)) or column

    def fit(self, goods: Goods, column: str, text: str) -> str | None:
        """The text, if our own sheet takes it in that column."""
        if not text:
            return None
        if wrong := self._wrong_with(column, text):
            self.hand(goods, column, wrong.code, f"{wrong.message} Left out.")
            return None
        return text

    def money(self, goods: Goods, column: str, text: str) -> str | None:
        """An amount in the company's currency."""
        company = self._company
        try:
            amount = money(text, company.currency, company.places, self._mark)
        except CellNotValid as wrong:
            self.hand(goods, column, wrong.code, f"{wrong.message} Left out.")
            return None
        if amount.is_rounded:
            self.hand(goods, column, "rounded", f"{text[:40]} was rounded to {amount.text}.")
        return self.fit(goods, column, amount.text)

    def known(self, column: str, *names: str) -> str | None:
        """The first of these names of one thing that the company has; what it has not is told in the end."""
        for name in names:
            if name and self._company.has(REFERENCES[column], name):
                return name
        if any(names):
            self._unknown[column, names[0]] += 1
        return None

    def tell_unknown(self) -> None:
        """Say what names meant nothing here."""
        for (column, name), count in self._unknown.items():
            noun = column.removesuffix("s").replace("_", " ")
            times = f"{count:,} products" if count > 1 else "a product"
            self._findings.note(
                f"There is no {noun} {name[:80]}, which {times} had: make it to take it along."
            )

    def _wrong_with(self, column: str, text: str) -> CellNotValid | None:
        if not is_utf8(text):
            return CellNotValid("not_utf8", "This is not encoded in UTF-8.")
        try:
            COLUMNS[column].parse(text, self._company.places)
        except CellNotValid as wrong:
            return wrong
        return None
