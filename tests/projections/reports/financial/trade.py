"""A company of two stores that trades at random, as its own commands decide it, and all that it recorded."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from commands.accounts.adjustments import AdjustCredit
from commands.accounts.expiry import ExpireCredit
from commands.accounts.payments import PayDues
from commands.companies import ReviseCompany
from commands.customers.merging import MergeCustomers
from commands.orders.back_office.cancelling import CancelOrder
from commands.orders.back_office.fulfilling import FulfilOrder
from commands.orders.back_office.paying import PayOrder
from commands.orders.back_office.placing import PlaceOrder
from commands.orders.baskets import BasketLine, QuoteBasket
from commands.orders.exchange_terms import ExchangeGoods
from commands.orders.refunds import QuoteRefund, RefundOrder
from commands.orders.sales import PlaceSale
from commands.orders.unlinked_goods import ReturnedItem
from commands.orders.unlinked_returns import TakeReturn
from commands.orders.voids import VoidOrder
from commands.shifts.cash import MoveCash
from commands.shifts.closing import CloseShift, RecountShift
from commands.shifts.opening import OpenShift
from commands.stock.adjustments import AdjustmentLine, AdjustStock
from commands.stock.receipts import ReceivedLine, ReceiveStock
from domain.aggregate import Aggregate
from domain.customers import Customer
from domain.orders import LineReturn, Order
from domain.orders.handovers import LineQuantity
from domain.payments import Tender
from domain.pricing import Discount
from domain.shifts.movements import REASONS
from domain.tax_rates import TaxRate
from infra.eventstore.codec import Metadata
from tests.commands.memory.world import World
from tests.commands.samples import (
    COMPANY,
    NOW,
    caller,
    category,
    company,
    id_of,
    product,
    register,
    storage,
    store,
    variant,
)
from tests.commands.scenario import Outcome, Scenario

FIRST = NOW.date()
STORES = {name: id_of(f"{name} store") for name in ("harbour", "market")}
REGISTERS = {name: id_of(f"{name} register") for name in STORES}
STORAGES = {name: id_of(f"{name} storage") for name in STORES}
CUSTOMERS = tuple(id_of(f"customer {number}") for number in range(3))
VAT, CITY, ZERO = (id_of(f"{name} tax") for name in ("vat", "city", "zero"))
CATEGORIES = tuple(id_of(f"category {number}") for number in range(2))
#: Goods by their price: their taxes, and whether their stock is counted.
GOODS: dict[int, tuple[tuple[UUID, ...], bool]] = {
    1799: ((VAT,), True),
    333: ((VAT, CITY), True),
    2490: ((), False),
    95: ((ZERO,), False),
}
#: Cash gives change of more than anything here comes to.
PLENTY = 10_000_000


class Recorded(NamedTuple):
    """An event of the log, and its place there."""

    position: int
    stream_id: UUID
    event: Any


class RecordingWorld(World):
    """A world that keeps what is recorded, decision by decision."""

    def record(self, company_id: UUID, events: Iterable[Aggregate.Event], metadata: Metadata) -> None:
        """Add events to a log, and keep them."""
        several = list(events)
        self.decisions.append((several, metadata))
        super().record(company_id, several, metadata)

    @cached_property
    def decisions(self) -> list[tuple[list[Aggregate.Event], Metadata]]:
        """What was recorded together."""
        return []


def variant_of(price: int) -> UUID:
    """What costs so much."""
    return id_of(f"variant {price}")


class Trade:
    """The company; acts are minutes or hours apart, and what is refused is left out."""

    def __init__(self, seed: int = 1) -> None:
        self.chance = random.Random(seed)
        self.shop = Scenario()
        self.world = self.shop.world = RecordingWorld()
        self.now = NOW
        self.orders: list[UUID] = []
        self.placed: list[UUID] = []
        self.shifts: dict[str, UUID] = {}
        self.closed: list[UUID] = []
        self.done: dict[str, int] = {}
        self._found()

    def _found(self) -> None:
        shop = self.shop.given(company())
        shop.given(
            _tax(VAT, "VAT", "20"), _tax(CITY, "City", "7.25", inclusive=False), _tax(ZERO, "Zero", "0")
        )
        shop.given(*(category(one, f"Category {at}") for at, one in enumerate(CATEGORIES)))
        for code, name in enumerate(STORES):
            shop.given(
                store(STORES[name], name, f"S{code}"),
                storage(STORAGES[name], name, f"C{code}", store_id=STORES[name]),
            )
            shop.given(register(REGISTERS[name], str(code), STORES[name]))
        for at, (price, (taxes, is_stocked)) in enumerate(GOODS.items()):
            one = variant(variant_of(price), f"V{price}", price=price, cost=price // 3 if price > 100 else 0)
            named: dict[str, Any] = {
                "track_stock": is_stocked,
                "tax_rate_ids": taxes,
                "category_id": [*CATEGORIES, None][at % 3],
            }
            shop.given(product(one, one=id_of(f"product {price}"), **named))
        for customer_id in CUSTOMERS:
            shop.given(
                Customer.begin(
                    Customer.Registered, customer_id, name="Ada", credit_limit=20_000, terms_days=14
                )
            )
        self.act(ReviseCompany(id=COMPANY, changes={"cash_rounding": 5, "blind_close": True}))
        for name in STORES:
            lines = tuple(
                ReceivedLine(variant_id=variant_of(price), quantity=Decimal(1_000), unit_cost=price // 3)
                for price, (_, is_stocked) in GOODS.items()
                if is_stocked
            )
            self.act(ReceiveStock(id=uuid4(), storage_id=STORAGES[name], lines=lines))

    @property
    def recorded(self) -> list[Recorded]:
        """All that was recorded so far, in the order of the log."""
        events = [event for several, _ in self.world.decisions for event in several]
        return [Recorded(at, event.originator_id, event) for at, event in enumerate(events, start=1)]

    def of(self, *kinds: type[Aggregate.Event], upto: int | None = None) -> Iterator[Recorded]:
        """The events of these kinds, up to a position."""
        for one in self.recorded:
            if isinstance(one.event, kinds) and (upto is None or one.position <= upto):
                yield one

    def positions(self, count: int) -> list[int]:
        """So many positions of the log, where one decision ends and the next has not begun."""
        ends = list(accumulate(len(events) for events, _ in self.world.decisions))
        return sorted(random.Random(count).sample(ends, count))

    def act(self, command: Any) -> Outcome:
        """Decide it now."""
        outcome = self.shop.at(self.now).when(command)
        if outcome.refusal is None:
            name = type(command).__name__
            self.done[name] = self.done.get(name, 0) + 1
        return outcome

    def trade(self, acts: int) -> None:
        """Act so often at random."""
        chance = self.chance
        kinds: dict[Callable[[], object], int] = {
            self._sell: 8,
            self._refund: 4,
            self._void: 2,
            self._exchange: 2,
            self._return: 1,
            self._place: 2,
            self._step: 9,
            self._account: 3,
            self._shift: 5,
            self._move: 3,
            self._adjust: 1,
        }
        for _ in range(acts):
            self.now += timedelta(minutes=chance.choice([1, 20, 200]))
            chance.choices(list(kinds), list(kinds.values()))[0]()

    def _basket(self, **fields: Any) -> dict[str, Any]:
        chance = self.chance
        lines = tuple(
            BasketLine(
                variant_id=variant_of(price),
                quantity=Decimal(chance.randint(1, 3)),
                unit_price=chance.choice([None, None, 0, price // 4]),
                discounts=chance.choice([(), (Discount(type="percent", value=Decimal("12.5")),)]),
                id=uuid4(),
            )
            for price in chance.sample(list(GOODS), k=chance.randint(1, 3))
        )
        customer = chance.choice([None, *CUSTOMERS])
        return {"lines": lines, "customer_id": customer, **fields}

    def _tenders(self, total: int, customer: UUID | None) -> tuple[Tender, ...]:
        """How so much is paid: in cash with change, by card with a tip, from an account, or by several."""
        chance = self.chance
        own = ["store_credit", "account"] if customer else []
        method = chance.choice(["cash", "card", "split", *own])
        if method == "cash":
            return (Tender(method="cash", amount=PLENTY, tip=chance.choice([0, 30]), tendered=PLENTY + 50),)
        if method == "split":
            part = total // 3
            return (Tender(method="card", amount=part, tip=40), Tender(method="cash", amount=PLENTY))
        return (Tender(method=method, amount=total, tip=50 if method == "card" else 0),)

    def _total(self, basket: dict[str, Any], place: dict[str, Any]) -> int:
        quote = self.shop.at(self.now).when(QuoteBasket(**basket, **place))
        return quote.answer.basket.total if quote.refusal is None else 0

    def _sell(self) -> Outcome:
        basket = self._basket()
        place: dict[str, Any] = {"register_id": REGISTERS[self.chance.choice(list(STORES))]}
        tenders = self._tenders(self._total(basket, place), basket["customer_id"])
        sold = self.act(PlaceSale(id=uuid4(), tenders=tenders, **basket, **place))
        if sold.refusal is None:
            self.orders.append(sold.answer.order.id if hasattr(sold.answer, "order") else sold.answer.id)
        return sold

    def _order(self, ids: Sequence[UUID]) -> Order | None:
        found = self.shop.world.find(COMPANY, self.chance.choice(ids)) if ids else None
        assert found is None or isinstance(found, Order)
        return found

    def _back(self, order: Order) -> tuple[LineReturn, ...]:
        line = self.chance.choice(order.terms.lines)
        return (LineReturn(line_id=line.id, quantity=Decimal(1), restock=self.chance.random() < 0.7),)

    def _refund(self) -> None:
        order = self._order([*self.orders, *self.placed])
        if order is None or not order.terms.lines:
            return
        returns = self._back(order)
        register_id = REGISTERS[self.chance.choice(list(STORES))]
        quote = self.shop.at(self.now).when(
            QuoteRefund(order_id=order.id, returns=returns, register_id=register_id)
        )
        if quote.refusal is not None:
            return
        total = quote.answer.priced.total
        methods = ["cash", "card", "store_credit", "account"]
        tender = Tender(method=self.chance.choice(methods), amount=total)
        self.act(
            RefundOrder(
                order_id=order.id,
                returns=returns,
                register_id=register_id,
                tenders=(tender,) if total else (),
                tip=self.chance.choice([0, 0, 10]),
                reason="Too small",
            )
        )

    def _void(self) -> None:
        if self.orders:
            self.act(VoidOrder(order_id=self.chance.choice(self.orders[-2:]), reason="Mistake"))

    def _exchange(self) -> None:
        order = self._order(self.orders)
        if order is None:
            return
        register_id = REGISTERS[self.chance.choice(list(STORES))]
        back = RefundOrder(
            order_id=order.id, returns=self._back(order), register_id=register_id, tenders=(), reason="Other"
        )
        line = BasketLine(variant_id=variant_of(2490), quantity=Decimal(9), id=uuid4())
        cash = Tender(method="cash", amount=PLENTY)
        sale = PlaceSale(id=uuid4(), register_id=register_id, lines=(line,), tenders=(cash,))
        self.act(ExchangeGoods(refund=back, sale=sale))

    def _return(self) -> None:
        item = ReturnedItem(variant_id=variant_of(2490), quantity=Decimal(1), unit_price=2490)
        self.act(
            TakeReturn(
                id=uuid4(),
                lines=(item,),
                tenders=(Tender(method="cash", amount=2490),),
                reason="No receipt",
                register_id=REGISTERS[self.chance.choice(list(STORES))],
            )
        )

    def _place(self) -> None:
        basket = self._basket(customer_id=self.chance.choice(CUSTOMERS))
        where: dict[str, Any] = {"store_id": STORES[self.chance.choice(list(STORES))]}
        fields: dict[str, Any] = {"channel": "phone", "on_account": self.chance.random() < 0.4}
        placed = self.act(PlaceOrder(id=uuid4(), **basket, **where, **fields))
        if placed.refusal is None:
            self.placed.append(placed.answer.id)

    def _step(self) -> None:
        order = self._order(self.placed[-6:])
        if order is None or order.status != "open":
            return
        chance = self.chance
        what = chance.choice(["pay", "pay", "fulfil", "fulfil", "cancel"])
        line = chance.choice(order.terms.lines)
        part = chance.choice([None, (LineQuantity(line_id=line.id, quantity=Decimal(1)),)])
        if what == "pay":
            amount = chance.choice([order.due_total, max(order.due_total // 2, 0)])
            self.act(PayOrder(id=order.id, tenders=self._deposit(amount)))
        elif what == "fulfil":
            self.act(FulfilOrder(id=order.id, lines=part))
        else:
            self.act(CancelOrder(id=order.id, reason="Gone", lines=part, refund="store_credit"))
            self.act(CancelOrder(id=order.id, reason="Gone", lines=part))

    def _deposit(self, amount: int) -> tuple[Tender, ...]:
        method = self.chance.choice(["cash", "card", "store_credit"])
        return (Tender(method=method, amount=amount, tip=20 if method == "card" else 0),)

    def _account(self) -> None:
        chance = self.chance
        customer = chance.choice(CUSTOMERS)
        what = chance.choice(["give", "give", "take", "pay", "pay", "expire"])
        if what == "give":
            ends = chance.choice([None, self.now.date() + timedelta(days=1)])
            self.act(AdjustCredit(customer_id=customer, amount=2_000, reason="Sorry", expires_on=ends))
        elif what == "take":
            self.act(AdjustCredit(customer_id=customer, amount=-300, reason="Too much"))
        elif what == "pay":
            method = chance.choice(["cash", "card", "store_credit"])
            amount = chance.choice([500, 3_000])
            fields: dict[str, Any] = {"method": method, "as_credit": chance.random() < 0.3}
            self.act(PayDues(customer_id=customer, amount=amount, **fields))
        else:
            self.act(ExpireCredit(customer_ids=CUSTOMERS))

    def _shift(self) -> None:
        name = self.chance.choice(list(STORES))
        if name not in self.shifts:
            shift_id = uuid4()
            fields: dict[str, Any] = {
                "register_id": REGISTERS[name],
                "opening_float": self.chance.choice([0, 10_000]),
            }
            if self.act(OpenShift(id=shift_id, **fields)).refusal is None:
                self.shifts[name] = shift_id
            return
        if self.chance.random() < 0.5:
            shift_id = self.shifts.pop(name)
            counted = self.chance.choice([9_000, 12_000])
            close = CloseShift(id=shift_id, counted_cash=counted, over_short_reason='A "coin" \\ is missing')
            self.close(close)
        elif self.closed:
            again = self.chance.choice(self.closed)
            self.act(RecountShift(id=again, counted_cash=self.chance.randint(0, 20_000), reason="Again"))

    def close(self, command: CloseShift) -> None:
        """Close a shift, as somebody who may know what its drawer should hold, or must not."""
        self.shop.by(caller(self.chance.choice(["Admin", "Cashier"])))
        closed = self.act(command)
        self.shop.by(caller())
        assert closed.refusal is None, closed.refusal
        self.closed.append(command.id)

    def _move(self) -> None:
        if self.shifts:
            kind = self.chance.choice(list(REASONS))
            fields: dict[str, Any] = {
                "type": kind,
                "reason": self.chance.choice(REASONS[kind]),
                "note": "Note",
            }
            amount = 0 if kind == "no_sale" else self.chance.randint(1, 900)
            shift_id = self.chance.choice(list(self.shifts.values()))
            self.act(MoveCash(id=uuid4(), shift_id=shift_id, amount=amount, **fields))

    def _adjust(self) -> None:
        reason, quantity = self.chance.choice([("damaged", -1), ("found", 1), ("lost", -2), ("opening", 3)])
        line = AdjustmentLine(variant_id=variant_of(1799), quantity=Decimal(quantity))
        storage_id = STORAGES[self.chance.choice(list(STORES))]
        self.act(AdjustStock(id=uuid4(), storage_id=storage_id, reason=reason, lines=(line,)))

    def settle(self) -> None:
        """Do what hardly happens by chance: credit lapses and is taken, deposits go back, dues are paid."""
        customer = CUSTOMERS[2]
        tomorrow = self.now.date() + timedelta(days=1)
        card = Tender(method="card", amount=1_000)
        line = BasketLine(variant_id=variant_of(2490), quantity=Decimal(2), id=uuid4())
        order: dict[str, Any] = {"lines": (line,), "customer_id": customer, "channel": "phone"}
        account = Tender(method="account", amount=4_980)
        tipped = BasketLine(variant_id=variant_of(1799), quantity=Decimal(1), id=id_of("tipped line"))
        with_tip = Tender(method="card", amount=1_799, tip=50)
        till: dict[str, Any] = {"register_id": REGISTERS["market"]}
        steps = (
            AdjustCredit(customer_id=customer, amount=2_000, reason="Sorry", expires_on=tomorrow),
            AdjustCredit(customer_id=customer, amount=-300, reason="Too much"),
            PlaceOrder(id=id_of("cancelled"), store_id=STORES["harbour"], **order),
            PayOrder(id=id_of("cancelled"), tenders=(card,)),
            CancelOrder(id=id_of("cancelled"), reason="Gone", refund=(card,)),
            PlaceOrder(id=id_of("open"), store_id=STORES["market"], **order),
            PayOrder(id=id_of("open"), tenders=(card,)),
            PlaceSale(id=uuid4(), lines=(line,), customer_id=customer, tenders=(account,), **till),
            PayDues(customer_id=customer, amount=1_200, method="cash"),
            PlaceSale(id=id_of("tipped"), lines=(tipped,), tenders=(with_tip,), **till),
            RefundOrder(
                order_id=id_of("tipped"),
                returns=(LineReturn(line_id=id_of("tipped line"), quantity=Decimal(1), restock=False),),
                tenders=(Tender(method="card", amount=1_799),),
                tip=20,
                reason="Broken",
                **till,
            ),
        )
        for step in steps:
            done = self.act(step)
            assert done.refusal is None, (step, done.refusal)
        self.now += timedelta(days=3)
        self.act(ExpireCredit(customer_ids=CUSTOMERS))

    def merge(self) -> None:
        """Find out that two customers are one."""
        first, second, *_ = CUSTOMERS
        self.act(MergeCustomers(id=first, absorb=(second,), keep={}))


def _tax(one: UUID, name: str, rate: str, *, inclusive: bool = True) -> TaxRate:
    return TaxRate.begin(TaxRate.Registered, one, name=name, rate=Decimal(rate), inclusive=inclusive)
