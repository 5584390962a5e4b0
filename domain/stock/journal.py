"""What became of a receipt, an adjustment or a return to a supplier after it was booked."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class JournalEntry:
    """Its reversal, and what suppliers got back of a receipt: by variant, in the product's unit."""

    reversed_by: UUID | None = None
    returned: Mapping[UUID, Decimal]
