"""Issuing stock to a sale: is there enough of everything, and what does it cost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from domain.costing import issue
from domain.errors import Detail
from domain.stock.levels import NOTHING, Level
from domain.stock.movements import InsufficientStock, MovementLine, line_after

_NONE_OWN: Mapping[UUID, Decimal] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What a sale takes from a storage; `position` is the line of the basket it comes from.

    `strict` demands must be covered by stock even where the storage may go below zero. `assumed_cost` is
    what the catalog takes one to cost, in minor currency units. What was counted after it went out
    (`is_counted_since`) takes nothing of what is there now, as the count has missed it.
    """

    position: int
    variant_id: UUID
    quantity: Decimal
    strict: bool = False
    assumed_cost: int = 0
    is_counted_since: bool = False


def take(
    demands: Iterable[Demand],
    levels: Mapping[UUID, Level],
    *,
    allow_negative: bool,
    own_reservation: Mapping[UUID, Decimal] = _NONE_OWN,
) -> tuple[MovementLine, ...]:
    """Decide a sale's stock on the sum per variant, and cost each line at the moving average.

    What is reserved for others is not there, what is reserved for this very sale (`own_reservation`) is.
    Raises InsufficientStock naming every line of each variant that falls short (`MONEY.md` 11 and 12).
    """
    demands = tuple(demands)
    strict = [demand for demand in demands if demand.strict or not allow_negative]
    check_available([demand for demand in strict if not demand.is_counted_since], levels, own_reservation)
    remaining = {variant_id: level.balance for variant_id, level in levels.items()}
    lines = []
    for demand in demands:
        before = remaining.get(demand.variant_id, NOTHING.balance)
        cost, after = issue(before, demand.quantity, demand.assumed_cost)
        remaining[demand.variant_id] = after
        lines.append(MovementLine(**line_after(after, demand.variant_id, -demand.quantity, -cost)))
    return tuple(lines)


def check_available(
    demands: Iterable[Demand],
    levels: Mapping[UUID, Level],
    own_reservation: Mapping[UUID, Decimal] = _NONE_OWN,
) -> None:
    """Raise InsufficientStock naming every line of each variant of which more is demanded than available."""
    demands, demanded = tuple(demands), dict[UUID, Decimal]()
    for demand in demands:
        demanded[demand.variant_id] = demanded.get(demand.variant_id, Decimal(0)) + demand.quantity
    short = {
        variant_id: available
        for variant_id, quantity in demanded.items()
        if quantity > (available := _available(variant_id, levels, own_reservation))
    }
    if short:
        raise InsufficientStock(
            details=[
                Detail(
                    f"lines.{demand.position}.quantity",
                    "insufficient_stock",
                    f"{demanded[demand.variant_id].normalize():f} wanted, "
                    f"{max(short[demand.variant_id], Decimal(0)).normalize():f} available.",
                )
                for demand in demands
                if demand.variant_id in short
            ]
        )


def _available(
    variant_id: UUID, levels: Mapping[UUID, Level], own_reservation: Mapping[UUID, Decimal]
) -> Decimal:
    available = levels.get(variant_id, NOTHING).available
    return available + own_reservation[variant_id] if variant_id in own_reservation else available
