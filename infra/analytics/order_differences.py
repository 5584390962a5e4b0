"""The orders that would have come to something else, as CSV (RFC 4180), without costs."""

import csv
import io
from typing import IO

from domain.catalog.cells import money_text
from domain.money import exponent
from domain.sheets import guarded
from infra.analytics.what_if import Replayed

#: What stands twice in each row: as it was sold, and as it would have been.
FIGURES = ("gross_sales", "discounts", "net_sales", "tax", "total", "rounding")
COLUMNS = (
    "order_id",
    "number",
    "business_date",
    "store_id",
    "currency",
    *(f"{name}{suffix}" for name in FIGURES for suffix in ("_as_sold", "_what_if")),
)


class OrderDifferences:
    """Writes them into a file, amounts in major units of the currency."""

    def __init__(self, file: IO[bytes], currency: str) -> None:
        self._file = file
        self._currency = currency
        self._places = exponent(currency)
        self._text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
        self._lines = csv.writer(self._text, lineterminator="\r\n")
        self._lines.writerow(COLUMNS)

    def add(self, order: Replayed) -> None:
        """Write an order, if it would have come to something else."""
        if not order.pair.differs:
            return
        place = (order.order_id, guarded(order.number), order.business_date.isoformat(), order.store_id)
        amounts = [self._amount(getattr(side, name)) for name in FIGURES for side in order.pair]
        self._lines.writerow([*place, self._currency, *amounts])

    def end(self) -> None:
        """Be done, with the file at its beginning."""
        self._text.flush()
        self._text.detach()
        self._file.seek(0)

    def _amount(self, amount: int) -> str:
        return f"-{money_text(-amount, self._places)}" if amount < 0 else money_text(amount, self._places)
