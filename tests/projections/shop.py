"""A company that sells and takes back at random, and keeps what it recorded."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, cast
from uuid import UUID, uuid4

import psycopg
from psycopg import sql

from domain.aggregate import Aggregate
from domain.orders import Goodwill, Order, RefundedLine, RefundPayment, SaleLine, sell
from domain.orders.back_office import Occasion, place
from domain.orders.portions import refund_line
from domain.payments import ACCOUNT, Tender, settle
from domain.pricing import Discount, Item, PricedBasket, Rules, TaxRate, order_taxes, price
from domain.tills import Till
from domain.unlinked_returns import UnlinkedLine, UnlinkedReturn
from domain.weeks import WeekStart
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.postgres.transactions import Transaction, transaction
from infra.projections.reading import FactReader
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from projections.base import Fact, Projection
from projections.reports.columns import COSTS
from projections.reports.period import CompareTo, Period
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Basis, Criteria, Keep, Section
from projections.reports.table import Table, ask_table

MARCH = Period(date(2024, 3, 1), date(2024, 3, 31))
RULES = Rules(currency="EUR", rounding_level="line", rounding_mode="half_up")
VAT = TaxRate(id=uuid4(), name="VAT", rate=Decimal(20), inclusive=True)
CITY_TAX = TaxRate(id=uuid4(), name="City", rate=Decimal("7.25"), inclusive=False, jurisdiction="Springfield")
NO_TAX = TaxRate(id=uuid4(), name="Zero", rate=Decimal(0), inclusive=True)
PERCENT = Discount(type="percent", value=Decimal("12.5"))
AMOUNT = Discount(type="amount", value=Decimal(3), reason="loyal")
LINE_DISCOUNTS: list[tuple[Discount, ...]] = [(), (), (PERCENT,), (PERCENT, PERCENT)]
ORDER_DISCOUNTS: list[tuple[Discount, ...]] = [(), (), (), (PERCENT,), (AMOUNT,), (AMOUNT, PERCENT)]

#: A sale, refund, void or return without an order: what the reports add up.
Counted = Order.Sold | Order.Refunded | Order.Voided | UnlinkedReturn.Taken

#: What filters are that nobody asks for.
DEFAULTS: Mapping[str, Any] = {"interval": "day", "days": 90}
FORGET = sql.SQL("DELETE FROM {} WHERE company_id = %(company_id)s")
EVERYTHING = sql.SQL("SELECT * FROM {} WHERE company_id = %(company_id)s")


class Shop:
    """A company with some stores and variants, and everything it sold and took back."""

    #: The read models that fold its log.
    MODELS: ClassVar[tuple[Projection, ...]] = (SalesReports(),)

    def __init__(self, database: Any, seed: int = 1) -> None:
        self.company_id = uuid4()
        self.events: list[Counted] = []
        self.orders: list[Order] = []
        self.chance = random.Random(seed)
        self.stores = [uuid4() for _ in range(3)]
        self.variants = [uuid4() for _ in range(8)]
        self.products = {variant: uuid4() for variant in self.variants}
        self.registers = [None, uuid4()]
        self.cashiers, self.customers, self.suppliers = (
            [None, uuid4(), uuid4()],
            [None, uuid4(), uuid4()],
            [None, uuid4()],
        )
        self._app = psycopg.connect(database.app, autocommit=True)
        self._worker = psycopg.connect(database.worker, autocommit=True)
        self._writer = EventWriter(EVENT_TYPES, PROJECTIONS)
        with self.open() as opened:
            opened.execute("SELECT open_company(%(company_id)s)", {"company_id": self.company_id})

    def close(self) -> None:
        self._app.close()
        self._worker.close()

    def open(self) -> AbstractContextManager[Transaction]:
        return transaction(self._app, self.company_id)

    def work(self) -> AbstractContextManager[Transaction]:
        return transaction(self._worker, self.company_id)

    def sell(self, count: int = 1, **fields: Any) -> None:
        """Record sales in one transaction, at random but for what is said of them."""
        orders = [self._sale(**fields) for _ in range(count)]
        self.record(orders)
        self.orders += orders

    def refund(self, count: int = 1, **fields: Any) -> None:
        """Give back, one after another, a part of some orders: goods of a line, and as goodwill the rest."""
        for _ in range(count):
            order = self.chance.choice([one for one in self.orders if not (one.refunds or one.voided)])
            self._refund(order, **fields)
            self.record([order])

    def void(self, count: int = 1) -> None:
        """Take some sales back."""
        for _ in range(count):
            order = self.chance.choice([one for one in self.orders if not (one.refunds or one.voided)])
            assert order.sold
            order.trigger_event(Order.Voided, **_repeated(order.sold), reason="mistake")
            self.record([order])

    def place(self, day: date, *, name: str = "Thing", on_account: bool = False) -> Order:
        """Place an order of three variants in the back office of the first store."""
        discounts = self.chance.choice(ORDER_DISCOUNTS)
        lines, basket = self._lines(self.variants[:3], name, discounts=discounts)
        order = place(
            uuid4(),
            till=self._till(self.stores[0], None),
            occasion=occasion_on(day),
            rules=RULES,
            lines=tuple(replace(line, cost_total=0) for line in lines),
            basket=basket,
            discounts=discounts,
            storage_id=None,
            on_account=on_account,
        )
        self.record([order])
        return order

    def step(self, step: Callable[..., Any], order: Order, day: date, *args: Any, **fields: Any) -> None:
        """Take a step of a placed order."""
        step(order, occasion_on(day), *args, **fields)
        self.record([order])

    def take_back(self, count: int = 1, **fields: Any) -> None:
        """Take goods back whose order nobody knows."""
        self.record([self._unlinked_return(**fields) for _ in range(count)])

    def record(self, aggregates: Iterable[Aggregate]) -> None:
        """Record what is new of them in one transaction."""
        events = [cast("Counted", event) for one in aggregates for event in one.collect_events()]
        with self.open() as opened:
            self._writer.record(opened, events, Metadata(at=datetime.now(UTC)))
        self.events += events

    def facts(self) -> list[Fact]:
        with transaction(self._worker, self.company_id) as opened:
            return FactReader(EVENT_TYPES, self.MODELS).read(opened, 0, 1_000_000)

    def fold(self, sizes: Iterable[int], upto: int | None = None) -> None:
        """Let the read models take in the log, or only so many facts, in batches of these sizes."""
        facts = self.facts()[:upto]
        for size in sizes:
            batch, facts = facts[:size], facts[size:]
            with self.work() as opened:
                for model in self.MODELS:
                    model.apply([fact for fact in batch if fact.event in model.folds], opened)
        assert not facts

    def forget(self) -> None:
        with self.work() as opened:
            for table in self.identifiers():
                opened.connection.execute(FORGET.format(table), {"company_id": self.company_id})

    def identifiers(self) -> list[sql.Identifier]:
        """The names of the tables of its read models."""
        return [sql.Identifier(table) for model in self.MODELS for table in model.tables]

    def tables(self) -> list[list[tuple[str, ...]]]:
        """Every row of the read model, in an order of its own."""
        with self.work() as opened:
            company = {"company_id": self.company_id}
            contents = [
                opened.connection.execute(EVERYTHING.format(table), company).fetchall()
                for table in self.identifiers()
            ]
            return [sorted(tuple(map(str, row)) for row in rows) for rows in contents]

    def ask(
        self,
        section: Section,
        period: Period = MARCH,
        *,
        stores: Sequence[UUID] | None = None,
        position: int = 2**63 - 1,
        compare_to: CompareTo = "none",
        limit: int | None = 20,
        page: int = 1,
        sort: str | None = None,
        group: str | None = None,
        basis: Basis = "current",
        keep: Keep | None = None,
        week_start: WeekStart = "monday",
        **filters: Any,
    ) -> Table:
        """What a section answers to somebody who may see all of it."""
        criteria = Criteria(
            period=period,
            position=position,
            permissions=frozenset({COSTS}),
            stores=None if stores is None else tuple(stores),
            compare_to=compare_to,
            limit=limit,
            page=page,
            sort=sort,
            group=group or next(iter(section.groups), None),
            basis=basis,
            keep=keep,
            week_start=week_start,
            filters={name: filters.get(name, DEFAULTS.get(name)) for name in section.filters},
        )
        with self.open() as opened:
            return ask_table(opened, section, criteria).read()

    def _sale(
        self,
        *,
        day: date | None = None,
        store_id: UUID | None = None,
        variants: Sequence[UUID] | None = None,
        name: str = "Thing",
        category_id: UUID | None = None,
        hour: int | None = None,
        unit_price: int | None = None,
        occurred_at: datetime = datetime(2024, 3, 1, tzinfo=UTC),
    ) -> Order:
        chance = self.chance
        variants = variants or chance.choices(self.variants, k=chance.randint(1, 5))
        discounts = chance.choice(ORDER_DISCOUNTS)
        lines, basket = self._lines(variants, name, category_id, discounts, unit_price)
        day = day or date(2024, 2, 20) + timedelta(days=chance.randrange(60))
        store_id = store_id or chance.choice(self.stores)
        return sell(
            uuid4(),
            till=self._till(store_id, chance.choice(self.registers)),
            customer_id=chance.choice(self.customers),
            storage_id=None,
            business_date=day,
            hour=chance.randrange(24) if hour is None else hour,
            occurred_at=occurred_at,
            rules=RULES,
            lines=lines,
            basket=basket,
            discounts=discounts,
            settlement=settle(basket.total, self._tenders(basket.total), chance.choice([0, 5])),
            note=None,
            shift_id=chance.choice([None, self.stores[0]]),
        )

    def _lines(
        self,
        variants: Sequence[UUID],
        name: str,
        category_id: UUID | None = None,
        discounts: Sequence[Discount] = (),
        unit_price: int | None = None,
    ) -> tuple[tuple[SaleLine, ...], PricedBasket]:
        chance = self.chance
        items = [
            Item(
                variant_id=variant,
                quantity=Decimal(chance.choice(["1", "2", "0.375", "3.00000"])),
                unit_price=chance.randint(10, 5_000) if unit_price is None else unit_price,
                discounts=chance.choice(LINE_DISCOUNTS),
                tax_rates=chance.choice([(), (VAT,), (CITY_TAX,), (VAT, CITY_TAX), (NO_TAX,)]),
            )
            for variant in variants
        ]
        basket = price(items, discounts, RULES)
        lines = tuple(
            SaleLine(
                id=uuid4(),
                product_id=self.products[item.variant_id],
                variant_id=item.variant_id,
                sku=f"SKU-{self.variants.index(item.variant_id)}",
                name=name,
                variant_name="",
                category_id=category_id,
                brand_id=None,
                supplier_id=chance.choice(self.suppliers),
                discounts=item.discounts,
                quantity=line.quantity,
                unit_price=line.unit_price,
                list_price=line.unit_price + chance.choice([0, 0, 100]),
                gross_total=line.gross_total,
                discount_total=line.discount_total,
                taxes=line.taxes,
                tax_total=line.tax_total,
                total=line.total,
                gross_sales=line.gross_sales,
                net_sales=line.net_sales,
                cost_total=chance.randint(0, 2_000),
            )
            for item, line in zip(items, basket.lines, strict=True)
        )
        return lines, basket

    def _till(self, store_id: UUID, register_id: UUID | None) -> Till:
        return Till(
            channel="pos",
            store_id=store_id,
            register_id=register_id,
            cashier_id=self.chance.choice(self.cashiers),
            series_id=uuid4(),
            series_number=len(self.events) + 1,
            number=str(uuid4()),
        )

    def _place(
        self, *, day: date | None = None, store_id: UUID | None = None, hour: int | None = None
    ) -> dict[str, Any]:
        """Where and when something is given back, at random but for what is said of it."""
        chance = self.chance
        return {
            "number": str(uuid4()),
            "series_id": uuid4(),
            "series_number": 1,
            "store_id": store_id or chance.choice(self.stores),
            "register_id": chance.choice(self.registers),
            "shift_id": None,
            "cashier_id": chance.choice(self.cashiers),
            "customer_id": chance.choice(self.customers),
            "storage_id": None,
            "business_date": day or date(2024, 2, 20) + timedelta(days=chance.randrange(60)),
            "hour": chance.randrange(24) if hour is None else hour,
            "occurred_at": datetime(2024, 3, 1, tzinfo=UTC),
            "reason": "defective",
            "note": None,
        }

    def _refund(self, order: Order, **fields: Any) -> None:
        first, *others = order.terms.lines
        restock = self.chance.choice([True, True, False])
        goods = refunded(
            first,
            first.quantity,
            restock=restock,
            cost_total=first.cost_total if restock else 0,
            not_restocked_cost=0 if restock else first.cost_total,
        )
        goodwill = tuple(
            Goodwill(
                **goods_of(line),
                taxes=line.taxes,
                tax_total=line.tax_total,
                total=line.total,
                net_sales=line.net_sales,
            )
            for line in others
        )
        total = goods.total + sum(line.total for line in goodwill)
        tip, rounding = self.chance.choice([0, 20]), self.chance.choice([-1, 0, 1])
        order.trigger_event(
            Order.Refunded,
            **self._place(**fields),
            refund_id=uuid4(),
            lines=(goods,),
            goodwill=goodwill,
            taxes=order_taxes((goods, *goodwill)),
            payments=(
                RefundPayment(method="card", amount=total // 2, exact=total // 2, tip=tip),
                RefundPayment(method="cash", amount=total - total // 2 + rounding, exact=total - total // 2),
            ),
            total=total,
            rounding=rounding,
            tip=tip,
            payment_status="refunded",
            fulfilment_status="partially_returned",
        )

    def _unlinked_return(self, *, name: str = "Thing", **fields: Any) -> UnlinkedReturn:
        variant = self.chance.choice(self.variants)
        item = Item(
            variant_id=variant,
            quantity=Decimal(2),
            unit_price=199,
            tax_rates=self.chance.choice([(), (NO_TAX,)]),
        )
        [line] = price([item], (), RULES).lines
        goods = UnlinkedLine(
            line_id=uuid4(),
            product_id=self.products[variant],
            variant_id=variant,
            sku=f"SKU-{self.variants.index(variant)}",
            name=name,
            variant_name="",
            category_id=None,
            brand_id=None,
            supplier_id=None,
            quantity=line.quantity,
            restock=False,
            is_stocked=True,
            unit_price=line.unit_price,
            list_price=line.unit_price,
            gross_total=line.gross_total,
            discount_total=0,
            taxes=line.taxes,
            tax_total=line.tax_total,
            total=line.total,
            gross_sales=line.gross_sales,
            net_sales=line.net_sales,
            cost_total=0,
        )
        return UnlinkedReturn.begin(
            UnlinkedReturn.Taken,
            uuid4(),
            **self._place(**fields),
            currency="EUR",
            rounding_level="line",
            rounding_mode="half_up",
            lines=(goods,),
            taxes=order_taxes((goods,)),
            payments=(RefundPayment(method="cash", amount=line.total + 2, exact=line.total),),
            total=line.total,
            rounding=2,
            external_reference=None,
        )

    def _tenders(self, total: int) -> list[Tender]:
        card = self.chance.choice([0, total // 3, total])
        method = self.chance.choice(["card", "card", ACCOUNT])
        tenders = [Tender(method=method, amount=card, tip=self.chance.choice([0, 50]))] if card else []
        if card < total or not tenders:
            tenders.append(Tender(method="cash", amount=total - card, tendered=total - card + 1_000))
        return tenders


def occasion_on(day: date) -> Occasion:
    """Noon of a business date, in the back office."""
    return Occasion(occurred_at=datetime(2024, 3, 1, tzinfo=UTC), business_date=day, hour=12, cashier_id=None)


def _repeated(sale: Order.Sold) -> dict[str, Any]:
    """What a void repeats of its sale."""
    names = (
        "number store_id register_id shift_id cashier_id customer_id business_date hour occurred_at lines "
        "taxes payments totals"
    )
    return {name: getattr(sale, name) for name in names.split()}


def goods_of(line: SaleLine) -> dict[str, Any]:
    """What a refund says of the goods of a line."""
    return {
        "line_id": line.id,
        "product_id": line.product_id,
        "variant_id": line.variant_id,
        "category_id": line.category_id,
        "brand_id": line.brand_id,
        "supplier_id": line.supplier_id,
    }


def refunded(
    line: SaleLine,
    quantity: Decimal,
    *,
    restock: bool = True,
    cost_total: int = 0,
    not_restocked_cost: int = 0,
) -> RefundedLine:
    """So much of a line as it comes back, of which nothing has before."""
    came_back = refund_line(line, Decimal(0), quantity)
    return RefundedLine(
        **goods_of(line),
        quantity=quantity,
        restock=restock,
        gross_total=came_back.gross_total,
        discount_total=came_back.discount_total,
        taxes=came_back.taxes,
        tax_total=came_back.tax_total,
        total=came_back.total,
        gross_sales=came_back.gross_sales,
        net_sales=came_back.net_sales,
        cost_total=cost_total,
        not_restocked_cost=not_restocked_cost,
    )
