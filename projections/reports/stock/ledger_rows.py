"""The rows of the ledger that an event comes to, as far as reports use them."""

from collections.abc import Callable
from datetime import date
from operator import itemgetter
from typing import Any, NamedTuple

from domain.money import scaled
from projections.base import Fact
from projections.stock.movements.rows import COLUMNS, LINES_PER_EVENT, Row, rows_of

_COLUMNS = (
    "place type storage_id variant_id quantity value_change reason supplier_id transfer_id reversal_of "
    "business_date occurred_at"
)
# Of a row of the ledger, in the order of `LedgerRow`; when goods moved comes last.
_READ: Callable[[Row], tuple[Any, ...]] = itemgetter(*map(COLUMNS.split().index, _COLUMNS.split()))


class LedgerRow(NamedTuple):
    """A row of the ledger; quantities are hundred-thousandths, `number` is its own within the event."""

    number: int
    type: str
    storage_id: str
    variant_id: str
    quantity: int
    value: int
    reason: str | None
    supplier_id: str | None
    transfer_id: str | None
    reversal_of: str | None
    business_date: date


def ledger_rows(fact: Fact) -> list[LedgerRow]:
    """The rows of an event; earlier movements do not know their business date, and have that of UTC."""
    return [
        LedgerRow._make(
            (
                place % LINES_PER_EVENT,
                kind,
                storage,
                variant,
                scaled(quantity),
                value,
                *origin,
                day or at.date(),
            )
        )
        for place, kind, storage, variant, quantity, value, *origin, day, at in map(_READ, rows_of(fact))
    ]
