"""What is known of an operation that a till did without a connection, beside what it says."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.catalog.shelf_prices import ShelfPrice
from domain.errors import NotFound
from domain.orders.offline import CLOCK_AHEAD, OLDEST, Offline, in_order

#: The cashier had no right to do it; the money is gone all the same.
NOT_PERMITTED = "not_permitted"


class NotArrived(NotFound):
    """It names something that has not arrived yet."""

    code = "not_arrived"
    remedy = "Deliver what it names first, or send both in one batch, in their order."

    def __init__(self, awaits: UUID) -> None:
        super().__init__()
        #: What it names.
        self.awaits = awaits


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """By which device it was done, as which of its operations, and when its clock said so.

    `number` is what the till printed, `catalog_position` how far it knew the catalog. `flags` are known
    before it is decided.
    """

    device_id: UUID
    device_code: str
    register_id: UUID
    seq: int
    told_at: datetime
    number: str | None = None
    catalog_position: int | None = None
    flags: frozenset[str] = frozenset()
    #: What a store asked for these goods at that position, where that is known already.
    prices_of: UUID | None = None
    prices: Mapping[UUID, ShelfPrice] = field(default_factory=dict)

    def moment(self, now: datetime) -> datetime:
        """When it happened: as the till told, unless its clock is ahead or it is very old."""
        is_sound = now - OLDEST <= self.told_at <= now + CLOCK_AHEAD
        return self.told_at if is_sound else now

    def offline(self, received_at: datetime, flags: Collection[str] = ()) -> Offline:
        """What is recorded of it with the fact."""
        return Offline(
            device_id=self.device_id,
            seq=self.seq,
            received_at=received_at,
            told_at=self.told_at,
            flags=in_order({*self.flags, *flags}),
        )
