"""What all facts of a variant in a storage come to, and when it last moved."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from projections.reports.stock.ledger_rows import LedgerRow


@dataclass(slots=True)
class Total:
    """Quantities in hundred-thousandths; `in_transit` is what is on the way to the storage.

    Beside the last day of each kind stands the position of the last fact of that kind.
    """

    quantity: int = 0
    value: int = 0
    reserved: int = 0
    ordered: int = 0
    in_transit: int = 0
    last_received: date | None = None
    received_position: int | None = None
    last_sold: date | None = None
    sold_position: int | None = None
    last_counted: date | None = None
    counted_position: int | None = None

    def move(self, row: LedgerRow, kind: str, position: int) -> None:
        """Add a row of the ledger."""
        self.quantity += row.quantity
        self.value += row.value
        if kind in _SIGNS and row.quantity * _SIGNS[kind] >= _LEAST[kind]:
            last = getattr(self, f"last_{kind}")
            setattr(self, f"last_{kind}", max(last or row.business_date, row.business_date))
            setattr(self, f"{kind}_position", position)

    def columns(self) -> tuple[Any, ...]:
        """As `TOTAL` names them."""
        return _COLUMNS_OF(self)


_COLUMNS_OF = attrgetter(*(field.name for field in fields(Total)))

#: What counts: not what is taken back, but also a count that finds no difference.
_SIGNS: Mapping[str, int] = MappingProxyType({"received": 1, "sold": -1, "counted": 0})
_LEAST: Mapping[str, int] = MappingProxyType({"received": 1, "sold": 1, "counted": 0})
