"""A database with three asynchronous read models besides the real ones, and a new shop for each test."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Event, Thread
from typing import Any, ClassVar, LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.aggregate import Aggregate
from domain.catalog.brands import Brand
from domain.catalog.products import Product, Variant
from domain.orders import Order, SaleLine, Totals
from domain.payments import Payment
from domain.stock.issues import Demand, take
from domain.stock.levels import Level
from domain.stock.movements import StockMovement
from domain.stock.receipts import Delivered, receive_lines
from domain.storages import Storage
from domain.tills import series_of
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.installation import Installation
from infra.postgres.transactions import Transaction, transaction
from infra.projections import proved_log, staging
from infra.projections.reading import FactReader
from infra.projections.rebuild import RebuildReport, rebuild
from infra.projections.verify import VerifyReport, verify
from infra.projections.worker import Worker
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.upgrades.migrations import migrate
from projections.base import Database, Fact, Projection
from projections.guards.stock import StockGuard
from projections.records import Reading
from tests.conftest import installed_in
from tests.waiting import PATIENCE

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CURSED = "Cursed"
SERIES = UUID(int=7)

_INITIAL: LiteralString = """
    INSERT INTO brand_initials AS brand (company_id, initial, brands, letters)
    VALUES (%(company_id)s, %(initial)s, 1, %(letters)s)
        ON CONFLICT (company_id, initial) DO UPDATE
       SET brands = brand.brands + 1, letters = brand.letters + excluded.letters
"""

_TURNOVER: LiteralString = """
    INSERT INTO turnover AS day (company_id, business_date, sales, total)
    SELECT %(company_id)s, sold.*
      FROM unnest(%(days)b::date[], %(sales)b::bigint[], %(totals)b::bigint[]) AS sold
        ON CONFLICT (company_id, business_date) DO UPDATE
       SET sales = day.sales + excluded.sales, total = day.total + excluded.total
"""


class Named(Reading):
    name: str


class BrandInitials(Projection):
    """Counts brands by initial: an event applied twice, or never, shows. A cursed brand cannot be counted."""

    name = "brand_initials"
    mode = "async"
    tables = ("brand_initials",)
    folds = {Brand.Registered: Named}
    ignores = frozenset({Brand.Renamed, Brand.Described, Brand.Archived})
    schema = """
        CREATE TABLE brand_initials (
            company_id uuid NOT NULL,
            initial    text NOT NULL,
            brands     bigint NOT NULL,
            letters    bigint NOT NULL CHECK (letters < 1000000),
            PRIMARY KEY (company_id, initial)
        );
    """
    #: Cleared by a test in which the fault has been mended.
    is_faulty: ClassVar[bool] = True

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        for fact in facts:
            name = fact.data.name
            letters = 1_000_000 if self.is_faulty and name.startswith(CURSED) else len(name)
            params = {"company_id": db.company_id, "initial": name[0], "letters": letters}
            db.execute(_INITIAL, params)


class Total(Reading):
    total: int


class Sale(Reading):
    business_date: date
    totals: Total


class Turnover(Projection):
    """Sums up sales by day."""

    name = "turnover"
    mode = "async"
    tables = ("turnover",)
    folds = {Order.Sold: Sale}
    schema = """
        CREATE TABLE turnover (
            company_id    uuid NOT NULL,
            business_date date NOT NULL,
            sales         bigint NOT NULL,
            total         bigint NOT NULL,
            PRIMARY KEY (company_id, business_date)
        );
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        days: dict[date, list[int]] = {}
        for fact in facts:
            days.setdefault(fact.data.business_date, []).append(fact.data.totals.total)
        params = {
            "company_id": db.company_id,
            "days": list(days),
            "sales": [len(totals) for totals in days.values()],
            "totals": [sum(totals) for totals in days.values()],
        }
        db.execute(_TURNOVER, params)


class TillSales(Projection):
    """Sales by till: statements that take ids, which others read as text of the same event."""

    name = "till_sales"
    tables = ("till_sales",)
    on = {
        Order.Sold: """
            INSERT INTO till_sales AS till (company_id, store_id, register_id, note, customer_id, sales)
            VALUES (%(company_id)s, %(store_id)s, %(register_id)s, concat(%(store_id)s, '/', %(till)s::text),
                    %(customer_id)s, 1)
                ON CONFLICT (company_id, store_id, register_id) DO UPDATE SET sales = till.sales + 1
        """,
    }
    derives = {"till": (lambda register_id: f"{register_id.int}", "register_id")}
    schema = """
        CREATE TABLE till_sales (
            company_id  uuid NOT NULL,
            store_id    uuid NOT NULL,
            register_id uuid NOT NULL,
            note        text NOT NULL,
            customer_id uuid,
            sales       bigint NOT NULL,
            PRIMARY KEY (company_id, store_id, register_id)
        );
    """


