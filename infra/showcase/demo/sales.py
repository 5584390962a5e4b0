"""Two months at the demo company's tills: what was delivered, what was bought, and how it was paid."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any, cast
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from commands.orders.baskets import BasketLine, QuoteBasket, quote_basket
from commands.orders.sales import PlaceSale, SaleWork, place_sale
from commands.ports import Caller
from domain.aggregate import Aggregate
from domain.business_date import business_date
from domain.companies import BACKDATING_DAYS, DISCOUNT_CEILINGS, Backdating, ReturnPolicy
from domain.costing import Balance
from domain.payments import Tender
from domain.pending import Pending
from domain.pricing import Discount, Rules
from domain.sale_context import SaleContext, StoreAtSale, VariantAtSale
from domain.stock.levels import NOTHING, Level
from domain.stock.movements import StockMovement
from domain.stock.receipts import Delivered, receive_lines
from infra.decisions.signing import NO_DEVICE
from infra.showcase.demo.catalog import TOGETHER, DemoProduct

#: How many sales a shop makes a day on average, Monday to Sunday.
SALES_A_DAY = (23, 22, 23, 25, 31, 35, 16)
#: How busy the hours from 7 to 20 are.
_HOURS = dict(enumerate((2, 4, 5, 6, 7, 8, 6, 5, 6, 8, 10, 9, 6, 2), start=7))
_NOTES = (500, 1000, 2000, 5000, 10000)
_SIZES = (1, 2, 3, 4, 5, 6, 8, 11)
_SIZE_WEIGHTS = (12, 14, 15, 14, 11, 9, 7, 3)
_PIECES = (1, 2, 3, 4, 6)
_PIECE_WEIGHTS = (70, 18, 6, 3, 3)
#: Deliveries come before the doors open, on the first day and then on Tuesdays and Fridays.
_DELIVERY_DAYS, _DELIVERY_TIME = (1, 4), time(5, 30)
#: Which shares of the sales are paid by card, get a discount, are paid with the exact sum in cash.
_BY_CARD, _REGULARS, _EXACT = 0.55, 0.06, 0.2
_REGULARS_DISCOUNT = Discount(type="percent", value=Decimal(5), reason="Regular customer")

#: Facts that belong together and the moment they happened.
Happening = tuple[datetime, list[Aggregate.Event]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A product as it is sold and as it is ordered again."""

    product: DemoProduct
    at_sale: VariantAtSale

    @property
    def reorder_level(self) -> int:
        """At which stock it is ordered again: more than is sold until the next delivery."""
        return 3 * self.product.weight + 2

    @property
    def reorder_quantity(self) -> int:
        """How much is ordered."""
        return 8 * self.product.weight + 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A store with its tills, and whoever works there."""

    store: StoreAtSale
    storage_id: UUID
    registers: tuple[tuple[UUID, str], ...]
    caller: Caller
    #: When the company was founded.
    founded_at: datetime
    #: Who gets the discount of regulars.
    customer_ids: tuple[UUID, ...]


def deliver(
    movement_id: UUID,
    storage_id: UUID,
    moment: datetime,
    *,
    day: date,
    lines: list[Delivered],
    levels: dict[UUID, Level],
) -> list[Aggregate.Event]:
    """Take a delivery in that counts for a day, and change the levels accordingly."""
    movement = StockMovement.begin(
        StockMovement.Received,
        movement_id,
        storage_id=storage_id,
        occurred_at=moment,
        business_date=day,
        lines=receive_lines(lines, levels),
    )
    _follow(movement, levels)
    return movement.new_events()


class ShopLife:
    """One shop day by day. It sells by the very commands of the live tills, on stock it keeps in memory."""

    def __init__(self, shop: Shop, articles: list[Article], rules: Rules, seed: int) -> None:
        self._shop = shop
        self._zone = ZoneInfo(shop.store.timezone)
        self._articles = articles
        self._weights = [article.product.weight for article in articles]
        by_name = {article.product.name: article for article in articles}
        self._together: dict[str, list[tuple[Article, int]]] = {}
        for name, other, percent in TOGETHER:
            self._together.setdefault(name, []).append((by_name[other], percent))
        self._random = Random(f"{seed}/{shop.store.code}")  # noqa: S311  # A repeatable sample is wanted.
        self._levels: dict[UUID, Level] = {}
        self._numbers = dict.fromkeys((register_id for register_id, _ in shop.registers), 0)
        self._variants = {article.at_sale.id: article.at_sale for article in articles}
        self._context = SaleContext(
            rules=rules,
            store=shop.store,
            register_id=None,
            register_code=None,
            variants=self._variants,
            levels=self._levels,
            next_number=0,
            backdating=Backdating(founded_at=shop.founded_at, days=BACKDATING_DAYS),
            discount_ceilings=DISCOUNT_CEILINGS,
            returns=ReturnPolicy(),
        )
        self._count = 0

    def run(self, first: date, until: datetime) -> Iterator[Happening]:
        """Everything from the first day's delivery on that had happened by a moment."""
        day = first
        while (opening := self._at(day, _DELIVERY_TIME)) <= until:
            if day == first or day.weekday() in _DELIVERY_DAYS:
                yield from self._deliveries(opening)
            for moment in self._moments(day):
                if moment <= until:
                    yield moment, self._sale(moment)
            day += timedelta(days=1)

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self._zone).astimezone(UTC)

    def _moments(self, day: date) -> list[datetime]:
        usual = SALES_A_DAY[day.weekday()]
        hours = self._random.choices(
            list(_HOURS), list(_HOURS.values()), k=self._random.randint(usual - 4, usual + 4)
        )
        return sorted(
            self._at(day, time(hour, self._random.randrange(60), self._random.randrange(60)))
            for hour in hours
        )

    def _new_id(self) -> UUID:
        self._count += 1
        return uuid5(self._shop.store.id, str(self._count))

    def _deliveries(self, moment: datetime) -> Iterator[Happening]:
        lines = [
            Delivered.entered(
                self._new_id(),
                article.at_sale.id,
                Decimal(article.reorder_quantity),
                article.product.cost * self._random.randint(97, 104) // 100,
            )
            for article in self._articles
            if self._levels.get(article.at_sale.id, NOTHING).available <= article.reorder_level
        ]
        if lines:
            store = self._shop.store
            day = business_date(moment, store.timezone, store.day_cut)
            yield (
                moment,
                deliver(
                    self._new_id(),
                    self._shop.storage_id,
                    moment,
                    day=day,
                    lines=lines,
                    levels=self._levels,
                ),
            )

    def _sale(self, moment: datetime) -> list[Aggregate.Event]:
        register_id, code = self._random.choice(self._shop.registers)
        self._numbers[register_id] += 1
        context = replace(
            self._context, register_id=register_id, register_code=code, next_number=self._numbers[register_id]
        )
        till = _Till(context, self._shop.caller, moment, self._new_id)
        work = cast("SaleWork", till)
        lines = self._basket()
        is_regular = self._random.random() < _REGULARS
        discounts = (_REGULARS_DISCOUNT,) if is_regular else ()
        quote = quote_basket(QuoteBasket(lines=lines, discounts=discounts), work)
        sale = PlaceSale(
            id=self._new_id(),
            lines=lines,
            discounts=discounts,
            tenders=(self._tender(quote.basket.total),),
            occurred_at=moment,
            register_id=register_id,
            customer_id=self._regular() if is_regular else None,
        )
        place_sale(sale, work)
        for movement in till.movements:
            _follow(movement, self._levels)
        return till.events

    def _regular(self) -> UUID:
        """One of the regulars, each as often as the others."""
        return self._shop.customer_ids[self._count % len(self._shop.customer_ids)]

    def _basket(self) -> tuple[BasketLine, ...]:
        """Different products, no more of each than there is."""
        size = self._random.choices(_SIZES, _SIZE_WEIGHTS)[0]
        choice = self._random.choices(self._articles, self._weights, k=size)
        articles = dict.fromkeys((*choice, *self._added(choice)))
        lines = [self._line(article) for article in articles]
        bought = tuple(line for line in lines if line is not None)
        return bought or self._basket()

    def _added(self, choice: Iterable[Article]) -> Iterator[Article]:
        """What is bought because of what is chosen already."""
        for article in dict.fromkeys(choice):
            for one, percent in self._together.get(article.product.name, ()):
                if self._random.randrange(100) < percent:
                    yield one

    def _line(self, article: Article) -> BasketLine | None:
        if article.product.is_weighed:
            quantity = Decimal(self._random.randint(120, 1600)) / 1000
        else:
            quantity = Decimal(self._random.choices(_PIECES, _PIECE_WEIGHTS)[0])
        available = self._levels[article.at_sale.id].available
        return BasketLine(variant_id=article.at_sale.id, quantity=quantity) if quantity <= available else None

    def _tender(self, total: int) -> Tender:
        if self._random.random() < _BY_CARD:
            return Tender(method="card", amount=total)
        # People hand over a note that is large enough, several of the largest, or sometimes the exact sum.
        note = next((note for note in _NOTES if note >= total), -(-total // _NOTES[-1]) * _NOTES[-1])
        return Tender(method="cash", amount=total, tendered=total if self._random.random() < _EXACT else note)


class _Till:
    """One sale's unit of work: it decides on the shop in memory and keeps what was decided."""

    def __init__(
        self, context: SaleContext, caller: Caller, now: datetime, new_id: Callable[[], UUID]
    ) -> None:
        self.caller = caller
        self.now = now
        self.new_id = new_id
        self.sales = self
        self.stock = self
        self.fiscal = NO_DEVICE
        self.events: list[Aggregate.Event] = []
        self.movements: list[StockMovement] = []
        self._context = context

    def context(self, **_request: Any) -> SaleContext:
        """What the sale is decided on."""
        return self._context

    def find_earlier(
        self, _kind: type[Aggregate], _by: type[Aggregate.Event], _own_id: UUID
    ) -> Pending[None]:
        """No sale was recorded before."""
        return Pending(lambda: None)

    def hold_precisions(self, _quantities: Iterable[Decimal]) -> None:
        """Nobody else decides about the units meanwhile."""

    def save(self, *aggregates: Aggregate) -> None:
        """Keep what was decided."""
        for aggregate in aggregates:
            self.events += aggregate.new_events()
            if isinstance(aggregate, StockMovement):
                self.movements.append(aggregate)


def _follow(movement: StockMovement, levels: dict[UUID, Level]) -> None:
    for line in movement.lines:
        balance = Balance(
            quantity=line.balance_quantity, value=line.balance_value, last_unit_cost=line.last_unit_cost
        )
        levels[line.variant_id] = Level(balance=balance)
