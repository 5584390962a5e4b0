"""The demo company: made once, in one transaction, so that nobody ever meets half of it."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from heapq import merge
from operator import itemgetter
from typing import Any, LiteralString
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from commands.ports import Caller
from domain.aggregate import UNSTAMPED, Aggregate
from domain.catalog.brands import Brand
from domain.catalog.categories import Category
from domain.catalog.products import Product, Variant
from domain.catalog.units import Unit
from domain.companies import PLATFORM_ID, Company
from domain.packages import Limits, Offer, Package
from domain.permissions import ADMIN, CASHIER, CLERK, MANAGER, SUPER_ADMIN, permissions_of
from domain.pricing import Rules
from domain.pricing import TaxRate as ChargedTax
from domain.registers import Register
from domain.sale_context import StoreAtSale, VariantAtSale
from domain.settings import name_key
from domain.stock.receipts import Delivered
from domain.storages import Storage
from domain.stores import Store
from domain.subscriptions import Terms
from domain.tax_rates import TaxRate
from domain.users import User
from infra.decisions.bulk import company_named, first_fact, found_company, missing_events, record_events
from infra.decisions.unit_of_work import EventWriter
from infra.postgres.analyzing import analyze_grown
from infra.postgres.connections import BULK
from infra.postgres.pool import RequestPool
from infra.postgres.request_transactions import request_transaction
from infra.process.garbage import collecting_no_garbage
from infra.showcase.demo.catalog import BRANDS, TAXES, UNITS, DemoProduct, products
from infra.showcase.demo.customers import customer_facts, customer_ids
from infra.showcase.demo.sales import Article, Happening, Shop, ShopLife, deliver
from projections.base import CompanyClosed, Database, Row
from projections.companies import find_company
from projections.packages import list_packages
from projections.users import ask_directory

NAME = "Demo Market"
DEMO_ID = company_named(NAME)
TIMEZONE = "Europe/Berlin"
JURISDICTION = "DE"
RULES = Rules(currency="EUR")
#: How long the sales go back.
HISTORY = timedelta(days=60)
#: Name, code and address of each store.
STORES = (
    ("Demo Market Mitte", "MI", "Marktplatz 1, 10178 Berlin"),
    ("Demo Market West", "WE", "Lindenallee 24, 14050 Berlin"),
    ("Demo Market Nord", "NO", "Hafenstraße 7, 13507 Berlin"),
)
#: Name of each package, what is said of it, its price a month, and its limits.
PACKAGES = {
    "Starter": (
        "For a first shop.",
        2_900,
        Limits(stores=1, storages=2, users=5, products=500, orders_per_month=3_000),
    ),
    "Business": ("For several shops.", 9_900, Limits()),
}
#: User name, role, and the places of the stores in the list above that the user is bound to.
STAFF: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("admin@demo.local", ADMIN, ()),
    ("manager@demo.local", MANAGER, (0, 1)),
    ("cashier@demo.local", CASHIER, (0,)),
    ("clerk@demo.local", CLERK, ()),
)
ROOT = "root@mipos.local"
#: Who works at the tills of each store.
_TELLERS = ("cashier@demo.local", "manager@demo.local", "admin@demo.local")

_CURRENT: LiteralString = """
    SELECT password_hash FROM credentials WHERE company_id = %(company_id)s AND id = %(id)s
"""

_CREDENTIAL: LiteralString = """
    INSERT INTO credentials (company_id, id, password_hash)
    VALUES (%(company_id)s, %(id)s, %(password_hash)s)
        ON CONFLICT DO NOTHING
