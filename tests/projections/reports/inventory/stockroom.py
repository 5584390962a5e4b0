"""A company whose stock comes and goes at random, and what it recorded."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any, cast
from uuid import UUID, uuid4

import psycopg

from domain.aggregate import Aggregate
from domain.catalog.products import Product
from domain.costing import Balance
from domain.errors import Refusal
from domain.orders import Order, SaleLine, sell
from domain.payments import Tender, settle
from domain.pricing import Item, Rules, price
from domain.stock.adjustments import GAINS, LOSSES, Adjustment, adjust
from domain.stock.arrivals import Arrival
from domain.stock.findings import Finding, post_findings, put_back
from domain.stock.goods import BaseQuantity
from domain.stock.issues import Demand, take
from domain.stock.levels import Level
from domain.stock.movements import MovementLine, StockMovement
from domain.stock.purchase_lines import Consignment, PurchaseLine
from domain.stock.purchase_orders import PurchaseOrder
from domain.stock.receipts import Delivered, receive_lines
from domain.stock.reservations import PlacedLine, Reservation, ReservedLine
from domain.stock.returns import ReturnedGoods, give_back_lines
from domain.stock.reversals import reverse
from domain.stock.supplier_returns import SupplierReturn, send_back
from domain.stock.transfers import Transfer, TransferLine
from domain.stock.transit import bring_back, bring_in, send
from domain.tills import Till
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.postgres.transactions import Transaction, transaction
from infra.projections.reading import FactReader
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from projections.base import Projection, Row, plan_for_values
from projections.catalog.price_history import PriceHistory
from projections.reports.explaining import Explained, ask_explained
from projections.reports.names import ReportNames
from projections.reports.period import Period
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Criteria, Section
from projections.reports.stock import StockReports
from projections.reports.table import Table, ask_table
from tests.commands import samples
from tests.commands.samples import id_of

#: The first day on which anything happens.
FIRST_DAY = date(2026, 1, 5)
NORTH, SOUTH, SHOP, CELLAR, OUTLET, DEPOT = map(
    id_of, ("north", "south", "shop", "cellar", "outlet", "depot")
)
STORAGES = (SHOP, CELLAR, OUTLET, DEPOT)
#: The storages of each store; nobody's depot is a warehouse.
STORES = {NORTH: (SHOP, CELLAR), SOUTH: (OUTLET,)}
STORE_OF = {storage: store for store, places in STORES.items() for storage in places} | {DEPOT: NORTH}
VARIANTS = tuple(id_of(f"goods {number}") for number in range(5))
PRODUCTS = {variant: id_of(f"product {number // 2}") for number, variant in enumerate(VARIANTS)}
CATEGORIES = {id_of("product 0"): id_of("coffee"), id_of("product 1"): id_of("drinks")}
BRANDS = {id_of("product 0"): id_of("acme"), id_of("product 2"): id_of("bolt")}
SUPPLIERS = {id_of("product 0"): id_of("mill"), id_of("product 1"): id_of("farm")}
VAT = id_of("vat")
RULES = Rules(currency="EUR", rounding_level="line", rounding_mode="half_up")
#: Read models that the sections ask.
MODELS: tuple[Projection, ...] = (StockReports(), SalesReports(), PriceHistory(), ReportNames())
EVERYTHING = frozenset({"costs.view"})


class Stockroom:
    """Some storages, some goods, and a day that goes on; a step that is refused does not happen."""

    def __init__(self, database: Any, seed: int = 1) -> None:
        self.company_id = uuid4()
        self.chance = Random(seed)
        self.day = FIRST_DAY
        self.is_living = False
        self.events: list[Aggregate.Event] = []
        self.days: list[date] = []
        self.movements: list[StockMovement] = []
        self.transfers: list[Transfer] = []
        self.orders: list[PurchaseOrder] = []
        self.reservations: list[Reservation] = []
        self.actors = [uuid4(), uuid4()]
        self._levels: dict[UUID, dict[UUID, Level]] = {storage: {} for storage in STORAGES}
        self._reversed: set[UUID] = set()
        self._app = psycopg.connect(database.app, autocommit=True)
        self._worker = psycopg.connect(database.worker, autocommit=True)
        self._writer = EventWriter(EVENT_TYPES, PROJECTIONS)
        with self.open() as opened:
            opened.execute("SELECT open_company(%(company_id)s)", {"company_id": self.company_id})
        self.products = {number: _product(number) for number in range(3)}
        self.record([samples.company(self.company_id), *_catalog(), *self.products.values()])

    def close(self) -> None:
        self._app.close()
        self._worker.close()

    def open(self) -> AbstractContextManager[Transaction]:
        return transaction(self._app, self.company_id)

    @property
    def position(self) -> int:
        """That of the last event."""
        return len(self.events)

    def live(self, steps: int) -> None:
        """Let so many things happen, a handful of them a day."""
        self.is_living = True
        for _ in range(steps):
            if self.chance.random() < 0.2:
                self.day += timedelta(days=self.chance.choice((1, 1, 2, 9)))
            step: Callable[[], None] = self.chance.choice(self._steps())
            try:
                step()
            except Refusal:
                continue

    def fold(self, sizes: Iterable[int] = (1_000_000,)) -> None:
        """Let the read models take in the whole log, in batches of these sizes."""
        for model in MODELS:
            with transaction(self._worker, self.company_id) as opened:
                facts = FactReader(EVENT_TYPES, [model]).read(opened, 0, 1_000_000)
            for size in sizes:
                batch, facts = facts[:size], facts[size:]
                with transaction(self._worker, self.company_id) as opened:
                    model.apply(batch, opened)
            assert not facts

    def forget(self) -> None:
        with transaction(self._worker, self.company_id) as opened:
            for model in MODELS:
                for table in model.tables:
                    opened.connection.execute(
                        psycopg.sql.SQL("DELETE FROM {} WHERE company_id = %s").format(
                            psycopg.sql.Identifier(table)
                        ),
                        [self.company_id],
                    )

    def tables(self) -> list[list[tuple[str, ...]]]:
        """Every row of the facts of stock, in an order of its own."""
        with transaction(self._worker, self.company_id) as opened:
            contents = [
                opened.connection.execute(
                    psycopg.sql.SQL("SELECT * FROM {} WHERE company_id = %s").format(
                        psycopg.sql.Identifier(table)
                    ),
                    [self.company_id],
                ).fetchall()
                for table in StockReports.tables
            ]
        return [sorted(tuple(map(str, row)) for row in rows) for rows in contents]

    def ask(
        self,
        section: Section,
        first: date,
        last: date,
        *,
        position: int | None = None,
        stores: Collection[UUID] | None = None,
        permissions: frozenset[str] = EVERYTHING,
        limit: int | None = None,
        filters: dict[str, Any] | None = None,
        **more: Any,
    ) -> Table:
        """The table of a section, up to a position of the log."""
        criteria = Criteria(
            period=Period(first, last),
            position=self.position if position is None else position,
            permissions=permissions,
            stores=None if stores is None else tuple(stores),
            filters=dict.fromkeys(section.filters) | (filters or {}),
            limit=limit,
            **{"group": section.groups[0] if section.groups else None, "sort": section.order} | more,
        )
        return self.ask_for(section, criteria)

    def ask_for(self, section: Section, criteria: Criteria) -> Table:
        with self.open() as opened:
            plan_for_values(opened)
            return ask_table(opened, section, criteria).read()

    def explain(self, section: Section, criteria: Criteria, column: str, row: Row | None) -> Explained:
        """The facts of a figure of a row, or without one of the whole."""
        with self.open() as opened:
            plan_for_values(opened)
            return ask_explained(opened, section, criteria, column, row).read()

    def facts_of(
        self, section: Section, column: str, day: date | None = None, **filters: Any
    ) -> list[tuple[Any, Any]]:
        """The event and the amount of each fact of a figure of the whole, at the end of a day (today)."""
        criteria = Criteria(
            period=Period(day or self.day, day or self.day),
            position=self.position,
            permissions=EVERYTHING,
            filters=dict.fromkeys(section.filters) | filters,
            limit=None,
            group="variant",
        )
        facts = self.explain(section, criteria, column, None).rows
        return [(self.events[fact["position"] - 1], fact["amount"]) for fact in facts]

    def record(self, aggregates: Iterable[Aggregate]) -> None:
        """Record what is new of them in one transaction."""
        events = [cast("Aggregate.Event", event) for one in aggregates for event in one.collect_events()]
        metadata = Metadata(at=self._noon(self.day), actor=self.chance.choice(self.actors))
        with self.open() as opened:
            self._writer.record(opened, events, metadata)
        self.events += events
        self.days += [self.day] * len(events)

    def _steps(self) -> tuple[Callable[[], None], ...]:
        """What can happen, the likely more often."""
        often = (self.receive, self.sell, self.sell, self.sell)
        return (
            *often,
            self.bring_back,
            self.void,
            self.adjust,
            self.adjust,
            self.send_back,
            self.send,
            self.unload,
            self.unload,
            self.cancel,
            self.count,
            self.sell_late,
            self.reverse,
            self.reserve,
            self.release,
            self.order,
            self.deliver,
        )

    def receive(self, storage: UUID | None = None, quantities: dict[UUID, int] | None = None) -> None:
        storage = storage or self.chance.choice(STORAGES)
        wanted = quantities or {one: self.chance.randint(1, 9) for one in self._some()}
        delivered = [
            Delivered.entered(uuid4(), variant, Decimal(quantity), self.chance.randint(0, 999))
            for variant, quantity in wanted.items()
        ]
        lines = receive_lines(delivered, self._levels[storage])
        supplier_id = self.chance.choice((None, *SUPPLIERS.values()))
        self._move(StockMovement.Received, storage, lines, supplier_id=supplier_id)

    def sell(self, storage: UUID | None = None) -> None:
        storage = storage or self.chance.choice(STORAGES)
        demands = [
            Demand(position=0, variant_id=one, quantity=self._quantity(), assumed_cost=200)
            for one in self._some()
        ]
        lines = take(demands, self._levels[storage], allow_negative=storage == SHOP)
        self._sell(storage, lines)

    def sell_goods(self, storage: UUID, variant: UUID, quantity: int) -> None:
        demand = Demand(position=0, variant_id=variant, quantity=Decimal(quantity), assumed_cost=200)
        self._sell(storage, take([demand], self._levels[storage], allow_negative=True))

    def _sell(self, storage: UUID, lines: Sequence[MovementLine]) -> None:
        moment = self._moment()
        order = _order(storage, lines, moment["occurred_at"])
        movement = self._movement(StockMovement.Issued, storage, lines, order_id=order.id, moment=moment)
        self.record([order, movement])

    def bring_back(self) -> None:
        sale, storage = self._earlier("sale"), self.chance.choice(STORAGES)
        self.give_back(sale, storage)
        if self.chance.random() < 0.5:
            self.adjust(storage, "damaged", {sale.lines[0].variant_id: sale.lines[0].quantity})

    def give_back(self, sale: StockMovement, storage: UUID) -> None:
        goods = [
            ReturnedGoods(variant_id=line.variant_id, quantity=-line.quantity, cost_total=-line.value_change)
            for line in sale.lines[:1]
        ]
        lines = give_back_lines(goods, self._levels[storage])
        self._move(StockMovement.Returned, storage, lines, refund_id=uuid4(), order_id=sale.order_id)

    def void(self) -> None:
        sale = self._earlier("sale")
        goods = [
            ReturnedGoods(variant_id=line.variant_id, quantity=-line.quantity, cost_total=-line.value_change)
            for line in sale.lines
        ]
        self._reversed.add(sale.id)
        lines = give_back_lines(goods, self._levels[sale.storage_id])
        self._move(StockMovement.Voided, sale.storage_id, lines, order_id=sale.order_id)

    def adjust(
        self, storage: UUID | None = None, reason: str | None = None, by: dict[UUID, Decimal] | None = None
    ) -> None:
        storage = storage or self.chance.choice(STORAGES)
        reason = reason or self.chance.choice((*LOSSES, *GAINS, "correction"))
        sign = -1 if reason in LOSSES else 1 if reason in GAINS else self.chance.choice((-1, 1))
        by = by or {one: sign * self._quantity() for one in self._some()}
        adjustments = [
            Adjustment(
                id=uuid4(),
                variant_id=one,
                quantity=quantity,
                base=BaseQuantity.own(quantity),
                catalog_cost=150,
            )
            for one, quantity in by.items()
        ]
        lines, _ = adjust(reason, adjustments, self._levels[storage])
        self._move(StockMovement.Adjusted, storage, lines, reason=reason)

    def send_back(self) -> None:
        storage, quantity = self.chance.choice(STORAGES), self._quantity()
        returns = [
            SupplierReturn(
                id=uuid4(), variant_id=one, quantity=quantity, base=BaseQuantity.own(quantity), unit_credit=90
            )
            for one in self._some()
        ]
        lines = send_back(returns, self._levels[storage])
        supplier_id = self.chance.choice([*SUPPLIERS.values()])
        self._move(StockMovement.SupplierReturned, storage, lines, supplier_id=supplier_id, credit_total=90)

    def send(self) -> None:
        source, target = self.chance.sample(STORAGES, 2)
        there = {one: level.balance.quantity for one, level in self._levels[source].items()}
        goods = {
            one: min(quantity, Decimal(self.chance.randint(1, 5)))
            for one, quantity in there.items()
            if quantity > 0 and self.chance.random() < 0.7
        }
        if goods:
            self.send_goods(source, target, goods)

    def send_goods(self, source: UUID, target: UUID, goods: Mapping[UUID, Decimal | int]) -> Transfer:
        transfer = Transfer.begin(
            Transfer.Drafted,
            uuid4(),
            number=str(len(self.transfers)),
            series_number=len(self.transfers) + 1,
            from_storage_id=source,
            to_storage_id=target,
            occurred_at=self._noon(self.day),
            lines=tuple(_planned(one, Decimal(quantity)) for one, quantity in goods.items()),
        )
        self.record([transfer])
        lines = send(transfer.outgoing(None), self._levels[source])
        moment = self._moment()
        movement = self._movement(
            StockMovement.TransferredOut, source, lines, transfer_id=transfer.id, moment=moment
        )
        transfer.ship(movement.id, lines, **moment, carrier=None, tracking=None)
        self.record([movement, transfer])
        self.transfers.append(transfer)
        return transfer

    def receive_goods(self, transfer: Transfer, quantity: int) -> None:
        [line] = transfer.in_transit
        self._unload(transfer, [Arrival(line_id=line.line_id, received=Decimal(quantity))], is_closing=False)

    def lose_goods(self, transfer: Transfer, quantity: int) -> None:
        [line] = transfer.in_transit
        self._unload(transfer, [Arrival(line_id=line.line_id, lost=Decimal(quantity))], is_closing=False)

    def unload(self) -> None:
        open_ones = [one for one in self.transfers if one.in_transit]
        if not open_ones:
            return
        transfer = self.chance.choice(open_ones)
        arrivals = [self._arrival(one.line_id, one.in_transit) for one in transfer.in_transit]
        self._unload(transfer, arrivals, is_closing=self.chance.random() < 0.2)

    def _unload(self, transfer: Transfer, arrivals: Sequence[Arrival], *, is_closing: bool) -> None:
        parts = transfer.arrivals(arrivals, is_closing=is_closing)
        moment, receipt_id = self._moment(), uuid4()
        transfer.receive(receipt_id, parts, **moment)
        named = {"transfer_id": transfer.id, "receipt_id": receipt_id, "moment": moment}
        came: list[Aggregate] = []
        went_back: list[Aggregate] = []
        if arrived := bring_in(parts, self._levels[transfer.to_storage_id]):
            came.append(self._movement(StockMovement.TransferredIn, transfer.to_storage_id, arrived, **named))
        if back := bring_back(parts, self._levels[transfer.from_storage_id]):
            went_back.append(
                self._movement(
                    StockMovement.TransferredIn, transfer.from_storage_id, back, came_back=True, **named
                )
            )
        self.record([*came, transfer, *went_back])

    def cancel(self) -> None:
        open_ones = [one for one in self.transfers if one.in_transit]
        if not open_ones or self.chance.random() < 0.5:
            return
        transfer, moment = self.chance.choice(open_ones), self._moment()
        parts = transfer.cancel("plans changed", **moment)
        lines = bring_back(parts, self._levels[transfer.from_storage_id])
        back = self._movement(
            StockMovement.TransferredIn,
            transfer.from_storage_id,
            lines,
            transfer_id=transfer.id,
            came_back=True,
            moment=moment,
        )
        self.record([transfer, back])

    def count(self) -> None:
        storage = self.chance.choice(STORAGES)
        findings = [
            Finding(
                variant_id=one,
                counted_quantity=max(
                    level.balance.quantity + self.chance.choice((-2, -1, 0, 0, 1)), Decimal(0)
                ),
                counted_at=self._noon(self.day),
                expected_quantity=level.balance.quantity,
                assumed_cost=120,
            )
            for one, level in self._levels[storage].items()
        ]
        if findings:
            lines = post_findings(findings, self._levels[storage])
            self._move(StockMovement.Counted, storage, lines, count_id=uuid4())

    def sell_late(self) -> None:
        """A sale becomes known that happened before its goods were counted."""
        storage, order_id = self.chance.choice(STORAGES), uuid4()
        demand = Demand(position=0, variant_id=self.chance.choice(VARIANTS), quantity=self._quantity())
        lines = take([demand], self._levels[storage], allow_negative=storage == SHOP)
        moment = self._moment()
        sale = self._movement(StockMovement.Issued, storage, lines, order_id=order_id, moment=moment)
        correction = self._movement(
            StockMovement.CountCorrected,
            storage,
            put_back(lines),
            order_id=order_id,
            count_id=uuid4(),
            moment=moment,
        )
        self.record([sale, correction])

    def reverse(self) -> None:
        self.take_back(self._earlier(self.chance.choice(("receipt", "adjustment", "supplier_return"))))

    def take_back(self, original: StockMovement) -> None:
        lines = reverse(original, self._levels[original.storage_id])
        self._reversed.add(original.id)
        self._move(
            StockMovement.Reversed, original.storage_id, lines, original_id=original.id, reason="mistake"
        )

    def reserve(self) -> None:
        storage = self.chance.choice(STORAGES)
        lines = tuple(PlacedLine(variant_id=one, quantity=self._quantity()) for one in self._some())
        reservation = Reservation.begin(
            Reservation.Placed, uuid4(), storage_id=storage, lines=lines, occurred_at=self._noon(self.day)
        )
        self.record([reservation])
        self.reservations.append(reservation)

    def promise(self, storage: UUID, variant: UUID, quantity: int) -> None:
        line = PlacedLine(variant_id=variant, quantity=Decimal(quantity))
        moment = self._noon(self.day)
        placed = Reservation.begin(
            Reservation.Placed, uuid4(), storage_id=storage, lines=(line,), occurred_at=moment
        )
        self.record([placed])

    def release(self) -> None:
        if self.reservations:
            reservation = self.reservations.pop()
            lines = tuple(
                ReservedLine(variant_id=one, quantity=promise.open)
                for one, promise in reservation.promises.items()
            )
            reservation.trigger_event(
                Reservation.Released, storage_id=reservation.storage_id, lines=lines, reason="no need"
            )
            self.record([reservation])

    def order(self) -> None:
        storage = self.chance.choice(STORAGES)
        lines = tuple(
            PurchaseLine(
                id=uuid4(),
                variant_id=one,
                sku="S",
                name="Goods",
                quantity=quantity,
                base_quantity=quantity,
                factor=Decimal(1),
                unit_cost=100,
            )
            for one in self._some()
            for quantity in [Decimal(self.chance.randint(2, 9))]
        )
        order = PurchaseOrder.begin(
            PurchaseOrder.Drafted,
            uuid4(),
            number=str(len(self.orders)),
            series_number=len(self.orders) + 1,
            supplier_id=self.chance.choice([*SUPPLIERS.values()]),
            storage_id=storage,
            lines=lines,
            currency="EUR",
        )
        if self.chance.random() < 0.8:
            order.order(lines, self._noon(self.day), None)
        self.record([order])
        self.orders.append(order)

    def deliver(self) -> None:
        open_ones = [one for one in self.orders if one.status in {"ordered", "partially_received"}]
        if not open_ones:
            return
        order = self.chance.choice(open_ones)
        if self.chance.random() < 0.2:
            order.cancel("late")
            self.record([order])
            return
        line = self.chance.choice(order.lines)
        quantity = Decimal(self.chance.randint(1, 4))
        delivered = [Delivered.entered(uuid4(), line.variant_id, quantity, 100)]
        moment = self._moment()
        movement = self._movement(
            StockMovement.Received,
            order.storage_id,
            receive_lines(delivered, self._levels[order.storage_id]),
            supplier_id=order.supplier_id,
            purchase_order_id=order.id,
            moment=moment,
        )
        order.take_delivery(
            movement.id,
            moment["occurred_at"],
            [
                Consignment(
                    line_id=line.id, received=quantity, base_received=quantity, value=100 * int(quantity)
                )
            ],
            Decimal(1000),
        )
        self.record([order, movement])

    def _move(self, event: Any, storage: UUID, lines: Any, **fields: Any) -> None:
        self.record([self._movement(event, storage, lines, **fields)])

    def _movement(self, event: Any, storage: UUID, lines: Any, **fields: Any) -> StockMovement:
        moment = fields.pop("moment", None) or self._moment()
        movement = StockMovement.begin(event, uuid4(), storage_id=storage, lines=lines, **moment, **fields)
        for line in lines:
            balance = Balance(
                quantity=line.balance_quantity, value=line.balance_value, last_unit_cost=line.last_unit_cost
            )
            self._levels[storage][line.variant_id] = Level(balance=balance)
        self.movements.append(movement)
        return movement

    def _moment(self) -> dict[str, Any]:
        """Today, or some days ago: what happened then is only recorded now."""
        ago = self.chance.choice((0, 0, 0, 0, 1, 5)) if self.is_living else 0
        day = self.day - timedelta(days=ago)
        return {"occurred_at": self._noon(day), "business_date": day}

    def _noon(self, day: date) -> datetime:
        return datetime.combine(day, time(12), UTC)

    def _some(self) -> list[UUID]:
        return self.chance.sample(VARIANTS, self.chance.randint(1, 3))

    def _quantity(self) -> Decimal:
        return Decimal(self.chance.choice(("1", "2", "0.375", "3.00000")))

    def _earlier(self, kind: str) -> StockMovement:
        """A movement of that kind that was not taken back."""
        able = [one for one in self.movements if one.kind == kind and one.id not in self._reversed]
        if not able:
            raise Refusal
        return self.chance.choice(able)

    def _arrival(self, line_id: UUID, in_transit: Decimal) -> Arrival:
        """What becomes of a part of a line: of each unit something else."""
        parts = dict.fromkeys(("received", "damaged", "lost", "returned"), Decimal(0))
        for _ in range(int(in_transit)):
            name = self.chance.choice(
                ("received", "received", "received", "damaged", "lost", "returned", None)
            )
            if name:
                parts[name] += 1
        return Arrival(line_id=line_id, **parts)  # type: ignore[arg-type]  # none of them is the note


def _order(storage: UUID, lines: Sequence[MovementLine], occurred_at: datetime) -> Order:
    """The order of goods that were issued, in the store of their storage; a warehouse sells for the first."""
    items = [Item(variant_id=one.variant_id, quantity=-one.quantity, unit_price=1_000) for one in lines]
    basket = price(items, (), RULES)
    sold = tuple(
        SaleLine(
            id=uuid4(),
            product_id=PRODUCTS[moved.variant_id],
            variant_id=moved.variant_id,
            sku=f"SKU-{VARIANTS.index(moved.variant_id)}",
            name="Goods",
            variant_name="",
            category_id=CATEGORIES.get(PRODUCTS[moved.variant_id]),
            brand_id=BRANDS.get(PRODUCTS[moved.variant_id]),
            supplier_id=SUPPLIERS.get(PRODUCTS[moved.variant_id]),
            quantity=line.quantity,
            unit_price=line.unit_price,
            list_price=line.unit_price,
            gross_total=line.gross_total,
            discount_total=line.discount_total,
            taxes=line.taxes,
            tax_total=line.tax_total,
            total=line.total,
            gross_sales=line.gross_sales,
            net_sales=line.net_sales,
            cost_total=-moved.value_change,
        )
        for moved, line in zip(lines, basket.lines, strict=True)
    )
    till = Till(
        channel="pos",
        store_id=STORE_OF[storage],
        register_id=None,
        cashier_id=None,
        series_id=uuid4(),
        series_number=1,
        number=str(uuid4()),
    )
    return sell(
        uuid4(),
        till=till,
        customer_id=None,
        storage_id=storage,
        business_date=occurred_at.date(),
        hour=12,
        occurred_at=occurred_at,
        rules=RULES,
        lines=sold,
        basket=basket,
        discounts=(),
        settlement=settle(basket.total, [Tender(method="card", amount=basket.total)], 0),
        note=None,
    )


def _planned(variant: UUID, quantity: Decimal) -> TransferLine:
    return TransferLine(
        id=uuid4(), variant_id=variant, sku="S", name="Goods", quantity=quantity, entered_quantity=quantity
    )


def _catalog() -> list[Aggregate]:
    """Stores and storages, and how goods are filed."""
    stores = [
        samples.store(NORTH, "North", "N", tax_rate_ids=()),
        samples.store(SOUTH, "South", "S", tax_rate_ids=()),
    ]
    names = {
        SHOP: ("Shop", NORTH),
        CELLAR: ("Cellar", NORTH),
        OUTLET: ("Outlet", SOUTH),
        DEPOT: ("Depot", None),
    }
    storages = [
        samples.storage(one, name, name[0], store_id=store_id) for one, (name, store_id) in names.items()
    ]
    settings = [
        samples.tax(VAT, "19"),
        samples.category(id_of("drinks"), "Drinks"),
        samples.category(id_of("coffee"), "Coffee", id_of("drinks")),
        samples.brand(id_of("acme"), "Acme"),
        samples.brand(id_of("bolt"), "Bolt"),
        samples.supplier(id_of("mill"), "Mill"),
        samples.supplier(id_of("farm"), "Farm"),
    ]
    return [*stores, *storages, *settings]


def _product(number: int) -> Product:
    """A product, which may be filed nowhere; the first has a tax that is in its prices."""
    one = id_of(f"product {number}")
    variants = [
        samples.variant(goods, sku=f"SKU-{place}", price=1_000 + 100 * place, cost=400)
        for place, goods in enumerate(VARIANTS)
        if PRODUCTS[goods] == one
    ]
    return samples.product(
        *variants,
        one=one,
        name=f"Product {chr(ord('C') - number)}",
        category_id=CATEGORIES.get(one),
        brand_id=BRANDS.get(one),
        supplier_id=SUPPLIERS.get(one),
        tax_rate_ids=(VAT,) if number == 0 else (),
    )
