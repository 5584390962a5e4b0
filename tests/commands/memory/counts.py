"""Counts in memory: what stands in the log about them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from domain.catalog.brands import Brand
from domain.catalog.categories import Category
from domain.catalog.gtin import barcode_key
from domain.catalog.products import Product, Variant
from domain.errors import Detail
from domain.pending import Pending
from domain.stock.counts import Difference, Kind, Scope, StockCount, TalliedLine
from domain.stock.findings import CountedArea, Extent, Finding, Moved
from domain.stock.movements import StockMovement
from domain.suppliers import Supplier
from infra.eventstore.codec import Metadata
from infra.runtime.models import EVENT_TYPES
from tests.commands.memory.world import World

Lines = dict[CountedArea, TalliedLine]


class MemoryCounts:
    """The counts of a company; the position of an event is its place in the journal."""

    def __init__(self, world: World, company_id: UUID) -> None:
        self._world = world
        self._company_id = company_id

    def find(self, count_id: UUID) -> Pending[StockCount | None]:
        return Pending(lambda: self._count(count_id))

    lock = find

    def missing_in(self, scope: Scope) -> Pending[list[Detail]]:
        kinds: Mapping[str, Any] = {"category_ids": Category, "brand_ids": Brand, "supplier_ids": Supplier}
        details = [
            Detail(f"scope.{field}.{index}", "not_found", "There is none.")
            for field, kind in kinds.items()
            for index, one in enumerate(getattr(scope, field))
            if not isinstance(self._world.find(self._company_id, one), kind)
        ]
        known = {variant.id for _, variant in self._variants()}
        details += [
            Detail(f"scope.variant_ids.{index}", "not_found", "There is none.")
            for index, one in enumerate(scope.variant_ids)
            if one not in known
        ]
        return Pending(lambda: details)

    def overlapping(self, storage_id: UUID, kind: Kind, scope: Scope) -> Pending[Collection[str]]:
        listed = self._in_scope(kind, scope)
        listed &= self._moved_in(storage_id) | set(scope.variant_ids)
        return Pending(
            lambda: [
                other.number
                for other in self._open(storage_id)
                if "full" in (kind, other.kind) or listed & self._in_scope(other.kind, other.scope)
            ]
        )

    def variants_of(self, barcodes: Iterable[str]) -> Pending[Mapping[str, UUID]]:
        owners = {
            barcode_key(code): variant.id
            for product, variant in self._variants()
            if not product.is_archived
            for code in variant.barcodes
        }
        found = {code: owners[key] for code in barcodes if (key := barcode_key(code)) in owners}
        return Pending(lambda: found)

    def within(self, count: StockCount, variant_ids: Iterable[UUID]) -> Pending[Collection[UUID]]:
        return Pending(lambda: self._in_scope(count.kind, count.scope) & set(variant_ids))

    def counted_elsewhere(self, count: StockCount, variant_ids: Iterable[UUID]) -> Pending[Collection[UUID]]:
        others = [other.id for other in self._open(count.storage_id) if other.id != count.id]
        counted = {place.variant_id for other in others for place in self._lines(other)}
        return Pending(lambda: counted & set(variant_ids))

    def tallied(
        self, count_id: UUID, variant_ids: Iterable[UUID]
    ) -> Pending[Mapping[CountedArea, TalliedLine]]:
        named, lines = set(variant_ids), self._lines(count_id)
        return Pending(lambda: {place: lines[place] for place in lines if place.variant_id in named})

    def moved_since(self, storage_id: UUID, moved: Iterable[Moved]) -> Pending[Mapping[Moved, Decimal]]:
        return Pending(
            lambda: {
                one: sum(
                    (
                        quantity
                        for _, occurred_at, variant_id, quantity in self._movements(storage_id)
                        if variant_id == one.variant_id and occurred_at >= one.moment
                    ),
                    Decimal(0),
                )
                for one in moved
            }
        )

    def known_position(self) -> Pending[int]:
        return Pending(lambda: len(self._world.journal[self._company_id]))

    def extent(self, count: StockCount) -> Pending[Extent]:
        counted = {place.variant_id for place in self._lines(count.id)}
        total = len(self._present(count) | counted)
        return Pending(lambda: Extent(lines_total=total, counted=len(counted)))

    def remaining(self, count: StockCount, *, with_uncounted: bool, limit: int) -> Pending[list[UUID]]:
        named = {place.variant_id for place in self._lines(count.id)}
        if with_uncounted:
            named |= self._present(count)
        return Pending(lambda: sorted(named - {one.variant_id for one in self._results(count.id)})[:limit])

    def findings(self, count: StockCount, variant_ids: Iterable[UUID]) -> Pending[list[Finding]]:
        posted = {one.variant_id for one in self._results(count.id)}
        return Pending(
            lambda: [
                finding
                for variant_id in sorted(set(variant_ids) - posted)
                if (finding := self._finding(count, variant_id))
            ]
        )

    def posted(self, count_id: UUID) -> Pending[list[Difference]]:
        return Pending(
            lambda: [
                Difference(variant_id=line.variant_id, quantity=line.quantity, value_change=line.value_change)
                for line in self._results(count_id)
            ]
        )

    def corrected_by(
        self, storage_id: UUID, variant_ids: Iterable[UUID], moment: datetime
    ) -> Pending[Mapping[UUID, UUID]]:
        first: dict[UUID, tuple[datetime, UUID]] = {}
        for data in self._facts(StockMovement.Counted):
            for line in data.lines:
                if data.storage_id == storage_id and line.counted_at > moment:
                    found = (line.counted_at, data.count_id)
                    first[line.variant_id] = min(first.get(line.variant_id, found), found)
        return Pending(lambda: {one: first[one][1] for one in variant_ids if one in first})

    def _count(self, count_id: UUID) -> StockCount | None:
        count = self._world.find(self._company_id, count_id)
        if not isinstance(count, StockCount):
            return None
        metadata = self._world.stream(self._company_id, count_id)[0]["metadata"]
        count.begun_by = msgspec.json.decode(metadata, type=Metadata).actor
        return count

    def _open(self, storage_id: UUID) -> list[StockCount]:
        return [
            count
            for count in self._world.all(self._company_id, StockCount)
            if count.storage_id == storage_id and count.status in ("open", "completing")
        ]

    def _variants(self) -> Iterator[tuple[Product, Variant]]:
        for product in self._world.all(self._company_id, Product):
            yield from ((product, variant) for variant in product.variants.values())

    def _in_scope(self, kind: Kind, scope: Scope) -> set[UUID]:
        return {
            variant.id
            for product, variant in self._variants()
            if product.values["track_stock"] and not product.is_archived
            if kind == "full"
            or self._below(product.values["category_id"], scope.category_ids)
            or product.values["brand_id"] in scope.brand_ids
            or product.values["supplier_id"] in scope.supplier_ids
            or variant.id in scope.variant_ids
        }

    def _below(self, category_id: UUID | None, tops: Collection[UUID]) -> bool:
        category = self._world.find(self._company_id, category_id) if category_id else None
        if not isinstance(category, Category):
            return False
        return category.id in tops or self._below(category.values["parent_id"], tops)

    def _moved_in(self, storage_id: UUID) -> set[UUID]:
        return {
            line.variant_id
            for movement in self._world.all(self._company_id, StockMovement)
            if movement.storage_id == storage_id
            for line in movement.lines
        }

    def _present(self, count: StockCount) -> set[UUID]:
        return self._moved_in(count.storage_id) & self._in_scope(count.kind, count.scope)

    def _facts(self, event: type[Any]) -> Iterator[Any]:
        name = EVENT_TYPES.by_event[event].name
        for row in self._world.journal[self._company_id]:
            if row["type"] == name:
                yield EVENT_TYPES.named(name).decode(row["state"])

    def _lines(self, count_id: UUID) -> Lines:
        name, lines = EVENT_TYPES.by_event[StockCount.Tallied].name, Lines()
        for row in self._world.stream(self._company_id, count_id):
            if row["type"] == name:
                for line in EVENT_TYPES.named(name).decode(row["state"]).lines:
                    lines[CountedArea(line.variant_id, line.area)] = line
        return lines

    def _results(self, count_id: UUID) -> list[Any]:
        return [
            line
            for data in self._facts(StockMovement.Counted)
            if data.count_id == count_id
            for line in data.lines
        ]

    def _movements(self, storage_id: UUID) -> Iterator[tuple[int, datetime, UUID, Decimal]]:
        """What moved, counts left out, each with its place in the journal."""
        for place, row in enumerate(self._world.journal[self._company_id], start=1):
            kind = EVENT_TYPES.named(row["type"])
            if kind.aggregate is StockMovement and kind.event is not StockMovement.Counted:
                data = kind.decode(row["state"])
                if data.storage_id == storage_id:
                    for line in data.lines:
                        yield place, data.occurred_at, line.variant_id, line.quantity

    def _finding(self, count: StockCount, variant_id: UUID) -> Finding | None:
        lines = [line for place, line in self._lines(count.id).items() if place.variant_id == variant_id]
        if not lines:
            return None
        last = max(lines, key=lambda line: (line.counted_at, line.area))
        late = sum(
            (
                quantity
                for place, occurred_at, moved, quantity in self._movements(count.storage_id)
                if moved == variant_id and place > last.known_position and occurred_at < last.counted_at
            ),
            Decimal(0),
        )
        costs = {variant.id: variant.cost for _, variant in self._variants()}
        return Finding(
            variant_id=variant_id,
            counted_quantity=sum((line.quantity for line in lines), Decimal(0)),
            counted_at=last.counted_at,
            expected_quantity=last.expected_quantity,
            late_quantity=late,
            assumed_cost=costs.get(variant_id, 0),
        )