"""


def make_demo(
    pool: RequestPool,
    writer: EventWriter,
    password: str,
    now: datetime,
    *,
    random_seed: int = 1,
    progress: Callable[[int], None] | None = None,
) -> bool:
    """Make the demo company, with sales up to an hour before `now`, and the platform's own user.

    A company that is there stays as it is. Whether everybody signs in with `password`: what was made earlier
    may have another one. `progress` is told how many events are about to be recorded.
    """
    with (
        pool.connection() as connection,
        request_transaction(connection, PLATFORM_ID, models=writer.models, bounds=BULK) as db,
    ):
        found_company(db)
        root = _register(db, [_Person(uuid5(PLATFORM_ID, ROOT), ROOT, SUPER_ADMIN, ())], password)
        record_events(db, writer, [*_packages(db), *root], now)
        credential = db.ask(_CURRENT, {"company_id": PLATFORM_ID, "id": uuid5(PLATFORM_ID, ROOT)}).row()
    with (
        # One that is closed is there.
        suppress(CompanyClosed),
        collecting_no_garbage(),
        pool.connection() as connection,
        request_transaction(connection, DEMO_ID, models=writer.models, bounds=BULK) as db,
    ):
        # Another process that is making it holds this up until it has made it.
        found_company(db)
        if find_company(db) is not None:
            db.abandon()
            return _is_password(credential, password)
        demo = _Demo(now, random_seed)
        founding = [*demo.entities(), *_register(db, demo.staff(), password)]
        history = [*demo.history()]
        if progress:
            progress(len(founding) + len(history))
        record_events(db, writer, founding, demo.founded_at)
        record_events(db, writer, history, now)
    with pool.connection() as connection:
        analyze_grown(connection)
    return _is_password(credential, password)


def _is_password(credential: Row | None, password: str) -> bool:
    """Whether this is the password of which that hash is kept."""
    try:
        return credential is not None and PasswordHasher().verify(credential["password_hash"], password)
    except VerifyMismatchError:
        return False


@dataclass(frozen=True, slots=True)
class _Person:
    id: UUID
    username: str
    role: str
    store_ids: tuple[UUID, ...]


def _register(db: Database, people: list[_Person], password: str) -> list[Aggregate.Event]:
    """Take on those whose user names are free, and give them the password."""
    hasher = PasswordHasher()
    entries = [(person, ask_directory(db, person.username)) for person in people]
    new = [person for person, answer in entries if answer.row() is None]
    for person in new:
        params = {"company_id": db.company_id, "id": person.id, "password_hash": hasher.hash(password)}
        db.execute(_CREDENTIAL, params)
    return [
        first_fact(
            User.Registered,
            person.id,
            username=person.username,
            role=person.role,
            email=person.username,
            store_ids=person.store_ids,
        )
        for person in new
    ]


def _packages(db: Database) -> list[Aggregate.Event]:
    """The packages that the platform has not had yet, under names that are free."""
    packages, _ = list_packages(db, page=1, limit=100, sort="name", status="all")
    names = {package["name_key"] for package in packages}
    free = [name for name in PACKAGES if name_key(name) not in names]
    return missing_events(db, {_package_id(name): partial(_package, name) for name in free})


def _package(name: str) -> Iterator[Aggregate.Event]:
    offer = _offer(name)
    yield first_fact(
        Package.Registered,
        offer.id,
        name=name,
        description=PACKAGES[name][0],
        price=offer.price,
        currency=RULES.currency,
        billing_period=offer.billing_period,
        trial_days=offer.trial_days,
        limits=offer.limits,
        features=(),
    )


def _offer(name: str) -> Offer:
    _, price, limits = PACKAGES[name]
    return Offer(
        id=_package_id(name), name=name, price=price, billing_period="monthly", trial_days=14, limits=limits
    )


def _package_id(name: str) -> UUID:
    return uuid5(PLATFORM_ID, f"package/{name}")


def _id(key: str) -> UUID:
    return uuid5(DEMO_ID, key)


def _storage_id(code: str) -> UUID:
    return _id(f"storage/{code}")


def _store_id(code: str) -> UUID:
    return _id(f"store/{code}")


def _registers(code: str) -> tuple[tuple[UUID, str], ...]:
    return tuple((_id(f"register/{code}/{number}"), f"T{number}") for number in (1, 2))


class _Demo:
    """Everything about the company, from what is known of it and the moment it is made."""

    def __init__(self, now: datetime, seed: int) -> None:
        self._seed = seed
        self._until = now - timedelta(hours=1)
        self._first = (now - HISTORY).astimezone(ZoneInfo(TIMEZONE)).date()
        #: The night before its first sale.
        self.founded_at = datetime.combine(self._first, time(), ZoneInfo(TIMEZONE)).astimezone(UTC)
        self._articles = [_article(product) for product in products()]

    def staff(self) -> list[_Person]:
        """Who works there."""
        return [
            _Person(_id(f"user/{name}"), name, role, tuple(_store_id(STORES[index][1]) for index in places))
            for name, role, places in STAFF
        ]

    def entities(self) -> Iterator[Aggregate.Event]:
        """The company, its places, its customers, and its catalog."""
        yield from self._company()
        yield from _places()
        yield from customer_facts(_id)
        yield from _catalog()
        yield from (_drafted(article) for article in self._articles)
        for article in self._articles:
            product_id = article.at_sale.product_id
            yield Product.Activated(originator_id=product_id, originator_version=2, timestamp=UNSTAMPED)

    def _company(self) -> Iterator[Aggregate.Event]:
        """The company, on a package that never ends."""
        company = Company.begin(
            Company.Registered,
            DEMO_ID,
            name=NAME,
            currency=RULES.currency,
            timezone=TIMEZONE,
            email="hello@demo.local",
            address=STORES[0][2],
        )
        company.subscribe(_offer("Business"), Terms(status="active", says_period_end=True), self._until)
        yield from company.new_events()

    def history(self) -> Iterator[Aggregate.Event]:
        """Deliveries and sales of all the shops, in the order of time."""
        lives = [
            ShopLife(_shop(index, self.founded_at), self._articles, RULES, self._seed).run(
                self._first, self._until
            )
            for index in range(len(STORES))
        ]
        for _, events in merge(self._warehouse(), *lives, key=itemgetter(0)):
            yield from events

    def _warehouse(self) -> Iterator[Happening]:
        """A delivery a month to the warehouse that belongs to no store."""
        levels: dict[UUID, Any] = {}
        for days in (0, 30):
            day = self._first + timedelta(days=days)
            moment = datetime.combine(day, time(4), ZoneInfo(TIMEZONE)).astimezone(UTC)
            lines = [
                Delivered.entered(
                    _id(f"delivery/{days}/{article.at_sale.sku}"),
                    article.at_sale.id,
                    Decimal(10 * article.product.weight),
                    article.product.cost,
                )
                for article in self._articles
            ]
            delivery = deliver(
                _id(f"delivery/{days}"), _storage_id("WH"), moment, day=day, lines=lines, levels=levels
            )
            yield moment, delivery


def _places() -> Iterator[Aggregate.Event]:
    for name, code, address in STORES:
        yield first_fact(
            Store.Registered,
            _store_id(code),
            name=name,
            code=code,
            timezone=TIMEZONE,
            day_cut="00:00",
            currency=RULES.currency,
            address=address,
            receipt_header="Fresh every day",
            receipt_footer="Thank you for your visit",
            default_storage_id=_storage_id(code),
        )
        yield first_fact(
            Storage.Registered,
            _storage_id(code),
            name=f"{name}, back room",
            code=code,
            store_id=_store_id(code),
        )
        for register_id, register_code in _registers(code):
            yield first_fact(
                Register.Registered,
                register_id,
                name=f"Till {register_code[1:]}",
                code=register_code,
                store_id=_store_id(code),
            )
    yield first_fact(Storage.Registered, _storage_id("WH"), name="Central warehouse", code="WH")


def _catalog() -> Iterator[Aggregate.Event]:
    for key, (name, rate) in TAXES.items():
        yield first_fact(
            TaxRate.Registered,
            _id(f"tax/{key}"),
            name=name,
            rate=rate,
            inclusive=True,
            jurisdiction=JURISDICTION,
        )
    for name, symbol, precision, base, factor in UNITS:
        yield first_fact(
            Unit.Registered,
            _id(f"unit/{symbol}"),
            name=name,
            symbol=symbol,
            precision=precision,
            base_unit_id=_id(f"unit/{base}") if base else None,
            factor=Decimal(factor) if factor else None,
        )
    for brand in BRANDS:
        yield first_fact(Brand.Registered, _id(f"brand/{brand}"), name=brand)
    paths = (product.path[:depth] for product in products() for depth in range(1, len(product.path) + 1))
    for path in dict.fromkeys(paths):
        parent_id = _category_id(path[:-1]) if len(path) > 1 else None
        yield first_fact(Category.Registered, _category_id(path), name=path[-1], parent_id=parent_id)


def _category_id(path: tuple[str, ...]) -> UUID:
    return _id("category/" + "/".join(path))


def _article(product: DemoProduct) -> Article:
    name, rate = TAXES[product.tax]
    return Article(
        product=product,
        at_sale=VariantAtSale(
            id=_id(f"variant/{product.sku}"),
            product_id=_id(f"product/{product.sku}"),
            sku=product.sku,
            name=product.name,
            variant_name="",
            category_id=_category_id(product.path),
            brand_id=_id(f"brand/{product.brand}"),
            price=product.price,
            cost=product.cost,
            status="active",
            track_stock=True,
            precision=3 if product.is_weighed else 0,
            tax_rates=(
                ChargedTax(
                    id=_id(f"tax/{product.tax}"),
                    name=name,
                    rate=rate,
                    inclusive=True,
                    jurisdiction=JURISDICTION,
                ),
            ),
        ),
    )


def _drafted(article: Article) -> Product.Registered:
    product, at_sale = article.product, article.at_sale
    variant = Variant(
        id=at_sale.id,
        sku=product.sku,
        barcodes=(product.barcode,),
        price=product.price,
        cost=product.cost,
        reorder_level=Decimal(article.reorder_level),
        reorder_quantity=Decimal(article.reorder_quantity),
    )
    return first_fact(
        Product.Registered,
        at_sale.product_id,
        name=product.name,
        brand_id=at_sale.brand_id,
        category_id=at_sale.category_id,
        unit_id=_id(f"unit/{product.unit}"),
        tax_rate_ids=tuple(rate.id for rate in at_sale.tax_rates),
        variants=(variant,),
    )


def _shop(index: int, founded_at: datetime) -> Shop:
    _, code, _ = STORES[index]
    teller = _TELLERS[index]
    role = next(role for name, role, _ in STAFF if name == teller)
    return Shop(
        store=StoreAtSale(
            id=_store_id(code),
            code=code,
            timezone=TIMEZONE,
            day_cut=time(),
            storage_id=_storage_id(code),
            allow_negative=False,
        ),
        storage_id=_storage_id(code),
        registers=_registers(code),
        caller=Caller(
            company_id=DEMO_ID,
            user_id=_id(f"user/{teller}"),
            role=role,
            permissions=permissions_of(role),
        ),
        founded_at=founded_at,
        customer_ids=customer_ids(_id),
    )
