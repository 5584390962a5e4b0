"""Stocktakes: what people find on the shelf, and how that differs from what should lie there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, Self
from uuid import UUID

from domain.aggregate import Aggregate
from domain.entities import fields_of
from domain.errors import READ_AGAIN, Conflict, Detail


class CountNotOpen(Conflict):
    """The count is completed, cancelled, or being completed."""

    code = "invalid_transition"
    remedy = READ_AGAIN


class CountOverlaps(Conflict):
    """Another open count of this storage counts some of the same goods."""

    code = "count_overlaps"
    remedy = "Complete or cancel the other count first, or count other goods."


class UncountedLines(Conflict):
    """Some goods were not counted; say how many if they shall count as gone."""

    code = "uncounted_lines"
    remedy = (
        "Count the lines that are left, or send how many they are as `confirm_uncounted`, so that they "
        "count as gone."
    )


Kind = Literal["full", "partial"]
#: What becomes of goods that nobody counted: they keep their stock, or count as gone.
Uncounted = Literal["keep", "zero"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a partial count is about: what is in one of the categories or below, of a brand, and so on.

    Each list adds to what is counted. A full count has an empty one.
    """

    category_ids: tuple[UUID, ...] = ()
    brand_ids: tuple[UUID, ...] = ()
    supplier_ids: tuple[UUID, ...] = ()
    variant_ids: tuple[UUID, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it names nothing."""
        return not (self.category_ids or self.brand_ids or self.supplier_ids or self.variant_ids)


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
    """A count of a storage: of all that lies there, or of a part.

    What was tallied is not kept in it: there may be ten thousand lines, which have rows of their own.
    """

    type_name = "counts.StockCount"

    class Begun(Aggregate.Created):
        """A count was begun. `series_number` counts counts without a gap.

        In a blind one nobody who counts sees what is expected.
        """

        number: str
        series_number: int
        storage_id: UUID
        kind: Kind
        occurred_at: datetime
        scope: Scope = Scope()
        name: str | None = None
        is_blind: bool = False
        reference: str | None = None
        note: str | None = None

        def apply(self, aggregate: "StockCount") -> None:
            """Open it."""
            for name in fields_of(type(self)):
                setattr(aggregate, name, getattr(self, name))
            aggregate.status = "open"
            aggregate.uncounted_rule = None
            aggregate.completing_at = None
            aggregate.differences, aggregate.uncounted, aggregate.reason = (), None, None

    class Tallied(Aggregate.Event):
        """Somebody counted; each line replaces what was found of that variant in that area before."""

        storage_id: UUID
        lines: tuple[TalliedLine, ...]

    class CompletionBegun(Aggregate.Event):
        """Nothing is counted any more, and the differences are being posted.

        With the rule `zero` what nobody counted counts as gone, of what was there at `moment`.
        """

        uncounted: Uncounted
        moment: datetime

        def apply(self, aggregate: "StockCount") -> None:
            """Close it to whoever counts."""
            aggregate.status = "completing"
            aggregate.uncounted_rule = self.uncounted
            aggregate.completing_at = self.moment

    class Completed(Aggregate.Event):
        """All differences are posted; `uncounted` is how many variants nobody counted."""

        differences: tuple[Difference, ...]
        uncounted: int

        def apply(self, aggregate: "StockCount") -> None:
            """End it."""
            aggregate.status = "completed"
            aggregate.differences, aggregate.uncounted = self.differences, self.uncounted

    class Cancelled(Aggregate.Event):
        """The count came to nothing."""

        reason: str

        def apply(self, aggregate: "StockCount") -> None:
            """End it."""
            aggregate.status = "cancelled"
            aggregate.reason = self.reason

    # NOTE: the library turns an annotated aggregate class into a dataclass; state is set by events alone.
    if TYPE_CHECKING:
        number: str
        series_number: int
        storage_id: UUID
        kind: Kind
        occurred_at: datetime
        scope: Scope
        name: str | None
        is_blind: bool
        reference: str | None
        note: str | None
        status: Literal["open", "completing", "completed", "cancelled"]
        uncounted_rule: Uncounted | None
        completing_at: datetime | None
        differences: tuple[Difference, ...]
        uncounted: int | None
        reason: str | None
        begun_by: UUID | None

    @classmethod
    def standing(cls, count_id: UUID, version: int, began_at: datetime, **state: Any) -> Self:
        """A count as its row says that it stands, so that nobody reads all that was tallied of it."""
        count = cls.__new__(cls)
        count.__base_init__(originator_id=count_id, originator_version=version, timestamp=began_at)
        for name, value in state.items():
            setattr(count, name, value)
        return count

    def check_open(self) -> None:
        """Raise CountNotOpen unless there may be counted."""
        if self.status != "open":
            state = "is being" if self.status == "completing" else "has the status"
            ending = "completed" if self.status == "completing" else self.status
            message = f"This needs the status open; the count {state} {ending}."
            raise CountNotOpen(message)

    def tally(self, lines: Iterable[TalliedLine]) -> None:
        """Record what somebody found. Raises CountNotOpen."""
        self.check_open()
        self.trigger_event(StockCount.Tallied, storage_id=self.storage_id, lines=tuple(lines))

    def begin_completion(
        self, rule: Uncounted, moment: datetime, uncounted: int, confirmed: int | None
    ) -> None:
        """Let nothing be counted any more.

        What nobody counted counts as gone only if the caller says how much that is. Raises CountNotOpen,
        UncountedLines.
        """
        self.check_open()
        if rule == "zero" and uncounted != (confirmed or 0):
            message = f"Lines that are not counted: {uncounted}."
            raise UncountedLines(message, details=[Detail("confirm_uncounted", UncountedLines.code, message)])
        self.trigger_event(StockCount.CompletionBegun, uncounted=rule, moment=moment)

    def tally_gone(self, lines: Iterable[TalliedLine]) -> None:
        """Record that nothing was found of what nobody counted, while it is being completed."""
        self.trigger_event(StockCount.Tallied, storage_id=self.storage_id, lines=tuple(lines))

    def complete(self, differences: Iterable[Difference], uncounted: int) -> None:
        """Record that all differences are posted."""
        self.trigger_event(StockCount.Completed, differences=tuple(differences), uncounted=uncounted)

    def cancel(self, reason: str) -> None:
        """Give it up. Raises CountNotOpen."""
        self.check_open()
        self.trigger_event(StockCount.Cancelled, reason=reason)
