"""Stock in memory: balances are what the last movement of each left."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Aggregate
from domain.business_date import business_date
from domain.catalog.products import Product
from domain.catalog.units import Measure, Unit, UnitChange, too_precise
from domain.companies import Backdating, Purchasing
from domain.costing import Balance
from domain.devices import Device
from domain.errors import Detail, Invalid
from domain.orders import Order
from domain.pending import Pending
from domain.settings import OtherStore
from domain.stock.counts import StockCount
from domain.stock.goods import Goods
from domain.stock.journal import JournalEntry
from domain.stock.levels import NOTHING, Key, Level
from domain.stock.movements import CountedLine, StockMovement
from domain.stock.purchase_orders import OPEN, PurchaseOrder
from domain.stock.purchase_units import PurchaseUnit
from domain.stock.reorder_points import ReorderPoint
from domain.stock.reservations import Reservation
from domain.stock.shipments import Shipment
from domain.stock.transfers import Transfer
from domain.storages import Storage
from domain.stores import Store
from domain.suppliers import Supplier
from tests.commands.memory.world import World


def balances_of(world: World, company_id: UUID) -> dict[Key, Balance]:
    """The balances of a company."""
    return {
        (movement.storage_id, line.variant_id): Balance(
            quantity=line.balance_quantity, value=line.balance_value, last_unit_cost=line.last_unit_cost
        )
        for movement in world.all(company_id, StockMovement)
        for line in movement.lines
    }


def levels_of(world: World, company_id: UUID) -> dict[Key, Level]:
    """What the storages of a company have: balances, what of them is reserved, when they were counted."""
    balances, counted = balances_of(world, company_id), counted_in(world, company_id)
    reserved = reserved_of(world, company_id)
    return {
        key: Level(
            balance=balances.get(key, NOTHING.balance),
            reserved=reserved.get(key, Decimal(0)),
            last_counted_at=counted.get(key),
        )
        for key in balances.keys() | reserved.keys()
    }


def reserved_of(world: World, company_id: UUID) -> dict[Key, Decimal]:
    """What is promised of each balance."""
    reserved: dict[Key, Decimal] = {}
    for reservation in world.all(company_id, Reservation):
        for variant_id, quantity in reservation.open.items():
            key = (reservation.storage_id, variant_id)
            reserved[key] = reserved.get(key, Decimal(0)) + quantity
    for order in world.all(company_id, Order):
        for variant_id, quantity in order.reserved.items():
            assert order.terms.storage_id
            key = order.terms.storage_id, variant_id
            reserved[key] = reserved.get(key, Decimal(0)) + quantity
    return reserved


def counted_in(world: World, company_id: UUID) -> dict[Key, datetime]:
    """For which moment each balance was counted last."""
    return {
        (movement.storage_id, line.variant_id): line.counted_at
        for movement in world.all(company_id, StockMovement)
        for line in movement.lines
        if isinstance(line, CountedLine)
    }


def backdating_of(world: World, company_id: UUID) -> Backdating:
    """How far back the company's facts may lie."""
    company = world.company(company_id)
    if company is None:
        raise Invalid(details=[Detail("company_id", "not_found", "There is no such company.")])
    return Backdating(
        founded_at=company.created_on,
        days=company.values["backdating_days"],
        books_closed_until=company.values["books_closed_until"],
    )


def precision_of(world: World, company_id: UUID, unit_id: UUID | None) -> int:
    """How many decimal places a quantity may have."""
    unit = world.find(company_id, unit_id) if unit_id else None
    return int(unit.values["precision"]) if isinstance(unit, Unit) else 5


def stocked(world: World, company_id: UUID, variant_ids: Collection[UUID]) -> set[UUID]:
    """Those of these variants that have stock somewhere, or on the way."""
    balances = balances_of(world, company_id)
    lying = {variant_id for (_, variant_id), balance in balances.items() if balance.quantity}
    moving = {shipment.variant_id for shipment in in_transit(world, company_id)}
    return (lying | moving) & set(variant_ids)


def in_transit(world: World, company_id: UUID) -> list[Shipment]:
    """What is on the way from one storage to another."""
    return [one for transfer in world.all(company_id, Transfer) for one in transfer.in_transit]


def is_finer(world: World, company_id: UUID, unit_id: UUID, precision: int) -> bool:
    """Whether what is measured in this unit has stock with more decimal places than that."""
    products = [one for one in world.all(company_id, Product) if one.values["unit_id"] == unit_id]
    return any(_is_finer(world, company_id, product, precision) for product in products)


