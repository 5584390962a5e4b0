"""The stock that a shop brings along when it moves in: once for each article and storage."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from commands.catalog.assortment import ImportWork
from commands.ports import Caller
from commands.stock.moments import moment_of_movement
from commands.stock.ports import StockContext
from domain.catalog.moving_in import MovedSheet
from domain.errors import Invalid, NotAllowed
from domain.stock.adjustments import Adjustment, adjust
from domain.stock.goods import BaseQuantity
from domain.stock.levels import Level
from domain.stock.movements import StockMovement

ADJUST = "inventory.adjust"
#: How many lines a movement has at most, as one that somebody enters.
MOST_LINES = 1000
_PLACES = 5


class MayNotStock(NotAllowed):
    """Opening stock takes the permission inventory.adjust."""

    remedy = "Leave `storage_id` out, or have somebody import it who holds `inventory.adjust`."


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What of an article lies there to begin with; `unit_cost` is None where nobody knows it."""

    row: int
    variant_id: UUID
    unit_id: UUID | None
    quantity: Decimal
    unit_cost: int | None
    catalog_cost: int


def check_right(caller: Caller) -> None:
    """Raise MayNotStock for somebody who may not adjust stock."""
    if ADJUST not in caller.permissions:
        raise MayNotStock.without(ADJUST)


class OpeningStock:
    """What an import books into one storage."""

    def __init__(self, work: ImportWork, storage_id: UUID, title: str) -> None:
        """Raises MayNotStock. `title` says where the goods come from."""
        check_right(work.caller)
        self._work = work
        self._storage_id = storage_id
        self._title = title
        self._openings: list[Opening] = []

    def add(self, opening: Opening, precisions: Mapping[UUID, int], sheet: MovedSheet) -> None:
        """Take an article along, if its quantity can be stock."""
        places = precisions.get(opening.unit_id, _PLACES) if opening.unit_id else _PLACES
        if opening.quantity < 0:
            message = f"{opening.quantity:f} is less than nothing; no stock was taken along."
            sheet.findings.hand(opening.row, sheet.stock_label, "negative", message)
        elif opening.quantity != round(opening.quantity, places):
            message = f"{opening.quantity:f} is finer than the unit of the product; no stock was taken along."
            sheet.findings.hand(opening.row, sheet.stock_label, "too_precise", message)
        elif opening.quantity:
            self._openings.append(opening)

    def foresee(self) -> tuple[int, int]:
        """How many articles would get their stock, and how many have had some there.

        Raises Invalid, OtherStore.
        """
        self._stock(is_plan=True)
        fresh = self._fresh()
        return len(fresh), len(self._openings) - len(fresh)

    def book(self) -> tuple[int, int]:
        """Book it, and answer the same. Raises Invalid, OtherStore, PeriodClosed, AmountTooLarge."""
        stock = self._stock(is_plan=False)
        fresh, levels = self._fresh(), stock.levels()
        for start in range(0, len(fresh), MOST_LINES):
            self._book(fresh[start : start + MOST_LINES], stock, levels)
        return len(fresh), len(self._openings) - len(fresh)

    def _stock(self, *, is_plan: bool) -> StockContext:
        openings = () if is_plan else self._openings
        stock = self._work.stock.lock(
            {"storage_id": self._storage_id},
            [one.variant_id for one in openings],
            quantities=[one.quantity for one in openings],
            is_plan=is_plan,
        )
        stock.check_store("storage_id", self._work.caller.store_ids)
        if missing := stock.missing():
            raise Invalid(details=missing)
        return stock

    def _fresh(self) -> Sequence[Opening]:
        """Those of which the storage has never had any: whoever imports again adds nothing to the others."""
        moved = self._moved([one.variant_id for one in self._openings])
        return sorted((one for one in self._openings if one.variant_id not in moved), key=_by_variant)

    def _moved(self, variant_ids: Collection[UUID]) -> Collection[UUID]:
        return self._work.assortment.moved(self._storage_id, variant_ids) if variant_ids else ()

    def _book(self, openings: Sequence[Opening], stock: StockContext, levels: Mapping[UUID, Level]) -> None:
        moment = moment_of_movement(None, "Opening stock", self._work, stock)
        lines, shortfalls = adjust("opening", [self._adjustment(one) for one in openings], levels)
        movement = StockMovement.begin(
            StockMovement.Adjusted,
            self._work.new_id(),
            storage_id=self._storage_id,
            occurred_at=moment.occurred_at,
            business_date=moment.business_date,
            lines=lines,
            reason="opening",
            reference=self._title,
            note=None,
            shortfalls=shortfalls,
        )
        self._work.save(movement)

    def _adjustment(self, opening: Opening) -> Adjustment:
        return Adjustment(
            id=self._work.new_id(),
            variant_id=opening.variant_id,
            quantity=opening.quantity,
            base=BaseQuantity.own(opening.quantity),
            unit_cost=opening.unit_cost,
            catalog_cost=opening.catalog_cost,
        )


def _by_variant(opening: Opening) -> UUID:
    return opening.variant_id
