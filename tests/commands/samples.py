"""A small shop to decide about: what there is before a decision, made as the trade makes it."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from commands.orders.baskets import BasketLine
from commands.orders.sales import PlaceSale
from commands.ports import Caller
from domain.approvals import Approval
from domain.catalog.brands import Brand
from domain.catalog.categories import Category
from domain.catalog.products import Product, Status, Variant
from domain.catalog.units import Unit
from domain.catalog.variant_types import VariantType
from domain.companies import Company
from domain.costing import Balance
from domain.customers import Customer
from domain.packages import Limits, Offer, Package
from domain.payment_methods import PaymentMethod
from domain.payments import Tender
from domain.permissions import permissions_of
from domain.registers import Register
from domain.shifts import Shift
from domain.stock.counts import StockCount
from domain.stock.levels import Level
from domain.stock.movements import CountedLine, StockMovement
from domain.stock.receipts import Delivered, receive_lines
from domain.storages import Storage
from domain.stores import Store
from domain.subscriptions import Terms
from domain.suppliers import Supplier
from domain.tax_rates import TaxRate
from domain.users import User


def id_of(name: str) -> UUID:
    """The id of what a test calls so."""
    return uuid5(NAMESPACE_OID, f"mipos/tests/{name}")


COMPANY, STORE, STORAGE, REGISTER = map(id_of, ("company", "store", "storage", "register"))
PRODUCT, VARIANT, ORDER, CUSTOMER = map(id_of, ("product", "variant", "order", "customer"))
BRAND, CATEGORY, UNIT, SIZE, SUPPLIER = map(id_of, ("brand", "category", "unit", "size", "supplier"))
TAX, METHOD, ADMIN, USER, PACKAGE = map(id_of, ("tax", "method", "admin", "user", "package"))
SHIFT, DELIVERY, OTHER, NOTHING = map(id_of, ("shift", "delivery", "other", "nothing"))

#: When companies were founded, and the moment of every decision: a Monday, 14:00 in Berlin.
FOUNDED = datetime(2026, 1, 5, 8, tzinfo=UTC)
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


def approval(key: str, role: str = "Manager", **bounds: Any) -> Approval:
    """OTHER, in this role, approved one request with this key."""
    return Approval(token_hash=b"token", key=key, approver_id=OTHER, approver_role=role, **bounds)


def caller(role: str = "Admin", *stores: UUID, without: Iterable[str] = (), user_id: UUID = ADMIN) -> Caller:
    """Somebody with the rights of a role but for some, bound to these stores or to none."""
    held = permissions_of(role, (), without)
    return Caller(
        company_id=COMPANY,
        user_id=user_id,
        role=role,
        permissions=held,
        store_ids=stores,
        request_id="request",
    )


def company(one: UUID = COMPANY, **values: Any) -> Company:
    values = {"name": "Salt & Co", "currency": "EUR", "timezone": "Europe/Berlin", **values}
    return Company.begin(Company.Registered, one, **values)


def store(one: UUID = STORE, name: str = "Mitte", code: str = "M", **values: Any) -> Store:
    values = {"timezone": "Europe/Berlin", "day_cut": "00:00", "currency": "EUR", **values}
    return Store.begin(Store.Registered, one, name=name, code=code, **values)


def storage(one: UUID = STORAGE, name: str = "Cellar", code: str = "C", **values: Any) -> Storage:
    return Storage.begin(Storage.Registered, one, name=name, code=code, **{"store_id": STORE, **values})


def register(one: UUID = REGISTER, code: str = "1", store_id: UUID = STORE) -> Register:
    return Register.begin(Register.Registered, one, name=f"Till {code}", code=code, store_id=store_id)


def shift(one: UUID = SHIFT, register_id: UUID = REGISTER, **values: Any) -> Shift:
    """A shift that was opened with nothing in the drawer."""
    values = {
        "store_id": STORE,
        "cashier_id": ADMIN,
        "currency": "EUR",
        "opening_float": 0,
        "expected_float": None,
        "denominations": (),
        "business_date": NOW.date(),
        "occurred_at": NOW,
        **values,
    }
    return Shift.begin(Shift.Opened, one, register_id=register_id, **values)


def brand(one: UUID = BRAND, name: str = "Acme") -> Brand:
    return Brand.begin(Brand.Registered, one, name=name)


def category(one: UUID = CATEGORY, name: str = "Food", parent_id: UUID | None = None) -> Category:
    return Category.begin(Category.Registered, one, name=name, parent_id=parent_id)


def unit(
    one: UUID = UNIT, name: str = "Kilogram", symbol: str = "kg", precision: int = 3, **values: Any
) -> Unit:
    return Unit.begin(Unit.Registered, one, name=name, symbol=symbol, precision=precision, **values)


def size(*values: str) -> VariantType:
    return VariantType.begin(VariantType.Registered, SIZE, name="Size", values=values or ("S", "M"))


def supplier(one: UUID = SUPPLIER, name: str = "Mill") -> Supplier:
    return Supplier.begin(Supplier.Registered, one, name=name)


def tax(one: UUID = TAX, rate: str = "19", *, inclusive: bool = True, name: str = "VAT") -> TaxRate:
    return TaxRate.begin(TaxRate.Registered, one, name=name, rate=Decimal(rate), inclusive=inclusive)


def method(code: str = "twint", *, requires_reference: bool = False) -> PaymentMethod:
    return PaymentMethod.begin(
        PaymentMethod.Registered,
        METHOD,
        name=code.title(),
        code=code,
        kind="other",
        requires_reference=requires_reference,
    )


def customer() -> Customer:
    return Customer.begin(Customer.Registered, CUSTOMER, name="Ada")


def variant(
    one: UUID = VARIANT, sku: str = "SALT", price: int = 249, cost: int = 90, **values: Any
) -> Variant:
    return Variant(id=one, sku=sku, price=price, cost=cost, **values)


def product(*variants: Variant, one: UUID = PRODUCT, status: Status = "active", **values: Any) -> Product:
    """A product that has come to this status."""
    defaults = {
        "name": "Sea salt",
        "description": None,
        "brand_id": None,
        "category_id": None,
        "unit_id": None,
        "supplier_id": None,
        "tax_rate_ids": (),
        "track_stock": True,
    }
    example = Product.begin(
        Product.Registered, one, **{**defaults, **values}, variants=variants or (variant(),)
    )
    steps: dict[Status, tuple[Status, ...]] = {"draft": (), "discontinued": ("active", "discontinued")}
    for step in steps.get(status, (status,)):
        example.change_status(step, datetime(2026, 6, 20, tzinfo=UTC) if step == "coming_soon" else None)
    return example


def delivery(
    quantity: str = "10",
    variant_id: UUID = VARIANT,
    *,
    one: UUID = DELIVERY,
    unit_cost: int = 90,
    storage_id: UUID = STORAGE,
    onto: Balance | None = None,
) -> StockMovement:
    """A delivery of one variant, onto nothing unless a balance is named."""
    delivered = Delivered.entered(one, variant_id, Decimal(quantity), unit_cost)
    return StockMovement.begin(
        StockMovement.Received,
        one,
        storage_id=storage_id,
        occurred_at=FOUNDED,
        business_date=FOUNDED.date(),
        lines=receive_lines([delivered], {variant_id: Level(balance=onto)} if onto else {}),
    )


def counted(
    moment: datetime, quantity: str, value: int, storage_id: UUID = STORAGE
) -> tuple[StockCount, StockMovement]:
    """A count of everything in a storage, in which so much of VARIANT was found, as was expected."""
    count_id = id_of(f"count of {storage_id}")
    count = StockCount.begin(
        StockCount.Begun,
        count_id,
        number="CT-000001",
        series_number=1,
        storage_id=storage_id,
        kind="full",
        occurred_at=moment,
    )
    line = CountedLine(
        variant_id=VARIANT,
        quantity=Decimal(0),
        value_change=0,
        balance_quantity=Decimal(quantity),
        balance_value=value,
        last_unit_cost=Decimal(90),
        counted_quantity=Decimal(quantity),
        expected_quantity=Decimal(quantity),
        counted_at=moment,
    )
    posted = StockMovement.begin(
        StockMovement.Counted,
        id_of(f"posted {count_id}"),
        storage_id=storage_id,
        occurred_at=moment,
        business_date=moment.date(),
        lines=(line,),
        count_id=count_id,
    )
    return count, posted


def user(one: UUID = USER, username: str = "ann@salt.test", role: str = "Manager", **values: Any) -> User:
    return User.begin(User.Registered, one, username=username, role=role, **values)


def package(one: UUID = PACKAGE, name: str = "Small", **values: Any) -> Package:
    defaults = {
        "description": None,
        "price": 1900,
        "currency": "EUR",
        "billing_period": "monthly",
        "trial_days": 14,
        "limits": Limits(),
        "features": (),
    }
    return Package.begin(Package.Registered, one, name=name, **{**defaults, **values})


def subscribed(limits: Limits | None = None, one: UUID = COMPANY) -> Company:
    """A company that has the package, for as long as it likes."""
    example = company(one)
    offer = Offer(
        id=PACKAGE,
        name="Small",
        price=1900,
        billing_period="monthly",
        trial_days=14,
        limits=limits or Limits(),
    )
    example.subscribe(offer, Terms(status="active", says_period_end=True), FOUNDED)
    return example


def line(quantity: str = "1", variant_id: UUID = VARIANT, **values: Any) -> BasketLine:
    return BasketLine(variant_id=variant_id, quantity=Decimal(quantity), **values)


def sale(*lines: BasketLine, paid: int | None = None, **values: Any) -> PlaceSale:
    """A sale for cash, of one SALT unless lines are given."""
    tenders = (Tender(method="cash", amount=249 if paid is None else paid),)
    defaults = {"id": ORDER, "store_id": STORE, "tenders": tenders, **values}
    return PlaceSale(lines=lines or (line(),), **defaults)
