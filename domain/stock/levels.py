"""A stock level: what a storage has of a variant, what of it is promised, and what it was counted at last."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from domain.costing import Balance

#: Where goods lie: a storage and a variant.
Key = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One variant in one storage as a decision sees it.

    `reserved` is promised to somebody. Nothing may happen before `last_counted_at` any more, the moment for
    which its last completed count said what was there.
    """

    balance: Balance
    reserved: Decimal = Decimal(0)
    last_counted_at: datetime | None = None

    @property
    def available(self) -> Decimal:
        """What may be promised or sold; below zero where more is promised than there is."""
        return self.balance.quantity - self.reserved

    def is_counted_since(self, moment: datetime) -> bool:
        """Whether a completed count said what was there at a later moment than this."""
        return self.last_counted_at is not None and moment < self.last_counted_at


#: A variant that a storage never had.
NOTHING = Level(balance=Balance(quantity=Decimal(0), value=0, last_unit_cost=0))