MODELS: tuple[Projection, ...] = (*PROJECTIONS, BrandInitials(), Turnover(), TillSales())


@dataclass(frozen=True)
class ProjectionDatabase:
    """How to connect to the database, and what follows its log."""

    owner: str
    app: str
    worker: str
    installation: Installation
    models: tuple[Projection, ...]
    looking: psycopg.Connection[Any]

    def model(self, name: str) -> Projection:
        return next(model for model in self.models if model.name == name)

    def follow(self, **options: Any) -> Worker:
        return Worker(self.worker, EVENT_TYPES, self.models, **options)

    @contextmanager
    def following(self, workers: int = 1, **options: Any) -> Iterator[None]:
        """Let workers run meanwhile; they end when told, whatever the test met."""
        stop = Event()
        threads = [
            Thread(target=self.follow(**options).run, args=(stop,), daemon=True) for _ in range(workers)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join(PATIENCE)
        assert not any(thread.is_alive() for thread in threads)

    def rows(self, query: LiteralString, *params: object) -> list[tuple[Any, ...]]:
        return self.looking.execute(query, params).fetchall()


@pytest.fixture(scope="session")
def database(server: EmbeddedServer) -> Iterator[ProjectionDatabase]:
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE mipos_projections")
    installed = installed_in(server, "mipos_projections")
    migrate(installed.owner, MODELS, installed.installation)
    with psycopg.connect(installed.worker, autocommit=True) as looking:
        yield ProjectionDatabase(
            owner=installed.owner,
            app=installed.app,
            worker=installed.worker,
            installation=installed.installation,
            models=MODELS,
            looking=looking,
        )


class Shop:
    """A company whose people record facts as commands do."""

    def __init__(
        self, database: ProjectionDatabase, company_id: UUID, connection: psycopg.Connection[Any]
    ) -> None:
        self.database = database
        self.company_id = company_id
        self.connection = connection
        self.writer = EventWriter(EVENT_TYPES, PROJECTIONS)
        self.storage_id = UUID(int=1)
        self.variants = [UUID(int=100 + number) for number in range(8)]

    def record(self, *aggregates: Aggregate, db: Transaction | None = None) -> None:
        events = [event for aggregate in aggregates for event in aggregate.collect_events()]
        if db is not None:
            self.writer.record(db, events, Metadata(at=NOW))  # type: ignore[arg-type]
            return
        with transaction(self.connection, self.company_id) as alone:
            self.writer.record(alone, events, Metadata(at=NOW))  # type: ignore[arg-type]

    def register_brands(self, *names: str) -> None:
        self.record(*(Brand.begin(Brand.Registered, uuid4(), name=name, description=None) for name in names))

    def open_doors(self) -> None:
        storage = Storage.begin(
            Storage.Registered,
            self.storage_id,
            name="Cellar",
            code="C",
            store_id=None,
            address=None,
            allow_negative=True,
        )
        variants = tuple(Variant(id=one, sku=f"SKU{one.int}", price=500) for one in self.variants)
        product = Product.begin(
            Product.Registered,
            UUID(int=2),
            name="Coffee",
            description=None,
            brand_id=None,
            category_id=None,
            unit_id=None,
            supplier_id=None,
            tax_rate_ids=(),
            track_stock=True,
            variants=variants,
        )
        self.record(storage, product)

    def receive(self, variant_ids: Sequence[UUID], quantity: int, unit_cost: int) -> None:
        with transaction(self.connection, self.company_id) as db:
            levels = StockGuard(db).lock({"storage_id": self.storage_id}, variant_ids).levels()
            delivered = [Delivered.entered(uuid4(), one, Decimal(quantity), unit_cost) for one in variant_ids]
            movement = StockMovement.begin(
                StockMovement.Received,
                uuid4(),
                storage_id=self.storage_id,
                occurred_at=NOW,
                business_date=NOW.date(),
                lines=receive_lines(delivered, levels),
            )
            self.record(movement, db=db)

    def sell(self, variant_ids: Sequence[UUID], day: int = 1, series_id: UUID = SERIES) -> None:
        """Lock balances, then the till's number, then the head, as a till does."""
        with transaction(self.connection, self.company_id) as db:
            levels = StockGuard(db).lock({"storage_id": self.storage_id}, variant_ids).levels()
            params = {"company_id": self.company_id, "series_id": series_of(str(series_id.int))}
            last = db.ask(_LOCK_SERIES, params).row()
            number = last["last_number"] + 1 if last else 1
            self.record(*sale(self, variant_ids, levels, number, day, series_id), db=db)

    def verify(self, name: str) -> VerifyReport:
        return verify(self.database.worker, EVENT_TYPES, self.database.model(name), self.company_id)

    def rebuild(self, name: str) -> RebuildReport:
        return rebuild(self.database.worker, EVENT_TYPES, self.database.model(name), self.company_id)

    def checkpoint(self, name: str) -> tuple[int, bool, str | None]:
        rows = self.database.rows(
            "SELECT position, parked_at IS NOT NULL, error FROM projection_checkpoints"
            " WHERE company_id = %s AND projection = %s",
            self.company_id,
            name,
        )
        return rows[0]

    def head(self) -> int:
        rows = self.database.rows("SELECT position FROM company_head WHERE company_id = %s", self.company_id)
        return int(rows[0][0])


_LOCK_SERIES: LiteralString = """
    SELECT last_number FROM order_series
     WHERE company_id = %(company_id)s AND series_id = %(series_id)s
       FOR UPDATE
"""


def sale(  # noqa: PLR0917 the six are what a sale is
    shop: Shop,
    variant_ids: Sequence[UUID],
    levels: Mapping[UUID, Level],
    number: int,
    day: int,
    series_id: UUID,
) -> tuple[Order, StockMovement]:
    """One of each variant at 5.00, paid in cash, and the goods taken from the storage."""
    order_id, total = uuid4(), 500 * len(variant_ids)
    demands = [Demand(position=at, variant_id=one, quantity=Decimal(1)) for at, one in enumerate(variant_ids)]
    moved = take(demands, levels, allow_negative=True)
    order = Order.begin(
        Order.Sold,
        order_id,
        number=f"{series_id.int}-{number:06d}",
        series_id=series_id,
        series_number=number,
        channel="pos",
        store_id=UUID(int=3),
        register_id=UUID(int=4),
        cashier_id=UUID(int=5),
        customer_id=None,
        storage_id=shop.storage_id,
        business_date=date(2026, 3, day),
        hour=12,
        occurred_at=NOW,
        currency="EUR",
        rounding_level="line",
        rounding_mode="half_up",
        lines=tuple(
            SaleLine(
                id=uuid4(),
                product_id=UUID(int=2),
                variant_id=one,
                sku=f"SKU{one.int}",
                name="Coffee",
                variant_name="",
                category_id=None,
                brand_id=None,
                quantity=Decimal(1),
                unit_price=500,
                list_price=500,
                gross_total=500,
                discount_total=0,
                taxes=(),
                tax_total=0,
                total=500,
                gross_sales=500,
                net_sales=500,
                cost_total=-line.value_change,
            )
            for one, line in zip(variant_ids, moved, strict=True)
        ),
        taxes=(),
        discounts=(),
        payments=(Payment(method="cash", amount=total, tendered=total, change=0, reference=None, tip=0),),
        totals=Totals(
            subtotal=total,
            discount_total=0,
            tax_total=0,
            total=total,
            gross_sales=total,
            net_sales=total,
            cost_total=-sum(line.value_change for line in moved),
            rounding=0,
            tip_total=0,
            paid_total=total,
            change_total=0,
        ),
        note=None,
    )
    issued = StockMovement.begin(
        StockMovement.Issued,
        uuid4(),
        storage_id=shop.storage_id,
        occurred_at=NOW,
        business_date=date(2026, 3, day),
        order_id=order_id,
        lines=moved,
    )
    return order, issued


@pytest.fixture
def open_shop(database: ProjectionDatabase) -> Iterator[Callable[..., Shop]]:
    """Found a company; or, given its id, let one more person work in it."""
    with ExitStack() as stack:

        def begin(company_id: UUID | None = None) -> Shop:
            connection = stack.enter_context(psycopg.connect(database.app, autocommit=True))
            shop = Shop(database, company_id or uuid4(), connection)
            if company_id is None:
                with transaction(connection, shop.company_id) as db:
                    db.execute("SELECT found_company(%(company_id)s)", {"company_id": shop.company_id})
            return shop

        yield begin


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    return open_shop()


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The positions of all that is decoded of logs from now on, in batches of two; asked for last."""
    for module in (proved_log, staging):
        monkeypatch.setattr(module, "BATCH", 2)
    positions: list[int] = []
    decode = FactReader.facts

    def note(reader: FactReader, db: Any, events: Any) -> list[Fact]:
        several = list(events)
        positions.extend(event.position for event in several)
        return decode(reader, db, several)

    monkeypatch.setattr(FactReader, "facts", note)
    return positions
