"""Decisions about operations of tills: recorded, kept waiting, rejected, and settled in the inbox."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from commands.ports import DuplicateId, Missing
from commands.sync.arrivals import (
    AskRights,
    BeginDelivery,
    FindDue,
    KnownDelivery,
    NoteDelivery,
    begin_delivery,
)
from commands.sync.operation import (
    AskEntry,
    Discard,
    FindEntry,
    FindOrder,
    KeepWaiting,
    Operation,
    Record,
    Reject,
    Resolution,
    operation_in,
    operation_of,
)
from domain.devices import Device
from domain.errors import Invalid
from domain.orders import Order
from domain.settings import OtherStore
from domain.till_operations import MadeThing, OperationSettled, TillOperation, entry_of_other, stream_of
from domain.users import User
from infra.runtime.models import EVENT_TYPES
from tests.commands.samples import (
    CUSTOMER,
    FOUNDED,
    NOTHING,
    NOW,
    ORDER,
    OTHER,
    REGISTER,
    STORE,
    USER,
    VARIANT,
    caller,
    customer,
    id_of,
    product,
    register,
    shift,
    store,
    user,
)
from tests.commands.scenario import Outcome, Scenario, fact
from tests.golden import golden_event

DEVICE, SHIFT = id_of("device"), id_of("shift to come")


def device() -> Device:
    return Device.begin(
        Device.Enrolled,
        DEVICE,
        register_id=REGISTER,
        store_id=STORE,
        code="X1",
        series_number=1,
        name="Tablet",
    )


@pytest.fixture
def shop(scenario: Scenario) -> Scenario:
    """A store with one till, at which a device was enrolled."""
    return scenario.given(store(), register(), product(), device(), user())


def operation(content: str = "this", **values: Any) -> Operation:
    """A sale that the device told of."""
    defaults = {"id": ORDER, "seq": 1, "type": "order.sale", "occurred_at": NOW, "body": "{}"}
    return Operation(**{**defaults, **values}, content=content)


def reject(content: str = "this", *, code: str = "payment_insufficient", **values: Any) -> Reject:
    own = {name: values.pop(name) for name in ("awaits", "is_reused") if name in values}
    return Reject(operation=operation(content, **values), device=device(), code=code, message="No.", **own)


def waiting(content: str = "this", **values: Any) -> KeepWaiting:
    return KeepWaiting(operation=operation(content, **values), device_id=DEVICE, awaits=SHIFT)


def sold(order_id: UUID) -> Order:
    """An order of the customer, as a till recorded it."""
    kind = EVENT_TYPES.by_event[Order.Sold]
    read = golden_event(kind, order_id, customer_id=CUSTOMER)
    return Order.begin(Order.Sold, order_id, **{name: getattr(read, name) for name in kind.fields})


def open_till() -> Record[None]:
    """Record, as what an operation does, that a shift was opened."""

    def decide(work: Any) -> None:
        work.save(shift(SHIFT))

    return Record(decide=decide, made=lambda _: MadeThing(type="shift", id=SHIFT, number="1"))


def answer(outcome: Outcome) -> Any:
    if outcome.refusal:
        raise outcome.refusal
    return outcome.answer


def due(shop: Scenario, **values: Any) -> list[tuple[Any, bool]]:
    """The operations that need not wait any more, and whether that is because they wait in vain."""
    found = answer(shop.when(FindDue(**values)))
    return [(one.id, one.is_hopeless) for one in found]


class TestReject:
    def test_keeps_all_that_was_sent(self, shop: Scenario) -> None:
        sent: dict[str, Any] = {
            "seq": 7,
            "number": "M-1-X1-000001",
            "catalog_position": 4,
            "cashier_id": USER,
            "body": '{"a":1}',
        }
        outcome = shop.when(reject(**sent)).then(
            fact(
                TillOperation.Rejected,
                stream_of(ORDER),
                entry_id=ORDER,
                operation_id=ORDER,
                device_id=DEVICE,
                register_id=REGISTER,
                store_id=STORE,
                code="payment_insufficient",
                content="this",
            )
        )
        assert {name: getattr(outcome.recorded[0][2], name) for name in sent} == sent

    @pytest.mark.parametrize("body", [f'{{"customer_id":"{CUSTOMER}"}}', f'{{"order_id":"{OTHER}"}}'])
    def test_knows_whose_it_is_by_customer_or_order(self, shop: Scenario, body: str) -> None:
        rejected = shop.given(customer(), sold(OTHER)).when(reject(body=body)).recorded[0][2]
        assert rejected.customer_id == CUSTOMER

    def test_knows_the_customer_whom_it_would_make(self, shop: Scenario) -> None:
        assert shop.when(reject(type="customer.create")).recorded[0][2].customer_id == ORDER

    @pytest.mark.parametrize("named", ['"x"', "7", "null", "[]", f'"{OTHER}"'])
    def test_is_nobodys_where_it_names_no_customer(self, shop: Scenario, named: str) -> None:
        rejected = shop.when(reject(body=f'{{"order_id":{named}}}')).recorded[0][2]
        assert rejected.customer_id is None

    def test_keeps_it_once(self, shop: Scenario) -> None:
        shop.when(reject())
        shop.when(reject(code="not_found")).then_nothing()

    def test_keeps_another_of_the_same_id_apart(self, shop: Scenario) -> None:
        shop.when(reject())
        apart = entry_of_other(ORDER, "that")
        shop.when(reject("that")).then(fact(TillOperation.Rejected, stream_of(apart), entry_id=apart))

    def test_keeps_apart_what_reuses_an_id(self, shop: Scenario) -> None:
        apart = entry_of_other(ORDER, "this")
        shop.when(reject(is_reused=True)).then(fact(TillOperation.Rejected, stream_of(apart)))

    def test_lets_it_wait_no_more(self, shop: Scenario) -> None:
        shop.when(waiting())
        shop.when(reject(awaits=SHIFT)).then(fact(TillOperation.Rejected, awaits=SHIFT))
        assert due(shop) == []


class TestKeepWaiting:
    def test_keeps_what_names_something_that_is_not_there(self, shop: Scenario) -> None:
        shop.when(waiting()).then_nothing()
        assert due(shop) == []

    def test_knows_whose_it_is(self, shop: Scenario) -> None:
        shop.given(customer()).when(waiting(body=f'{{"customer_id":"{CUSTOMER}"}}'))
        known = answer(
            shop.when(BeginDelivery(device_id=DEVICE, operation_ids=[ORDER], cashier_ids=[], goods={}))
        )
        assert known.waiting[ORDER].customer_id == CUSTOMER

    def test_refuses_another_of_the_same_id(self, shop: Scenario) -> None:
        shop.when(waiting())
        shop.when(waiting("that")).then_refused(DuplicateId, "id")

    def test_is_due_when_that_has_arrived(self, shop: Scenario) -> None:
        shop.when(waiting())
        shop.given(shift(SHIFT))
        assert due(shop) == [(ORDER, False)]
        assert due(shop, but=[ORDER]) == []

    def test_is_in_vain_when_that_was_rejected(self, shop: Scenario) -> None:
        shop.when(waiting())
        shop.when(reject(id=SHIFT, code="shift_already_open"))
        assert due(shop) == [(ORDER, True)]

    def test_is_in_vain_after_a_day(self, shop: Scenario) -> None:
        shop.when(waiting())
        shop.at(NOW + timedelta(hours=24))
        assert due(shop) == []
        shop.at(NOW + timedelta(hours=24, seconds=1))
        assert due(shop) == [(ORDER, True)]

    def test_does_not_begin_anew_when_it_is_sent_again(self, shop: Scenario) -> None:
        shop.when(waiting())
        shop.at(NOW + timedelta(hours=20)).when(waiting())
        shop.at(NOW + timedelta(hours=25))
        assert due(shop) == [(ORDER, True)]


class TestDueEntries:
    """What lies in the inbox because what it named was not there."""

    def again(self, **values: Any) -> Reject:
        return replace(reject(**{"seq": 1, **values}), awaited_version=1)

    def test_are_due_when_that_has_come_after_all(self, shop: Scenario) -> None:
        shop.when(reject(awaits=SHIFT))
        assert due(shop) == []
        shop.given(shift(SHIFT))
        assert due(shop) == [(ORDER, True)]

    def test_are_due_in_the_order_in_which_the_device_did_them(self, shop: Scenario) -> None:
        shop.when(reject(awaits=SHIFT, seq=7))
        shop.when(reject(id=OTHER, awaits=SHIFT, seq=3))
        shop.given(shift(SHIFT))
        assert [one for one, _ in due(shop)] == [OTHER, ORDER]

    def test_are_not_due_when_they_named_nothing(self, shop: Scenario) -> None:
        shop.when(reject())
        shop.given(shift(SHIFT))
        assert due(shop) == []

    def test_are_due_one_after_the_other_in_a_chain(self, shop: Scenario) -> None:
        shop.when(reject(awaits=SHIFT))
        shop.when(reject(id=OTHER, awaits=ORDER))
        shop.given(shift(SHIFT))
        assert [one for one, _ in due(shop)] == [ORDER]

    def test_are_due_once_they_wait_no_more(self, shop: Scenario) -> None:
        shop.when(reject(awaits=SHIFT))
        shop.when(waiting())
        shop.given(shift(SHIFT))
        assert due(shop) == [(ORDER, False)]
        assert due(shop, but=[ORDER]) == []

    def test_stay_rejected_when_that_is_discarded(self, shop: Scenario) -> None:
        shop.when(reject(id=SHIFT, code="shift_already_open"))
        shop.when(reject(awaits=SHIFT))
        shop.when(Discard(entry_id=SHIFT, reason="A test"))
        assert due(shop) == []

    def test_are_not_due_once_they_are_settled(self, shop: Scenario) -> None:
        shop.when(reject(awaits=SHIFT))
        shop.given(shift(SHIFT))
        shop.when(Discard(entry_id=ORDER, reason="A test"))
        assert due(shop) == []

    def test_are_due_by_who_sent_them_in_the_store_of_the_device(self, shop: Scenario) -> None:
        shop.by(caller("Cashier")).when(reject(awaits=SHIFT, cashier_id=OTHER))
        shop.given(shift(SHIFT))
        (one,) = answer(shop.when(FindDue()))
        assert (one.device_id, one.received_by, one.awaited_version) == (DEVICE, caller().user_id, 1)
        assert operation_of(one) == operation(cashier_id=OTHER, store_ids=(STORE,))

    def test_keep_why_they_are_rejected_again(self, shop: Scenario) -> None:
        shop.when(reject(awaits=SHIFT))
        shop.given(shift(SHIFT))
        shop.when(self.again(code="payment_insufficient")).then(
            fact(TillOperation.RejectedAgain, stream_of(ORDER), code="payment_insufficient", awaits=None)
        )
        assert answer(shop.when(FindEntry(entry_id=ORDER))).refusal.code == "payment_insufficient"
        assert due(shop) == []

    def test_are_due_again_when_something_else_that_they_name_has_come(self, shop: Scenario) -> None:
        shop.when(reject(awaits=SHIFT))
        shop.given(shift(SHIFT))
        shop.when(self.again(code="depends_on_rejected", awaits=OTHER))
        assert due(shop) == []
        shop.given(shift(OTHER))
        assert due(shop) == [(ORDER, True)]

    def test_are_due_again_when_what_they_name_changes(self, shop: Scenario) -> None:
        shop.when(reject(awaits=SHIFT))
        opened = shift(SHIFT)
        shop.given(opened)
        shop.when(self.again(code="depends_on_rejected", awaits=SHIFT))
        assert due(shop) == []
        opened.new_events()
        opened.end(NOW)
        shop.given(opened)
        assert due(shop) == [(ORDER, True)]

    def test_keep_nothing_of_another_rejection_once_they_are_settled(self, shop: Scenario) -> None:
        shop.when(reject(awaits=SHIFT))
        shop.when(Discard(entry_id=ORDER, reason="A test"))
        shop.when(self.again()).then_nothing()


class TestRecord:
    def test_lets_what_waited_wait_no_more(self, shop: Scenario) -> None:
        shop.when(waiting())
        shop.when(replace(open_till(), waited=ORDER))
        assert due(shop) == []

    def test_resolves_what_was_rejected(self, shop: Scenario) -> None:
        shop.when(reject())
        resolution = Resolution(stream_id=stream_of(ORDER), action="edit", reason="Counted", body='{"b":2}')
        shop.when(replace(open_till(), resolution=resolution)).then(
            fact(type(shift()).Opened, SHIFT),
            fact(
                TillOperation.Resolved,
                stream_of(ORDER),
                action="edit",
                made_type="shift",
                made_id=SHIFT,
                made_number="1",
                reason="Counted",
                body='{"b":2}',
            ),
        )

    def test_refuses_to_settle_twice(self, shop: Scenario) -> None:
        shop.when(reject())
        shop.when(Discard(entry_id=ORDER, reason="A test"))
        settled = replace(open_till(), resolution=Resolution(stream_id=stream_of(ORDER)))
        shop.when(settled).then_refused(OperationSettled)


class TestDiscard:
    def test_says_why(self, shop: Scenario) -> None:
        shop.when(reject())
        shop.when(Discard(entry_id=ORDER, reason="A test")).then(
            fact(TillOperation.Discarded, stream_of(ORDER), reason="A test")
        )
        shop.when(Discard(entry_id=ORDER, reason="Again")).then_refused(OperationSettled)

    def test_stays_within_the_stores_of_the_caller(self, shop: Scenario) -> None:
        shop.when(reject())
        shop.by(caller("Manager", OTHER)).when(Discard(entry_id=ORDER, reason="No")).then_refused(Missing)


class TestEntries:
    def test_are_found_by_their_id_and_by_their_stream(self, shop: Scenario) -> None:
        shop.when(reject(seq=3))
        assert operation_in(answer(shop.when(FindEntry(entry_id=ORDER)))) == operation(seq=3)
        assert answer(shop.when(AskEntry(stream_id=stream_of(ORDER)))).status == "rejected"

    def test_are_of_the_caller_s_stores(self, shop: Scenario) -> None:
        shop.when(reject())
        shop.by(caller("Manager", OTHER)).when(FindEntry(entry_id=ORDER)).then_refused(Missing)
        shop.when(FindEntry(entry_id=NOTHING)).then_refused(Missing)


class TestBeginDelivery:
    def begin(self, **values: Any) -> BeginDelivery:
        defaults = {"device_id": DEVICE, "operation_ids": [ORDER], "cashier_ids": [USER], "goods": {}}
        return BeginDelivery(**{**defaults, **values})

    def known(self, shop: Scenario, **values: Any) -> KnownDelivery:
        known: KnownDelivery = answer(shop.when(self.begin(**values), handler=begin_delivery))
        return known

    def test_tells_of_device_cashiers_and_what_was_sent_before(self, shop: Scenario) -> None:
        shop.when(waiting())
        shop.when(reject("that", id=OTHER))
        known = self.known(shop, operation_ids=[ORDER, OTHER], cashier_ids=[USER, NOTHING])
        assert (known.device.code, list(known.cashiers)) == ("X1", [USER])
        assert (list(known.waiting), list(known.entries)) == ([ORDER], [OTHER])

    def test_tells_what_goods_cost_where_the_till_knew_the_catalog(self, shop: Scenario) -> None:
        position = len(shop.facts())
        known = self.known(shop, goods={position: [VARIANT]})
        assert known.prices[position][VARIANT].price == 249

    def test_refuses_a_device_that_nobody_enrolled(self, shop: Scenario) -> None:
        shop.when(self.begin(device_id=NOTHING)).then_refused(Invalid, "device_id:not_found")

    def test_refuses_a_device_of_another_store(self, shop: Scenario) -> None:
        shop.by(caller("Cashier", OTHER)).when(self.begin()).then_refused(OtherStore)

    def test_may_note_only_that_the_device_is_there(self, shop: Scenario) -> None:
        shop.when(NoteDelivery(device_id=DEVICE)).then_nothing()


class TestAskRights:
    def test_tells_what_a_user_was_allowed(self, scenario: Scenario) -> None:
        scenario.given(user(role="Manager"), at=FOUNDED)
        ann = user(role="Manager")
        ann.new_events()
        ann.trigger_event(User.Appointed, role="Cashier")
        scenario.given(ann, at=NOW)
        before = answer(scenario.when(AskRights(user_id=USER, moment=NOW - timedelta(seconds=1))))
        after = answer(scenario.when(AskRights(user_id=USER, moment=NOW)))
        assert (before.values["role"], after.values["role"]) == ("Manager", "Cashier")

    def test_knows_nobody_who_was_not_there(self, shop: Scenario) -> None:
        assert answer(shop.when(AskRights(user_id=USER, moment=FOUNDED - timedelta(days=1)))) is None


class TestFindOrder:
    def test_tells_of_none_that_nobody_made(self, shop: Scenario) -> None:
        shop.when(FindOrder(order_id=ORDER)).then_refused(Missing)
