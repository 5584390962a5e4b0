"""A shop of any size, with ids as they are in life: what it sells from, as its first facts."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.aggregate import Aggregate
from domain.catalog.products import Product, Variant
from domain.companies import Company
from domain.registers import Register
from domain.stock.movements import StockMovement
from domain.stock.receipts import Delivered, receive_lines
from domain.storages import Storage
from domain.stores import Store
from domain.tax_rates import TaxRate
from domain.tills import series_of, till_code
from domain.users import User
from infra.bench.reports.history import READER
from infra.bench.wares import name_of

#: The business dates are those of this year.
YEAR = 2025
#: When a day's first sale is made.
OPENED = time(7)
#: What lies of each variant in each storage before anything is sold.
PLENTY = 1_000_000_000
_LINES = 1_000
_ZONE = {"currency": "EUR", "timezone": "Europe/Berlin"}


@dataclass(frozen=True)
class Till:
    """A register, the store it stands in, and what the numbers of its sales begin with."""

    register_id: UUID
    store_id: UUID
    storage_id: UUID
    code: str

    @property
    def series_id(self) -> UUID:
        """In which its sales are counted."""
        return series_of(self.code)


@dataclass(frozen=True)
class Ware:
    """A variant that is sold, what it costs customers and what it cost, in cents."""

    product_id: UUID
    variant_id: UUID
    sku: str
    name: str
    price: int
    cost: int


class Shop:
    """A company of which nothing is recorded yet; the same number makes the same one."""

    def __init__(self, number: int, *, stores: int, tills: int, wares: int) -> None:
        self._draw = random.Random(number)  # noqa: S311 a draw that can be repeated
        self.number = number
        self.company_id, self.cashier_id, self.tax_id = self._id(), self._id(), self._id()
        self.storages = {self._id(): self._id() for _ in range(stores)}
        self.tills = [
            Till(self._id(), store_id, storage_id, till_code(f"S{place}", f"{till}"))
            for place, (store_id, storage_id) in enumerate(self.storages.items())
            for till in range(tills)
        ]
        self.wares = [self._ware(place) for place in range(wares)]

    def _id(self) -> UUID:
        return UUID(int=self._draw.getrandbits(128), version=4)

    def _ware(self, place: int) -> Ware:
        price = 99 + 10 * (place % 250)
        return Ware(self._id(), self._id(), f"SKU-{place:05d}", name_of(self._draw), price, price // 2)

    def aggregates(self) -> Iterator[Aggregate]:
        """All that there is before the first sale, in the order in which it came about."""
        yield Company.begin(Company.Registered, self.company_id, name=f"Company {self.number}", **_ZONE)
        for user_id, role in ((self.cashier_id, "Cashier"), (READER, "Manager")):
            username = f"{role}@{self.company_id}".lower()
            yield User.begin(User.Registered, user_id, username=username, role=role)
        yield TaxRate.begin(TaxRate.Registered, self.tax_id, name="VAT", rate=Decimal(19), inclusive=True)
        yield from self._places()
        for ware in self.wares:
            yield self._product(ware)
        for storage_id in self.storages.values():
            for first in range(0, len(self.wares), _LINES):
                yield self._delivery(storage_id, self.wares[first : first + _LINES])

    def _places(self) -> Iterator[Aggregate]:
        for place, (store_id, storage_id) in enumerate(self.storages.items()):
            fields: dict[str, Any] = {**_ZONE, "code": f"S{place}", "day_cut": "00:00"}
            yield Store.begin(Store.Registered, store_id, name=f"Store {place}", **fields)
            own = {"name": f"Shelves {place}", "code": f"S{place}", "store_id": store_id}
            yield Storage.begin(Storage.Registered, storage_id, **own)
        for till in self.tills:
            code = till.code.rpartition("-")[2]
            own = {"name": f"Till {till.code}", "code": code, "store_id": till.store_id}
            yield Register.begin(Register.Registered, till.register_id, **own)

    def _product(self, ware: Ware) -> Product:
        variant = Variant(id=ware.variant_id, sku=ware.sku, price=ware.price, cost=ware.cost)
        fields: dict[str, Any] = {"tax_rate_ids": (self.tax_id,), "variants": (variant,)}
        product = Product.begin(Product.Registered, ware.product_id, name=ware.name, **fields)
        product.change_status("active")
        return product

    def _delivery(self, storage_id: UUID, wares: list[Ware]) -> StockMovement:
        delivered = [
            Delivered.entered(self._id(), ware.variant_id, Decimal(PLENTY), ware.cost) for ware in wares
        ]
        first = date(YEAR, 1, 1)
        return StockMovement.begin(
            StockMovement.Received,
            self._id(),
            storage_id=storage_id,
            occurred_at=datetime.combine(first, OPENED, UTC),
            business_date=first,
            lines=receive_lines(delivered, {}),
        )
