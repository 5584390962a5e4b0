"""Whatever becomes of an order, in any sequence, is what a plain model of it says: sums, statuses, stock."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from commands.orders.back_office.amended_lines import AmendedLine
from commands.orders.back_office.amending import AmendOrder
from commands.orders.back_office.cancelling import CancelOrder
from commands.orders.back_office.fulfilling import FulfilOrder
from commands.orders.back_office.lapsing import LapseOrders
from commands.orders.back_office.paying import PayOrder
from commands.orders.back_office.placing import PlaceOrder
from commands.orders.refunds import RefundOrder
from domain.customers import Customer
from domain.orders import LineReturn, Order
from domain.orders.handovers import LineQuantity
from domain.payments import Tender
from domain.stock.levels import NOTHING
from tests.commands.memory.accounts import MemoryAccounts
from tests.commands.memory.stock import levels_of
from tests.commands.samples import (
    COMPANY,
    CUSTOMER,
    NOW,
    ORDER,
    STORAGE,
    STORE,
    VARIANT,
    company,
    delivery,
    id_of,
    line,
    product,
    storage,
    store,
)
from tests.commands.scenario import Scenario

ON_HAND, PRICE, LIMIT = 12, 249, 2000
LINES = (id_of("first line"), id_of("second line"))

#: Units of both lines, of one at least.
two = st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(any)
steps = st.lists(
    st.tuples(st.sampled_from(["amend", "pay", "fulfil", "cancel", "refund", "lapse"]), two), max_size=9
)


@dataclass
class Model:
    """An order of two lines of one article, as a person with a pencil keeps it. Money is minor units."""

    ordered: list[int]
    on_account: bool
    fulfilled: list[int] = field(default_factory=lambda: [0, 0])
    returned: list[int] = field(default_factory=lambda: [0, 0])
    paid: int = 0
    given_back: int = 0
    charged: int = 0
    has_lapsed: bool = False
    is_completed: bool = False
    is_cancelled: bool = False

    @property
    def total(self) -> int:
        return PRICE * sum(self.ordered)

    @property
    def due(self) -> int:
        return self.total - self.paid + self.given_back

    @property
    def payable(self) -> int:
        return self.due - self.charged

    @property
    def left(self) -> list[int]:
        return [ordered - done for ordered, done in zip(self.ordered, self.fulfilled, strict=True)]

    @property
    def reserved(self) -> int:
        is_over = self.has_lapsed or self.is_cancelled
        return 0 if is_over else sum(self.left)

    @property
    def on_hand(self) -> int:
        return ON_HAND - sum(self.fulfilled) + sum(self.returned)

    @property
    def is_open(self) -> bool:
        return not (self.is_completed or self.is_cancelled)

    def settle(self) -> None:
        """It completes by itself, or is over when nothing is left of it."""
        if not any(self.ordered):
            self.is_cancelled = True
        elif not any(self.left) and (self.on_account or self.due <= 0):
            self.is_completed = True

    def step(self, what: str, units: Sequence[int]) -> bool:
        """Whether that can be done; if so, it was."""
        return bool(getattr(self, what)(list(units)))

    def amend(self, units: list[int]) -> bool:
        wanted = PRICE * sum(units)
        is_possible = (
            self.is_open
            and all(one >= done for one, done in zip(units, self.fulfilled, strict=True))
            and wanted - self.paid + self.given_back - self.charged >= 0
            and (not self.on_account or wanted - self.paid + self.given_back <= LIMIT)
        )
        more = sum(units) - sum(self.ordered)
        if is_possible and not self.has_lapsed and more > self.on_hand - self.reserved:
            return False
        if is_possible:
            self.ordered = units
            self.settle()
        return is_possible

    def pay(self, units: list[int]) -> bool:
        amount = amount_of(units)
        if not self.is_open or amount > self.payable:
            return False
        self.paid += amount
        self.settle()
        return True

    def fulfil(self, units: list[int]) -> bool:
        is_more = any(one > left for one, left in zip(units, self.left, strict=True))
        if not self.is_open or not any(units) or is_more or sum(units) > self.on_hand:
            return False
        self.fulfilled = [done + one for done, one in zip(self.fulfilled, units, strict=True)]
        if self.on_account:
            net = self.paid - self.given_back
            self.charged = max(self.charged, PRICE * sum(self.fulfilled) - net)
        self.settle()
        return True

    def cancel(self, units: list[int]) -> bool:
        is_more = any(one > left for one, left in zip(units, self.left, strict=True))
        if not self.is_open or not any(units) or is_more:
            return False
        self.ordered = [ordered - one for ordered, one in zip(self.ordered, units, strict=True)]
        self.given_back += max(0, -self.payable)
        self.settle()
        return True

    def refund(self, units: list[int]) -> bool:
        here = [done - back for done, back in zip(self.fulfilled, self.returned, strict=True)]
        is_more = any(one > left for one, left in zip(units, here, strict=True))
        if not self.is_completed or not any(units) or is_more:
            return False
        self.returned = [back + one for back, one in zip(self.returned, units, strict=True)]
        return True

    def lapse(self, _units: list[int]) -> bool:
        if not self.is_open or self.has_lapsed or not sum(self.left):
            return False
        self.has_lapsed = True
        return True


class Desk:
    """The order as the commands keep it."""

    def __init__(self, units: Sequence[int], *, on_account: bool) -> None:
        ada = Customer.begin(Customer.Registered, CUSTOMER, name="Ada", credit_limit=LIMIT, terms_days=14)
        self.shop = Scenario().given(company(), store(), storage(), product(), delivery(str(ON_HAND)), ada)
        lines = tuple(line(str(one), id=at) for at, one in zip(LINES, units, strict=True) if one)
        command = PlaceOrder(
            id=ORDER,
            store_id=STORE,
            channel="phone",
            customer_id=CUSTOMER,
            lines=lines,
            on_account=on_account,
        )
        self.order: Order = self.shop.when(command).answer

    def step(self, what: str, units: Sequence[int], overpaid: int) -> bool:
        """Whether it was done."""
        outcome = self.shop.when(getattr(self, what)(units, overpaid))
        if outcome.refusal is None and isinstance(outcome.answer, Order):
            self.order = outcome.answer
        elif outcome.refusal is None:
            self.order = self._found()
            return bool(outcome.answer)
        return outcome.refusal is None

    def _found(self) -> Order:
        found = self.shop.world.find(COMPANY, ORDER)
        assert isinstance(found, Order)
        return found

    def amend(self, units: Sequence[int], _: int) -> AmendOrder:
        known = {one.id for one in self.order.terms.lines}
        lines = tuple(
            AmendedLine(id=at, variant_id=None if at in known else VARIANT, quantity=Decimal(one))
            for at, one in zip(LINES, units, strict=True)
            if one
        )
        return AmendOrder(id=ORDER, changes={}, lines=lines)

    def pay(self, units: Sequence[int], _: int) -> PayOrder:
        tender = Tender(method="card", amount=amount_of(units))
        return PayOrder(id=ORDER, tenders=(tender,))

    def fulfil(self, units: Sequence[int], _: int) -> FulfilOrder:
        return FulfilOrder(id=ORDER, lines=_quantities(units))

    def cancel(self, units: Sequence[int], overpaid: int) -> CancelOrder:
        refund = (Tender(method="card", amount=overpaid),) if overpaid else None
        return CancelOrder(id=ORDER, reason="less", lines=_quantities(units), refund=refund)

    def refund(self, units: Sequence[int], _: int) -> RefundOrder:
        returns = tuple(
            LineReturn(line_id=at, quantity=Decimal(one)) for at, one in zip(LINES, units, strict=True) if one
        )
        tender = Tender(method="store_credit", amount=PRICE * sum(units))
        return RefundOrder(order_id=ORDER, returns=returns, tenders=(tender,), reason="sour")

    def lapse(self, _units: Sequence[int], _: int) -> LapseOrders:
        self.shop.at(NOW + timedelta(days=8))
        return LapseOrders(ids=(ORDER,))


def _quantities(units: Sequence[int]) -> tuple[LineQuantity, ...]:
    return tuple(
        LineQuantity(line_id=at, quantity=Decimal(one)) for at, one in zip(LINES, units, strict=True) if one
    )


def amount_of(units: Sequence[int]) -> int:
    """What is paid, in minor units."""
    return PRICE * units[0] + units[1]


def overpaid_after(model: Model, what: str, units: Sequence[int]) -> int:
    """What has to go back with it."""
    return max(0, PRICE * sum(units) - model.payable) if what == "cancel" else 0


def check(desk: Desk, model: Model, *, on_account: bool) -> None:
    order, levels = desk.order, levels_of(desk.shop.world, COMPANY)
    level = levels.get((STORAGE, VARIANT), NOTHING)
    assert (order.terms.totals.total, order.due_total, order.charged) == (
        model.total,
        model.due,
        model.charged,
    )
    assert (int(level.balance.quantity), int(level.reserved)) == (model.on_hand, model.reserved)
    assert (order.status == "open", order.status == "cancelled") == (model.is_open, model.is_cancelled)
    assert order.fulfilled_total == PRICE * sum(model.fulfilled)
    assert order.terms.totals.cost_total == 90 * sum(model.fulfilled)
    accounts = MemoryAccounts(desk.shop.world, COMPANY, lambda: ORDER).hold(CUSTOMER).read()
    assert accounts
    assert accounts.dues.balance == model.charged
    assert accounts.store_credit.balance == PRICE * sum(model.returned)
    assert not on_account or order.figures.payable >= 0


@given(st.tuples(st.integers(1, 4), st.integers(0, 4)), steps, st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_sequence_is_what_the_model_says(
    units: tuple[int, int], acts: list[tuple[str, Any]], on_account: bool
) -> None:
    desk, model = Desk(units, on_account=on_account), Model(list(units), on_account)
    for what, some in acts:
        overpaid = overpaid_after(model, what, some)
        assert desk.step(what, some, overpaid) == model.step(what, some), (what, some, model)
        check(desk, model, on_account=on_account)
