"""Stocktakes: what people find on the shelf, and how that differs from what should lie there."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.aggregate import Aggregate


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a partial count is about: what is in one of these, of each list that names any."""

    category_ids: tuple[UUID, ...] = ()
    brand_ids: tuple[UUID, ...] = ()
    supplier_ids: tuple[UUID, ...] = ()
    variant_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TalliedLine:
    """What was found of a variant in one area in all, and what should have been there of it everywhere.

    `expected_quantity` is what the storage had at `counted_at`, as far as it was known at the position
    `known_position` of the log.
    """

    variant_id: UUID
    area: str = ""
    quantity: Decimal
    counted_at: datetime
    expected_quantity: Decimal
    known_position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What was found too much (above zero) or too little of a variant, and its value in minor units."""

    variant_id: UUID
    quantity: Decimal
    value_change: int


class StockCount(Aggregate):
    """A count of a storage: of all that lies there, or of a part."""

    type_name = "counts.StockCount"

    class Begun(Aggregate.Created):
        """A count was begun. `series_number` counts counts without a gap.

        In a blind one nobody who counts sees what is expected.
        """

        number: str
        series_number: int
        storage_id: UUID
        kind: Literal["full", "partial"]
        scope: Scope = Scope()
        name: str | None = None
        is_blind: bool = False
        note: str | None = None

    class Tallied(Aggregate.Event):
        """Somebody counted; each line replaces what was found of that variant in that area before."""

        storage_id: UUID
        lines: tuple[TalliedLine, ...]

    class CompletionBegun(Aggregate.Event):
        """Nothing is counted any more; the differences are being posted."""

    class Completed(Aggregate.Event):
        """All differences are posted; `uncounted` is how many variants with stock nobody counted."""

        differences: tuple[Difference, ...]
        uncounted: int

    class Cancelled(Aggregate.Event):
        """The count came to nothing."""

        reason: str
