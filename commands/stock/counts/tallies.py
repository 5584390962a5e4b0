"""Counting: what somebody found on a shelf, against what should have been there at that moment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from commands.ports import check_version
from commands.stock.counts.documents import existing_count
from commands.stock.counts.ports import CountWork
from commands.stock.lines import quantities_of
from commands.stock.moments import check_not_counted, moment_of_movement
from commands.stock.ports import StockContext
from domain.errors import Detail, Invalid, Refusal
from domain.stock.counts import CountOverlaps, StockCount, TalliedLine
from domain.stock.findings import CountedArea, Moved
from domain.stock.goods import BaseQuantity, Goods
from domain.stock.levels import NOTHING, Level

NOT_IN_SCOPE = "not_in_scope"


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What was found of a variant in an area: `set` says how much in all, `add` how much more."""

    variant_id: UUID
    quantity: Decimal
    unit_id: UUID | None = None
    area: str = ""
    mode: Literal["set", "add"] = "set"
    counted_at: datetime | None = None

    @property
    def place(self) -> CountedArea:
        """What it is about."""
        return CountedArea(self.variant_id, self.area)


@dataclass(frozen=True, kw_only=True)
class BarcodeTally:
    """A tally of whatever has this barcode."""

    barcode: str
    quantity: Decimal
    unit_id: UUID | None = None
    area: str = ""
    mode: Literal["set", "add"] = "set"
    counted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TallyCount:
    """Somebody counted."""

    count_id: UUID
    lines: tuple[Tally | BarcodeTally, ...]
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class Tallied:
    """What was tallied, and of which goods."""

    count: StockCount
    lines: tuple[TalliedLine, ...]
    goods: Mapping[UUID, Goods]


def tally_count(command: TallyCount, work: CountWork) -> Tallied:
    """Record what was found; several people may count at once, and wait for each other here.

    Raises Missing, OtherStore, Invalid, StaleVersion, CountNotOpen, CountOverlaps, BeforeTheCompany,
    BeforeLastCount, PeriodClosed.
    """
    found = work.counts.find(command.count_id)
    owners = work.counts.variants_of(line.barcode for line in command.lines if isinstance(line, BarcodeTally))
    existing = existing_count(found)
    tallies = _resolved(command.lines, owners.read())
    variants = {tally.variant_id for tally in tallies}
    stock = work.stock.lock(
        {"storage_id": existing.storage_id},
        variants,
        quantities=(tally.quantity for tally in tallies),
        unit_ids=(tally.unit_id for tally in tallies if tally.unit_id),
    )
    locked = work.counts.lock(command.count_id)
    within = work.counts.within(existing, variants)
    elsewhere = work.counts.counted_elsewhere(existing, variants)
    earlier = work.counts.tallied(command.count_id, variants)
    position = work.counts.known_position()
    moved = work.counts.moved_since(existing.storage_id, [_moved(tally, work.now) for tally in tallies])
    stock.check_store("storage_id", work.caller.store_ids)
    count = existing_count(locked)
    check_version(count.version, command.expected_versions)
    count.check_open()
    goods, levels, sums, before = stock.goods(), stock.levels(), moved.read(), earlier.read()
    outside = variants - set(within.read())
    quantities = quantities_of(tallies, stock, _not_in_scope(tallies, outside & goods.keys()))
    _check_moments(tallies, levels, work, stock)
    _check_elsewhere(tallies, set(elsewhere.read()))
    lines = tuple(
        TalliedLine(
            variant_id=tally.variant_id,
            area=tally.area,
            quantity=_quantity(tally, base, before),
            counted_at=_moved(tally, work.now).moment,
            expected_quantity=levels.get(tally.variant_id, NOTHING).balance.quantity
            - sums.get(_moved(tally, work.now), Decimal(0)),
            known_position=position.read(),
        )
        for tally, base in quantities
    )
    count.tally(lines)
    work.save(count)
    return Tallied(count=count, lines=lines, goods=goods)


def _resolved(lines: Sequence[Tally | BarcodeTally], owners: Mapping[str, UUID]) -> list[Tally]:
    """The lines with their variants. Raises Invalid for unknown barcodes, and what is counted twice."""
    tallies, details = [], []
    for index, line in enumerate(lines):
        if isinstance(line, Tally):
            tallies.append(line)
        elif owner := owners.get(line.barcode):
            values = {
                name: getattr(line, name) for name in ("quantity", "unit_id", "area", "mode", "counted_at")
            }
            tallies.append(Tally(variant_id=owner, **values))
        else:
            details.append(Detail(f"lines.{index}.barcode", "not_found", "Nothing has this barcode."))
    if not details:
        details += _twice(tallies)
    if details:
        raise Invalid(details=details)
    return tallies


def _twice(tallies: Sequence[Tally]) -> Iterator[Detail]:
    """What is wrong with each line that counts what an earlier line has counted already."""
    places: set[CountedArea] = set()
    for index, tally in enumerate(tallies):
        if tally.place in places:
            message = "Another line counts this variant in this area."
            yield Detail(f"lines.{index}.variant_id", "duplicate_line", message)
        places.add(tally.place)


def _moved(tally: Tally, now: datetime) -> Moved:
    """A clock that is a little ahead counts no later than now, when the movements still to come begin."""
    return Moved(tally.variant_id, min(tally.counted_at or now, now))


def _not_in_scope(tallies: Sequence[Tally], outside: set[UUID]) -> Iterator[Detail]:
    for index, tally in enumerate(tallies):
        if tally.variant_id in outside:
            yield Detail(f"lines.{index}.variant_id", NOT_IN_SCOPE, "This count is not about it.")


def _check_moments(
    tallies: Sequence[Tally], levels: Mapping[UUID, Level], work: CountWork, stock: StockContext
) -> None:
    """Raise what is wrong with the first moment that somebody named, if it is no moment to count for."""
    checked: set[datetime] = set()
    for index, tally in enumerate(tallies):
        moment, field = tally.counted_at, f"lines.{index}.counted_at"
        if moment is None:
            continue
        if moment not in checked:
            _check_moment(moment, field, work, stock)
            checked.add(moment)
        if levels.get(tally.variant_id, NOTHING).is_counted_since(moment):
            check_not_counted(moment, [("storage_id", tally.variant_id)], stock, field)


def _check_moment(moment: datetime, field: str, work: CountWork, stock: StockContext) -> None:
    try:
        moment_of_movement(moment, "A count", work, stock)
    except Refusal as refusal:
        details = [Detail(field, detail["code"], detail["message"]) for detail in refusal.details]
        raise type(refusal)(refusal.message, details=details) from refusal


def _check_elsewhere(tallies: Sequence[Tally], elsewhere: set[UUID]) -> None:
    details = [
        Detail(f"lines.{index}.variant_id", CountOverlaps.code, "Another open count has counted it.")
        for index, tally in enumerate(tallies)
        if tally.variant_id in elsewhere
    ]
    if details:
        raise CountOverlaps(details=details)


def _quantity(tally: Tally, base: BaseQuantity, earlier: Mapping[CountedArea, TalliedLine]) -> Decimal:
    line = earlier.get(tally.place)
    return base.quantity + line.quantity if tally.mode == "add" and line else base.quantity