def units_in_use(world: World, company_id: UUID, changes: Mapping[UUID, UnitChange]) -> set[UUID]:
    """Which products have stock that keeps them from such a change of their unit."""
    products = [world.find(company_id, product_id) for product_id in changes]
    return {
        product.id
        for product in products
        if isinstance(product, Product) and _is_in_use(world, company_id, product, changes[product.id])
    }


def _is_in_use(world: World, company_id: UUID, product: Product, change: UnitChange) -> bool:
    former = change.former_id or product.values["unit_id"]
    is_other = former is not None and former != change.unit_id
    precision = precision_of(world, company_id, change.unit_id) if change.unit_id else 0
    return _is_finer(world, company_id, product, precision) or (
        is_other
        and bool(
            stocked(world, company_id, product.variants)
            or ordered(world, company_id) & product.variants.keys()
            or {variant_id for _, variant_id in reserved_of(world, company_id)} & product.variants.keys()
        )
    )


def ordered(world: World, company_id: UUID) -> set[UUID]:
    """The variants that are on order."""
    return {
        line.variant_id
        for order in world.all(company_id, PurchaseOrder)
        if order.status in OPEN
        for line in order.lines
        if order.intake(line.id).received < line.quantity
    }


def _is_finer(world: World, company_id: UUID, product: Product, precision: int) -> bool:
    lying = (
        (variant_id, balance.quantity) for (_, variant_id), balance in balances_of(world, company_id).items()
    )
    moving = ((one.variant_id, one.in_transit) for one in in_transit(world, company_id))
    return any(
        variant_id in product.variants and too_precise("", quantity, precision)
        for variant_id, quantity in (*lying, *moving)
    )


class MemoryStockContext:
    """What a change of stock is decided on."""

    def __init__(
        self,
        world: World,
        company_id: UUID,
        storages: Mapping[str, UUID],
        variant_ids: Iterable[UUID],
        supplier_id: UUID | None,
    ) -> None:
        self._world = world
        self._company_id = company_id
        self._storages = storages
        self._variant_ids = set(variant_ids)
        self._supplier_id = supplier_id

    def check_store(self, field: str, store_ids: Collection[UUID | None]) -> None:
        storage = self._world.find(self._company_id, self._storages[field])
        if store_ids and isinstance(storage, Storage) and storage.values["store_id"] not in store_ids:
            raise OtherStore

    def missing(self) -> list[Detail]:
        named: list[tuple[str, type[Aggregate], UUID | None]] = [
            *((field, Storage, storage_id) for field, storage_id in self._storages.items()),
            ("supplier_id", Supplier, self._supplier_id),
        ]
        details = []
        for field, kind, one in named:
            aggregate = self._world.find(self._company_id, one) if one else None
            if one and (not isinstance(aggregate, kind) or getattr(aggregate, "is_archived", False)):
                details.append(Detail(field, "not_found", "There is none."))
        return details

    def backdating(self) -> Backdating:
        return backdating_of(self._world, self._company_id)

    def purchasing(self) -> Purchasing:
        company = self._world.company(self._company_id)
        assert company
        over = company.values["over_receive_percent"]
        return Purchasing(currency=company.values["currency"], over_receive_percent=over)

    def business_date(self, field: str, moment: datetime) -> date:
        company = self._world.company(self._company_id)
        assert company
        storage = self._world.find(self._company_id, self._storages[field])
        store_id = storage.values["store_id"] if isinstance(storage, Storage) else None
        store = self._world.find(self._company_id, store_id) if store_id else None
        if isinstance(store, Store):
            cut = time.fromisoformat(store.values["day_cut"])
            return business_date(moment, store.values["timezone"], cut)
        return business_date(moment, company.values["timezone"], time())

    def goods(self) -> Mapping[UUID, Goods]:
        return {
            variant.id: Goods(
                variant_id=variant.id,
                product_id=product.id,
                sku=variant.sku,
                name=product.values["name"],
                variant_name=variant.name,
                cost=variant.cost,
                unit_id=product.values["unit_id"],
                precision=precision_of(self._world, self._company_id, product.values["unit_id"]),
                supplier_id=product.values["supplier_id"],
            )
            for product in self._world.all(self._company_id, Product)
            if product.values["track_stock"] and not product.is_archived
            for variant in product.variants.values()
            if variant.id in self._variant_ids
        }

    def measures(self) -> Mapping[UUID, Measure]:
        return {
            unit.id: Measure(
                precision=unit.values["precision"],
                base_unit_id=unit.values["base_unit_id"],
                factor=unit.values["factor"],
            )
            for unit in self._world.all(self._company_id, Unit)
        }

    def levels(self, field: str = "storage_id") -> Mapping[UUID, Level]:
        storage_id = self._storages[field]
        own = levels_of(self._world, self._company_id)
        return {one: own.get((storage_id, one), NOTHING) for one in self._variant_ids}

    def last_count(self, field: str, variant_id: UUID) -> str:
        counts = [
            movement.count_id
            for movement in self._world.all(self._company_id, StockMovement)
            for line in movement.lines
            if isinstance(line, CountedLine)
            and (movement.storage_id, line.variant_id) == (self._storages[field], variant_id)
        ]
        count = self._world.find(self._company_id, counts[-1])
        assert isinstance(count, StockCount)
        return count.number


