"""Two requests for the same exchange at the same moment: the later one may read the order just before."""

from decimal import Decimal
from typing import Any

import pytest

from commands.creations import Content
from commands.orders.exchange_terms import ExchangeGoods
from commands.orders.exchanges import exchange_goods
from commands.orders.refunds import RefundOrder
from commands.orders.sales import PlaceSale
from domain.orders import LineReturn, Order
from domain.pending import Pending
from tests.commands.memory.work import MemoryWork
from tests.commands.samples import (
    COMPANY,
    NOW,
    ORDER,
    REGISTER,
    VARIANT,
    caller,
    delivery,
    id_of,
    line,
    product,
    register,
    sale,
    storage,
    store,
)
from tests.commands.scenario import Scenario

LINE, EXCHANGE = id_of("line"), id_of("exchange")


def test_what_was_recorded_right_after_the_order_was_read_is_answered_whole(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario.given(store(), storage(), register(), product(), delivery("10"))
    scenario.when(sale(line("3", id=LINE), paid=747, register_id=REGISTER))
    request = ExchangeGoods(
        refund=RefundOrder(
            order_id=ORDER,
            register_id=REGISTER,
            returns=(LineReturn(line_id=LINE, quantity=Decimal(1), restock=True),),
            tenders=(),
            reason="sour",
        ),
        sale=PlaceSale(id=EXCHANGE, register_id=REGISTER, lines=(line("1", VARIANT),), tenders=()),
    )
    earlier = scenario.world.find(COMPANY, ORDER)
    first: Any = scenario.when(request, saying="this").answer
    late = MemoryWork(scenario.world, COMPANY, caller(), NOW, Content("this"))
    monkeypatch.setattr(late, "ask", lambda *_: Pending(lambda: earlier))
    again = exchange_goods(request, late)
    assert isinstance(earlier, Order)
    assert not earlier.refunds
    assert again.refund.refund_id == first.refund.refund_id
    assert late.is_repetition
