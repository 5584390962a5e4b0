"""The rows of the ledger that an event comes to, as far as reports use them."""

from datetime import date
from typing import NamedTuple

from domain.money import scaled
from projections.base import Fact
from projections.stock.movements.rows import COLUMNS, LINES_PER_EVENT, rows_of

_PLACE_OF = {name: place for place, name in enumerate(COLUMNS.split())}


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
        LedgerRow(
            number=row[_PLACE_OF["place"]] % LINES_PER_EVENT,
            type=row[_PLACE_OF["type"]],
            storage_id=row[_PLACE_OF["storage_id"]],
            variant_id=row[_PLACE_OF["variant_id"]],
            quantity=scaled(row[_PLACE_OF["quantity"]]),
            value=row[_PLACE_OF["value_change"]],
            reason=row[_PLACE_OF["reason"]],
            supplier_id=row[_PLACE_OF["supplier_id"]],
            transfer_id=row[_PLACE_OF["transfer_id"]],
            reversal_of=row[_PLACE_OF["reversal_of"]],
            business_date=row[_PLACE_OF["business_date"]] or row[_PLACE_OF["occurred_at"]].date(),
        )
        for row in rows_of(fact)
    ]
