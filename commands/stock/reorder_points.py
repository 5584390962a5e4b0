"""Setting reorder points: from which stock on a storage orders a variant again, and how much."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from commands.stock.ports import StockContext, StockWork
from domain.catalog.units import too_precise
from domain.errors import Detail, Invalid
from domain.pending import Pending
from domain.stock.levels import Key
from domain.stock.reorder_points import Levels, ReorderPoint, reorder_point_id

_QUANTITIES = ("reorder_level", "reorder_quantity", "max_level")


@dataclass(frozen=True, kw_only=True)
class ReorderLine:
    """What is to hold for a variant in a storage, in the product's unit; without a level, nothing."""

    storage_id: UUID
    variant_id: UUID
    reorder_level: Decimal | None = None
    reorder_quantity: Decimal | None = None
    max_level: Decimal | None = None

    @property
    def key(self) -> Key:
        """The storage and the variant."""
        return self.storage_id, self.variant_id

    @property
    def levels(self) -> Levels | None:
        """What is to hold, if anything."""
        if self.reorder_level is None:
            return None
        return self.reorder_level, self.reorder_quantity, self.max_level


@dataclass(frozen=True, kw_only=True)
class SetReorderPoints:
    """Set and lift reorder points, all together."""

    lines: tuple[ReorderLine, ...]


class ReorderPointPort(Protocol):
    """The reorder points of the company."""

    def find(self, ids: Collection[UUID]) -> Pending[Mapping[UUID, ReorderPoint]]:
        """Ask for those of these ids that were ever set."""


class ReorderWork(StockWork, Protocol):
    """What reorder points are decided with."""

    @property
    def reorder_points(self) -> ReorderPointPort:
        """Reorder points."""


def set_reorder_points(command: SetReorderPoints, work: ReorderWork) -> tuple[ReorderLine, ...]:
    """Record what changes; a line without a level lifts, even what the catalog has no more.

    Raises OtherStore and Invalid.
    """
    lines = command.lines
    ids = [reorder_point_id(*line.key) for line in lines]
    asked = work.reorder_points.find(ids)
    stock = work.stock.lock(
        {_field(index): line.storage_id for index, line in enumerate(lines)},
        (line.variant_id for line in lines),
        is_plan=True,
    )
    for index in range(len(lines)):
        stock.check_store(_field(index), work.caller.store_ids)
    points = asked.read()
    if wrong := [*_twice(lines), *_wrong_lines(lines, points, stock)]:
        raise Invalid(details=wrong)
    for line, point_id in zip(lines, ids, strict=True):
        point = points.get(point_id)
        if point is not None:
            point.adjust(line.levels)
            work.save(point)
        elif line.levels is not None:
            work.save(ReorderPoint.first(*line.key, line.levels))
    return lines


def _field(index: int) -> str:
    return f"lines.{index}.storage_id"


def _twice(lines: Sequence[ReorderLine]) -> Iterator[Detail]:
    keys: set[Key] = set()
    for index, line in enumerate(lines):
        if line.key in keys:
            message = "Another line has this variant in this storage."
            yield Detail(f"lines.{index}.variant_id", "duplicate_line", message)
        keys.add(line.key)


def _wrong_lines(
    lines: Sequence[ReorderLine], points: Mapping[UUID, ReorderPoint], stock: StockContext
) -> Iterator[Detail]:
    """What is wrong with the lines, but for those that lift what there is."""
    goods, missing = stock.goods(), {detail["field"]: detail for detail in stock.missing()}
    for index, line in enumerate(lines):
        if line.levels is None and reorder_point_id(*line.key) in points:
            continue
        if storage := missing.get(_field(index)):
            yield storage
        variant = goods.get(line.variant_id)
        if variant is None:
            message = "There is no such variant with counted stock."
            yield Detail(f"lines.{index}.variant_id", "not_found", message)
        yield from _wrong_quantities(f"lines.{index}", line, variant.precision if variant else None)


def _wrong_quantities(field: str, line: ReorderLine, precision: int | None) -> Iterator[Detail]:
    if line.reorder_level is None:
        if line.reorder_quantity is not None or line.max_level is not None:
            yield Detail(f"{field}.reorder_level", "required", "From which stock on is it ordered again?")
    elif line.max_level is not None and line.max_level < line.reorder_level:
        yield Detail(f"{field}.max_level", "too_low", "It is not below the reorder level.")
    for name in _QUANTITIES:
        quantity: Decimal | None = getattr(line, name)
        if quantity is not None and precision is not None:
            wrong = too_precise(f"{field}.{name}", quantity, precision)
            if wrong:
                yield wrong