class MemoryStock:
    """The stock of a company."""

    def __init__(self, world: World, company_id: UUID) -> None:
        self._world = world
        self._company_id = company_id

    def hold_precisions(self, quantities: Iterable[Decimal]) -> None:
        """Nobody else decides meanwhile."""

    def units_in_use(self, changes: Mapping[UUID, UnitChange]) -> Pending[Collection[UUID]]:
        return Pending(lambda: units_in_use(self._world, self._company_id, changes))

    def lock(
        self,
        storages: Mapping[str, UUID],
        variant_ids: Iterable[UUID],
        *,
        supplier_id: UUID | None = None,
        quantities: Iterable[Decimal] = (),  # noqa: ARG002 nobody else decides meanwhile
        unit_ids: Iterable[UUID] = (),  # noqa: ARG002
        is_plan: bool = False,  # noqa: ARG002
    ) -> MemoryStockContext:
        return MemoryStockContext(self._world, self._company_id, storages, variant_ids, supplier_id)


class MemoryJournal:
    """The receipts, adjustments and supplier returns of a company."""

    def __init__(self, world: World, company_id: UUID) -> None:
        self._world = world
        self._company_id = company_id

    def lock(self, movement_id: UUID) -> Pending[JournalEntry | None]:
        return Pending(lambda: self._entry(movement_id))

    def _entry(self, movement_id: UUID) -> JournalEntry | None:
        movements = list(self._world.all(self._company_id, StockMovement))
        if all(movement.id != movement_id for movement in movements):
            return None
        reversals = {one.original_id: one.id for one in movements if one.kind == "reversal"}
        returned: dict[UUID, Decimal] = {}
        for movement in movements:
            is_of_it = movement.kind == "supplier_return" and movement.receipt_id == movement_id
            for line in movement.lines if is_of_it and movement.id not in reversals else ():
                returned[line.variant_id] = returned.get(line.variant_id, Decimal(0)) - line.quantity
        return JournalEntry(reversed_by=reversals.get(movement_id), returned=returned)


class MemorySeries:
    """Numbers of documents."""

    def __init__(self, world: World, company_id: UUID) -> None:
        self._world = world
        self._company_id = company_id

    def next(self, kind: str) -> Pending[int]:
        documents: dict[str, type[Aggregate]] = {
            "TR": Transfer,
            "CT": StockCount,
            "PO": PurchaseOrder,
            "X": Device,
        }
        count = sum(1 for _ in self._world.all(self._company_id, documents[kind]))
        return Pending(lambda: count + 1)


class MemoryPurchaseUnits:
    """The units that goods were bought in last: none, as by a read model that nobody has filled yet."""

    def find(self, variant_ids: Collection[UUID]) -> Mapping[UUID, PurchaseUnit]:  # noqa: ARG002
        return {}


class MemoryReorderPoints:
    """The reorder points of a company."""

    def __init__(self, world: World, company_id: UUID) -> None:
        self._world = world
        self._company_id = company_id

    def find(self, ids: Collection[UUID]) -> Pending[Mapping[UUID, ReorderPoint]]:
        found = {one: self._world.find(self._company_id, one) for one in ids}
        points = {one: point for one, point in found.items() if isinstance(point, ReorderPoint)}
        return Pending(lambda: points)
