"""What sales are decided on, in memory."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from datetime import time
from typing import Any, TypeVar
from uuid import UUID

from domain.catalog.products import Product, Variant
from domain.companies import ReturnPolicy
from domain.customers import Customer
from domain.errors import Detail, Invalid
from domain.orders import Order
from domain.pending import Pending
from domain.pricing import Rules, TaxRate
from domain.registers import Register
from domain.sale_context import HeldTill, SaleContext, StoreAtSale, VariantAtSale
from domain.settings import OtherStore
from domain.stock.levels import NOTHING
from domain.storages import Storage
from domain.stores import Store, StoreClosed
from domain.tax_rates import TaxRate as TaxRateSetting
from domain.tills import REACH, series_of, till_code
from domain.unlinked_returns import Reference, UnlinkedReturn
from tests.commands.memory.accounts import MemoryAccounts
from tests.commands.memory.drawers import MemoryDrawers
from tests.commands.memory.stock import backdating_of, levels_of, precision_of
from tests.commands.memory.world import World

E = TypeVar("E", Store, Storage, Register, Customer)


class MemorySales:
    """The tills of a company."""

    def __init__(self, world: World, company_id: UUID, accounts: MemoryAccounts) -> None:
        self._world = world
        self._company_id = company_id
        self._accounts = accounts
        self._drawers = MemoryDrawers(world, company_id)

    def context(
        self,
        *,
        store_id: UUID | None,
        register_id: UUID | None,
        store_ids: tuple[UUID, ...],
        variant_ids: Iterable[UUID],
        customer_id: UUID | None,
        lock: bool,
        is_told_later: bool = False,
        holds_accounts: bool = False,
        holds_customer: bool = False,  # noqa: ARG002 nobody else decides meanwhile
    ) -> SaleContext:
        backdating = backdating_of(self._world, self._company_id)
        if store_id is None and register_id is None and len(store_ids) == 1:
            store_id = store_ids[0]
        find = self._any if is_told_later else self._open
        register = find(Register, register_id)
        store = find(Store, register.values["store_id"] if register else store_id)
        if register_id is None and store_id is None:
            store = self._only_store()
        is_customer_known = customer_id is None or self._open(Customer, customer_id) is not None
        self._check_row(
            register_id,
            store_id,
            register,
            store,
            is_customer_known=is_customer_known or is_told_later,
            merged=bool((one := self._any(Customer, customer_id)) and one.merged_into),
        )
        if store and store_ids and store.id not in store_ids:
            raise OtherStore
        is_open = not store or (store.is_active and not store.is_archived)
        is_open = is_open and not (register and register.is_archived)
        if not is_open and not is_told_later:
            raise StoreClosed
        storage = self._storage_of(store) if store else None
        ids = set(variant_ids)
        variants = {one.id: one for one in self._variants(ids, store)}
        company = self._world.company(self._company_id)
        values = company.values if company else {}
        code = register.values["code"] if register else None
        return SaleContext(
            rules=Rules(**{one.name: values[one.name] for one in fields(Rules)}),
            store=_at_sale(store, storage) if store else None,
            register_id=register.id if register else None,
            register_code=code,
            variants=variants,
            levels=self._levels(storage, variants, is_told_later) if lock and storage else {},
            next_number=self._last_number(till_code(store.values["code"], code)) + 1 if lock and store else 1,
            backdating=backdating,
            discount_ceilings=values["discount_ceilings"],
            orders_limit=self._world.limits_of(self._company_id).orders_per_month,
            company_timezone=values["timezone"],
            is_shift_required=values["shift_required"],
            returns=ReturnPolicy(
                is_cross_store=values["cross_store_returns"],
                days=values["return_days"],
                methods=values["refund_to_original"],
            ),
            drawer=self._drawers.of(register.id) if lock and register else None,
            is_open=bool(is_open),
            is_customer_known=is_customer_known,
            accounts=self._accounts.hold(customer_id).read() if holds_accounts and customer_id else None,
        )

    def is_free(self, series_id: UUID, number: int) -> Pending[bool]:
        sales = [order.terms for order in self._world.all(self._company_id, Order)]
        return Pending(lambda: _is_free(number, (one for one in sales if one.series_id == series_id)))

    def is_known(self, reference: Reference) -> Pending[bool]:
        orders = list(self._world.all(self._company_id, Order))
        known = {(order.id, order.terms.number) for order in orders}
        known |= {(refund.refund_id, refund.number) for order in orders for refund in order.refunds}
        known |= {(one.id, one.taken.number) for one in self._world.all(self._company_id, UnlinkedReturn)}
        return Pending(
            lambda: any(one_id == reference.id or number in reference.numbers for one_id, number in known)
        )

    def is_free_for_refund(self, series_id: UUID, number: int) -> Pending[bool]:
        refunds: list[Any] = [one.taken for one in self._world.all(self._company_id, UnlinkedReturn)]
        refunds += (one for order in self._world.all(self._company_id, Order) for one in order.refunds)
        return Pending(lambda: _is_free(number, (one for one in refunds if one.series_id == series_id)))

    def _any(self, kind: type[E], one_id: UUID | None) -> E | None:
        one = self._world.find(self._company_id, one_id) if one_id else None
        return one if isinstance(one, kind) else None

    def _open(self, kind: type[E], one_id: UUID | None) -> E | None:
        one = self._any(kind, one_id)
        return one if one and not one.is_archived else None

    def _only_store(self) -> Store | None:
        stores = [one for one in self._world.all(self._company_id, Store) if not one.is_archived]
        return stores[0] if len(stores) == 1 else None

    def _check_row(
        self,
        register_id: UUID | None,
        store_id: UUID | None,
        register: Register | None,
        store: Store | None,
        *,
        is_customer_known: bool,
        merged: bool,
    ) -> None:
        wrong = {
            "register_id": register_id is not None and register is None,
            "store_id": store_id is not None and (store is None or store.id != store_id),
            "customer_id": not is_customer_known,
        }
        codes = {"customer_id": "merged"} if merged else {}
        if any(wrong.values()):
            names = [name for name, is_so in wrong.items() if is_so]
            raise Invalid(details=[Detail(name, codes.get(name, "not_found"), "None.") for name in names])

    def _storage_of(self, store: Store) -> Storage | None:
        if store.values["default_storage_id"]:
            return self._open(Storage, store.values["default_storage_id"])
        own = (one for one in self._world.all(self._company_id, Storage) if not one.is_archived)
        return next((one for one in own if one.values["store_id"] == store.id), None)

    def _variants(self, ids: set[UUID], store: Store | None) -> Iterator[VariantAtSale]:
        for product in self._world.all(self._company_id, Product):
            rates = product.values["tax_rate_ids"] or (store.values["tax_rate_ids"] if store else ())
            taxes = tuple(self._tax_rate(rate_id) for rate_id in rates)
            for variant in product.variants.values():
                if variant.id in ids:
                    yield self._at_sale(product, variant, store, taxes)

    def _at_sale(
        self, product: Product, variant: Variant, store: Store | None, taxes: tuple[TaxRate, ...]
    ) -> VariantAtSale:
        own: dict[str, Any] = {
            **asdict(variant),
            **product.values,
            "product_id": product.id,
            "variant_name": variant.name,
            "status": product.status,
            "precision": precision_of(self._world, self._company_id, product.values["unit_id"]),
            "tax_rates": taxes,
        }
        if store is not None:
            own["price"] = product.prices_of(variant.id).get(store.id, variant.price)
        return VariantAtSale(**{one.name: own[one.name] for one in fields(VariantAtSale)})

    def _tax_rate(self, rate_id: UUID) -> TaxRate:
        rate = self._world.find(self._company_id, rate_id)
        assert isinstance(rate, TaxRateSetting)
        own = {**rate.values, "id": rate.id}
        return TaxRate(**{one.name: own[one.name] for one in fields(TaxRate)})

    def _levels(
        self,
        storage: Storage,
        variants: Mapping[UUID, VariantAtSale],
        is_told_later: bool,
    ) -> dict[UUID, Any]:
        own = levels_of(self._world, self._company_id)
        levels = {one: own[storage.id, one] for one in variants if (storage.id, one) in own}
        if storage.values["allow_negative"] or is_told_later:
            counted = (variant.id for variant in variants.values() if variant.track_stock)
            return {**dict.fromkeys(counted, NOTHING), **levels}
        return levels

    def _last_number(self, code: str) -> int:
        sales = (order.terms for order in self._world.all(self._company_id, Order))
        return max((sale.series_number for sale in sales if sale.series_id == series_of(code)), default=0)


class MemoryPayingTills:
    """Tills as refunds and voids need them."""

    def __init__(self, world: World, company_id: UUID) -> None:
        self._world = world
        self._company_id = company_id
        self._drawers = MemoryDrawers(world, company_id)

    def lock(self, register_id: UUID | None, *series_ids: UUID) -> Pending[HeldTill]:
        orders = list(self._world.all(self._company_id, Order))
        returns = (one.taken for one in self._world.all(self._company_id, UnlinkedReturn))
        counted: list[Any] = [*returns, *(one for order in orders for one in (order.terms, *order.refunds))]
        numbers = {
            own: max((one.series_number for one in counted if one.series_id == own), default=0) + 1
            for own in series_ids
        }
        drawer = self._drawers.of(register_id) if register_id else None
        return Pending(lambda: HeldTill(drawer=drawer, next_numbers=numbers))


def _is_free(number: int, others: Iterable[Any]) -> bool:
    taken = {one.series_number for one in others}
    return number not in taken and number <= max(taken, default=0) + REACH


def _at_sale(store: Store, storage: Storage | None) -> StoreAtSale:
    return StoreAtSale(
        id=store.id,
        code=store.values["code"],
        timezone=store.values["timezone"],
        day_cut=time.fromisoformat(store.values["day_cut"]),
        storage_id=storage.id if storage else None,
        allow_negative=bool(storage and storage.values["allow_negative"]),
    )
