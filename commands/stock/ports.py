"""What decisions about stock read and lock."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from commands.ports import UnitOfWork
from commands.series import SeriesPort
from domain.catalog.units import Measure, UnitChange
from domain.companies import Backdating, Purchasing
from domain.errors import Detail
from domain.pending import Pending
from domain.stock.goods import Goods
from domain.stock.journal import JournalEntry
from domain.stock.levels import Level


class StockContext(Protocol):
    """What a change of stock is decided on; its balances are locked.

    A storage is named by its field in the request, such as `storage_id` or `to_storage_id`.
    """

    def check_store(self, field: str, store_ids: Collection[UUID | None]) -> None:
        """Raise OtherStore when that storage lies in none of these stores; no stores are no bounds.

        None stands for warehouses. A storage that is not there is left to `missing`.
        """

    def missing(self) -> list[Detail]:
        """What is wrong with each storage and supplier that is not there, or archived."""

    def backdating(self) -> Backdating:
        """How far back a movement of them may lie."""

    def purchasing(self) -> Purchasing:
        """What the company has agreed with its suppliers."""

    def business_date(self, field: str, moment: datetime) -> date:
        """The day that a movement of this moment counts for in that storage."""

    def goods(self) -> Mapping[UUID, Goods]:
        """Those of the variants whose stock is counted and that are not archived."""

    def measures(self) -> Mapping[UUID, Measure]:
        """If units were named: these, those that the variants are counted in, and all below them."""

    def levels(self, field: str = "storage_id") -> Mapping[UUID, Level]:
        """What that storage has, by variant; a variant that it never had is not in it."""

    def last_count(self, field: str, variant_id: UUID) -> str:
        """The number of the last count of that variant in that storage; it costs a round trip."""


class StockPort(Protocol):
    """The stock of the company."""

    def hold_precisions(self, quantities: Iterable[Decimal]) -> None:
        """Let no unit become coarser until the end, if some of these quantities are fractions."""

    def units_in_use(self, changes: Mapping[UUID, UnitChange]) -> Pending[Collection[UUID]]:
        """Ask which products have stock that keeps them from such a change of their unit.

        It is measured in the former unit, or is finer than the new one. No fraction moves until the end, and
        nothing comes in of what changes its unit. It is asked before anything else.
        """

    def lock(
        self,
        storages: Mapping[str, UUID],
        variant_ids: Iterable[UUID],
        *,
        supplier_id: UUID | None = None,
        quantities: Iterable[Decimal] = (),
        unit_ids: Iterable[UUID] = (),
        is_plan: bool = False,
    ) -> StockContext:
        """Lock the balances of each of these variants in each of these storages, with the next round trip.

        Storages are named by their field, and `quantities` are what moves, as it was entered. Settings and
        the supplier are held, then the variants by id, then the balances by storage and variant. A balance
        that does not exist is made, so whoever locks it records something about it. A plan (`is_plan`) moves
        nothing yet: it leaves the balances alone, and sees the levels as they stand.
        """


class JournalPort(Protocol):
    """The journal of receipts, adjustments and supplier returns."""

    def lock(self, movement_id: UUID) -> Pending[JournalEntry | None]:
        """Lock an entry, after all balances, and ask for it.

        It is not reversed, and nothing of it is returned, until the end.
        """


class StockWork(UnitOfWork, Protocol):
    """What movements of stock are decided with."""

    @property
    def stock(self) -> StockPort:
        """Balances."""


class JournalWork(StockWork, Protocol):
    """What is decided about movements that were booked before."""

    @property
    def journal(self) -> JournalPort:
        """Their journal."""


class DocumentWork(StockWork, Protocol):
    """What documents with a number of their own are decided with."""

    @property
    def series(self) -> SeriesPort:
        """Their numbers."""
