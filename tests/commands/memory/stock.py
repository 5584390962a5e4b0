"""Stock in memory: balances are what the last movement of each left."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from domain.business_date import business_date
from domain.catalog.products import Product
from domain.catalog.units import Unit, too_precise
from domain.companies import Backdating
from domain.costing import Balance
from domain.errors import Detail, Invalid
from domain.pending import Pending
from domain.settings import OtherStore
from domain.stock import EMPTY, StockMovement
from domain.storages import Storage
from domain.stores import Store
from domain.suppliers import Supplier
from tests.commands.memory.world import World


def balances_of(world: World, company_id: UUID) -> dict[tuple[UUID, UUID], Balance]:
    """The balances of a company, by storage and variant."""
    return {
        (movement.storage_id, line.variant_id): Balance(
            quantity=line.balance_quantity, value=line.balance_value, last_unit_cost=line.last_unit_cost
        )
        for movement in world.all(company_id, StockMovement)
        for line in movement.lines
    }


def backdating_of(world: World, company_id: UUID) -> Backdating:
    """How far back the company's facts may lie."""
    company = world.company(company_id)
    if company is None:
        raise Invalid(details=[Detail("company_id", "not_found", "There is no such company.")])
    return Backdating(founded_at=company.created_on, days=company.values["backdating_days"])


def precision_of(world: World, company_id: UUID, unit_id: UUID | None) -> int:
    """How many decimal places a quantity may have."""
    unit = world.find(company_id, unit_id) if unit_id else None
    return int(unit.values["precision"]) if isinstance(unit, Unit) else 5


def stocked(world: World, company_id: UUID, variant_ids: Collection[UUID]) -> set[UUID]:
    """Those of these variants that have stock somewhere."""
    balances = balances_of(world, company_id)
    return {variant_id for (_, variant_id), balance in balances.items() if balance.quantity} & set(
        variant_ids
    )


def is_finer(world: World, company_id: UUID, unit_id: UUID, precision: int) -> bool:
    """Whether what is measured in this unit has stock with more decimal places than that."""
    products = [one for one in world.all(company_id, Product) if one.values["unit_id"] == unit_id]
    return any(_is_finer(world, company_id, product, precision) for product in products)


def finer(world: World, company_id: UUID, units: Mapping[UUID, UUID | None]) -> set[UUID]:
    """Which products have stock that is finer than the units they are to have, None for none."""
    ids = set()
    for product_id, unit_id in units.items():
        product = world.find(company_id, product_id)
        precision = precision_of(world, company_id, unit_id) if unit_id else 0
        if isinstance(product, Product) and _is_finer(world, company_id, product, precision):
            ids.add(product_id)
    return ids


def _is_finer(world: World, company_id: UUID, product: Product, precision: int) -> bool:
    return any(
        variant_id in product.variants and too_precise("", balance.quantity, precision)
        for (_, variant_id), balance in balances_of(world, company_id).items()
    )


class MemoryStockContext:
    """What a movement of a storage is decided on."""

    def __init__(
        self,
        world: World,
        company_id: UUID,
        storage_id: UUID,
        quantities: Sequence[tuple[UUID, Decimal]],
        supplier_id: UUID | None,
    ) -> None:
        self._world = world
        self._company_id = company_id
        self._quantities = quantities
        self._storage_id = storage_id
        self._supplier_id = supplier_id

    def check_storage(self, store_ids: Collection[UUID]) -> None:
        storage = self._world.find(self._company_id, self._storage_id)
        if store_ids and isinstance(storage, Storage) and storage.values["store_id"] not in store_ids:
            raise OtherStore

    def backdating(self) -> Backdating:
        return backdating_of(self._world, self._company_id)

    def business_date(self, moment: datetime) -> date:
        company = self._world.company(self._company_id)
        assert company
        storage = self._world.find(self._company_id, self._storage_id)
        store_id = storage.values["store_id"] if isinstance(storage, Storage) else None
        store = self._world.find(self._company_id, store_id) if store_id else None
        if isinstance(store, Store):
            cut = time.fromisoformat(store.values["day_cut"])
            return business_date(moment, store.values["timezone"], cut)
        return business_date(moment, company.values["timezone"], time())

    def balances(self) -> Mapping[UUID, Balance]:
        if details := [*self._unknown(), *self._wrong_lines()]:
            raise Invalid(details=details)
        own = balances_of(self._world, self._company_id)
        return {one: own.get((self._storage_id, one), EMPTY) for one, _ in self._quantities}

    def _unknown(self) -> Iterable[Detail]:
        for field, kind, one in (
            ("storage_id", Storage, self._storage_id),
            ("supplier_id", Supplier, self._supplier_id),
        ):
            aggregate = self._world.find(self._company_id, one) if one else None
            if one and (not isinstance(aggregate, kind) or aggregate.is_archived):
                yield Detail(field, "not_found", "There is none.")

    def _wrong_lines(self) -> Iterable[Detail]:
        counted = {
            variant_id: product.values["unit_id"]
            for product in self._world.all(self._company_id, Product)
            if product.values["track_stock"] and not product.is_archived
            for variant_id in product.variants
        }
        for index, (variant_id, quantity) in enumerate(self._quantities):
            if variant_id not in counted:
                yield Detail(f"lines.{index}.variant_id", "not_found", "There is none with counted stock.")
                continue
            precision = precision_of(self._world, self._company_id, counted[variant_id])
            if wrong := too_precise(f"lines.{index}.quantity", quantity, precision):
                yield wrong


class MemoryStock:
    """The stock of a company."""

    def __init__(self, world: World, company_id: UUID) -> None:
        self._world = world
        self._company_id = company_id

    def hold_precisions(self, quantities: Iterable[Decimal]) -> None:
        """Nobody else decides meanwhile."""

    def finer(self, units: Mapping[UUID, UUID | None]) -> Pending[Collection[UUID]]:
        return Pending(lambda: finer(self._world, self._company_id, units))

    def lock(
        self,
        storage_id: UUID,
        quantities: Sequence[tuple[UUID, Decimal]],
        *,
        supplier_id: UUID | None = None,
    ) -> MemoryStockContext:
        return MemoryStockContext(self._world, self._company_id, storage_id, quantities, supplier_id)
