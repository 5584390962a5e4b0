"""The units that goods were bought in last, for whoever plans to buy them again."""

from collections.abc import Collection, Mapping
from uuid import UUID

from domain.stock.purchase_units import PurchaseUnit
from projections.base import Database
from projections.stock.purchase_units import purchase_unit, purchase_units


class PurchaseUnitGuard:
    """Units of purchase, as far as they were read from the log: the last purchase may be missing."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def find(self, variant_ids: Collection[UUID]) -> Mapping[UUID, PurchaseUnit]:
        """The unit of each of these variants that was ever bought; it costs a round trip."""
        return {one: purchase_unit(row) for one, row in purchase_units(self._db, variant_ids).items()}
