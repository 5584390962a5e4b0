"""What counts are decided with."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from commands.stock.ports import DocumentWork, StockWork
from domain.errors import Detail
from domain.pending import Pending
from domain.stock.counts import Difference, Kind, Scope, StockCount, TalliedLine
from domain.stock.findings import CountedArea, Extent, Finding, Moved


@dataclass(frozen=True, kw_only=True)
class CountStanding:
    """A count as it stands after a decision, how much of it is counted, and what was posted of it."""

    count: StockCount
    begun_by: UUID | None
    extent: Extent
    posted: tuple[Difference, ...] = ()


class CountsPort(Protocol):
    """The counts of the company."""

    def find(self, count_id: UUID) -> Pending[StockCount | None]:
        """Ask for a count, as it stood a moment ago; nothing is locked."""

    def lock(self, count_id: UUID) -> Pending[StockCount | None]:
        """Lock a count, after all balances, and ask for it."""

    def missing_in(self, scope: Scope) -> Pending[list[Detail]]:
        """Ask what of a scope is not there; the rest is held until the end."""

    def overlapping(self, storage_id: UUID, kind: Kind, scope: Scope) -> Pending[Collection[str]]:
        """Ask for the numbers of open counts of this storage that count some of the same goods."""

    def variants_of(self, barcodes: Iterable[str]) -> Pending[Mapping[str, UUID]]:
        """Ask whose barcodes these are."""

    def within(self, count: StockCount, variant_ids: Iterable[UUID]) -> Pending[Collection[UUID]]:
        """Ask which of these variants belong to what is counted."""

    def counted_elsewhere(self, count: StockCount, variant_ids: Iterable[UUID]) -> Pending[Collection[UUID]]:
        """Ask which of these variants other open counts of the storage have counted already."""

    def tallied(
        self, count_id: UUID, variant_ids: Iterable[UUID]
    ) -> Pending[Mapping[CountedArea, TalliedLine]]:
        """Ask what was found of these variants so far."""

    def moved_since(self, storage_id: UUID, moved: Iterable[Moved]) -> Pending[Mapping[Moved, Decimal]]:
        """Ask how much of each variant came (or went, below zero) since its moment, counts left out.

        Exact while the balances are locked.
        """

    def known_position(self) -> Pending[int]:
        """Ask for the position of the log that everything so far is known at."""

    def extent(self, count: StockCount) -> Pending[Extent]:
        """Ask how much of a count is counted."""

    def remaining(self, count: StockCount, *, with_uncounted: bool, limit: int) -> Pending[list[UUID]]:
        """Ask for variants whose differences are not posted yet, and, at will, for those nobody counted."""

    def findings(self, count: StockCount, variant_ids: Iterable[UUID]) -> Pending[list[Finding]]:
        """Ask what was found of those of these variants that are not posted yet.

        What became known late is exact while the balances are locked.
        """

    def posted(self, count_id: UUID) -> Pending[list[Difference]]:
        """Ask for all that was posted of a count so far, lines without a difference among them."""

    def corrected_by(
        self, storage_id: UUID, variant_ids: Iterable[UUID], moment: datetime
    ) -> Pending[Mapping[UUID, UUID]]:
        """Ask for the first completed count of each variant that was counted after this moment."""


class CountedStockWork(StockWork, Protocol):
    """What is decided with about goods that may have been counted."""

    @property
    def counts(self) -> CountsPort:
        """Counts."""


class CountWork(CountedStockWork, DocumentWork, Protocol):
    """What counts are decided with."""
