"""What a decision asks of prices and taxes of the past."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from commands.ports import UnitOfWork
from domain.catalog.shelf_prices import ShelfPrice
from domain.pending import Pending


class ShelfPricesPort(Protocol):
    """The prices of the company's stores, as its log has them."""

    def known_at(
        self,
        store_id: UUID,
        variant_ids: Collection[UUID],
        *,
        position: int | None = None,
        moment: datetime | None = None,
    ) -> Pending[Mapping[UUID, ShelfPrice]]:
        """Ask what these variants cost in a store at a position of the log, or at a moment.

        A variant that was not in the catalog then is left out, and so are all of them if the store was not
        open yet. Variants that the catalog has no more today are left out, too. Reading the answer costs one
        round trip more, for the tax rates.
        """


class ShelfPricesWork(UnitOfWork, Protocol):
    """What is decided about a price of the past."""

    @property
    def shelf_prices(self) -> ShelfPricesPort:
        """Prices of stores."""
