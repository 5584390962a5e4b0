"""Decisions about what somebody settles in the inbox: by whose rights, and what the till is answered then."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from api.sync.answers import ResultAnswer
from api.sync.arrivals import Arrival, arrival_of
from api.sync.processing import resolve, take_in
from api.work import Work
from commands.creations import Content
from commands.outcomes import Outcome, Response
from commands.ports import Caller
from commands.sync.operation import Discard, Operation, Resolution
from domain.devices import Device
from domain.errors import NotAllowed
from domain.orders import Order
from domain.orders.portions import ReturnExceedsSold
from domain.till_operations import TillOperation, stream_of
from tests.commands.samples import (
    ADMIN,
    NOW,
    ORDER,
    REGISTER,
    STORE,
    USER,
    caller,
    delivery,
    id_of,
    line,
    product,
    register,
    sale,
    storage,
    store,
    user,
)
from tests.commands.scenario import Scenario

DEVICE, LINE, REFUND = id_of("device"), id_of("line"), id_of("refund")


class Inbox:
    """A shop in which one piece was sold, and a cashier's refund of two was rejected."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario

    def run(
        self,
        caller: Caller,
        handler: Callable[[Any, Work], Any],
        command: Any,
        present: Callable[[Any], Response],
        *,
        content: Content | None = None,
    ) -> Outcome:
        """Decide as the application does."""
        saying = content.fingerprint if content else None
        outcome = self._scenario.by(caller).when(command, handler=handler, saying=saying)
        if outcome.refusal:
            raise outcome.refusal
        return Outcome(present(outcome.answer), 0, replayed=outcome.is_repetition)

    def refund(self, quantity: int, by: Any = USER) -> Arrival:
        """A refund of so many, as the till did it, or as it is mended."""
        body = {
            "order_id": str(ORDER),
            "lines": [{"line_id": str(LINE), "quantity": quantity}],
            "payments": [{"method": "cash", "amount": 249}],
            "reason": "Too salty",
        }
        operation = Operation(
            id=REFUND,
            seq=1,
            type="order.refund",
            occurred_at=NOW,
            body=msgspec.json.encode(body).decode(),
            content="two",
            cashier_id=by,
        )
        return arrival_of(operation, (b"key",))

    def send(self, by: Any = USER) -> ResultAnswer:
        """What becomes of the refund of two."""
        sender = caller("Cashier", user_id=USER)
        (result,) = take_in(self.run, sender, DEVICE, [self.refund(2, by)])
        return result

    def resolve(self, arrival: Arrival, action: str, by: Caller) -> Order.Refunded:
        """The refund that somebody records of it."""
        body = None if action == "retry" else arrival.operation.body
        resolution = Resolution(stream_id=stream_of(REFUND), action=action, reason="Counted", body=body)
        resolve(self.run, by, DEVICE, arrival, resolution)
        refund: Order.Refunded = next(
            data for event, _, data in self._scenario.facts() if event is Order.Refunded
        )
        return refund

    def is_open(self) -> bool:
        """Whether nobody has settled it."""
        return not any(event is TillOperation.Resolved for event, _, _ in self._scenario.facts())

    def discard(self) -> None:
        self._scenario.by(caller()).when(Discard(entry_id=REFUND, reason="A test"))


@pytest.fixture
def inbox(scenario: Scenario) -> Inbox:
    device = Device.begin(
        Device.Enrolled,
        DEVICE,
        register_id=REGISTER,
        store_id=STORE,
        code="X1",
        series_number=1,
        name="Tablet",
    )
    scenario.given(store(), storage(), register(), product(), delivery("10"), device)
    scenario.given(user(role="Cashier"), user(ADMIN, "eve@salt.test", "Admin"))
    assert scenario.when(sale(line(id=LINE))).refusal is None
    return Inbox(scenario)


class TestMending:
    def test_is_by_the_rights_of_who_mends_and_approved_by_them(self, inbox: Inbox) -> None:
        assert inbox.send().code == "return_exceeds_sold"
        refund = inbox.resolve(inbox.refund(1), "edit", caller())
        assert (refund.cashier_id, refund.approved_by) == (USER, ADMIN)
        assert refund.offline is not None
        assert "not_permitted" not in refund.offline.flags
        assert inbox.send().status == "replayed"

    def test_of_what_they_did_themselves_is_approved_by_nobody(self, inbox: Inbox) -> None:
        inbox.send(by=ADMIN)
        refund = inbox.resolve(inbox.refund(1, by=ADMIN), "edit", caller())
        assert (refund.cashier_id, refund.approved_by) == (ADMIN, None)

    def test_takes_the_right_to_do_it(self, inbox: Inbox) -> None:
        inbox.send()
        with pytest.raises(NotAllowed) as refusal:
            inbox.resolve(inbox.refund(1), "edit", caller(without=["orders.refund"]))
        assert [detail["field"] for detail in refusal.value.details] == ["orders.refund"]
        assert inbox.is_open()

    def test_may_be_refused_again(self, inbox: Inbox) -> None:
        inbox.send()
        with pytest.raises(ReturnExceedsSold):
            inbox.resolve(inbox.refund(3), "edit", caller())
        assert inbox.is_open()


class TestTryingAgain:
    def test_is_by_the_rights_of_the_cashier(self, inbox: Inbox) -> None:
        inbox.send()
        refund = inbox.resolve(inbox.refund(1), "retry", caller())
        assert (refund.cashier_id, refund.approved_by) == (USER, None)
        assert refund.offline is not None
        assert "not_permitted" in refund.offline.flags


class TestDiscarding:
    def test_is_what_the_till_is_answered_from_then_on(self, inbox: Inbox) -> None:
        assert inbox.send().code == inbox.send().code == "return_exceeds_sold"
        inbox.discard()
        result = inbox.send()
        assert (result.status, result.code) == ("rejected", "discarded")
