"""Decisions about devices: which code each has, and when one is in use no more."""

from dataclasses import replace
from uuid import UUID

import pytest

from commands.devices import EnrolDevice, RetireDevice
from commands.ports import DuplicateId, Missing, StaleVersion
from domain.devices import Device, DeviceRetired
from domain.errors import Invalid
from domain.settings import OtherStore
from tests.commands.samples import NOTHING, NOW, OTHER, REGISTER, STORE, caller, id_of, register, store
from tests.commands.scenario import Scenario, fact

DEVICE, SECOND, TILL_ELSEWHERE = map(id_of, ("device", "second device", "till elsewhere"))
ENROL = EnrolDevice(id=DEVICE, register_id=REGISTER, name="Tablet")


@pytest.fixture
def shop(scenario: Scenario) -> Scenario:
    """Two stores with a register each."""
    elsewhere = register(TILL_ELSEWHERE, store_id=OTHER)
    return scenario.given(store(), store(OTHER, "Elsewhere", "E"), register(), elsewhere)


@pytest.fixture
def enrolled(shop: Scenario) -> Scenario:
    """A device is in use."""
    shop.when(ENROL, saying="first")
    return shop


class TestEnrolling:
    def test_records_at_which_register_in_which_store_and_under_which_code(self, shop: Scenario) -> None:
        facts = {"register_id": REGISTER, "store_id": STORE, "code": "X1", "series_number": 1}
        outcome = shop.when(ENROL).then(fact(Device.Enrolled, DEVICE, **facts, name="Tablet"))
        assert (outcome.answer.code, outcome.answer.is_retired) == ("X1", False)

    def test_counts_codes_in_the_whole_company(self, enrolled: Scenario) -> None:
        second = replace(ENROL, id=SECOND, register_id=TILL_ELSEWHERE)
        enrolled.when(second).then(fact(Device.Enrolled, SECOND, store_id=OTHER, code="X2"))

    def test_gives_no_code_again(self, enrolled: Scenario) -> None:
        enrolled.when(RetireDevice(id=DEVICE))
        enrolled.when(replace(ENROL, id=SECOND)).then(fact(Device.Enrolled, SECOND, code="X2"))

    def test_happens_once_however_often_it_is_asked_for(self, enrolled: Scenario) -> None:
        assert enrolled.when(ENROL, saying="first").then_repeated().answer.code == "X1"
        enrolled.when(replace(ENROL, name="Phone"), saying="other").then_refused(DuplicateId, "id")

    @pytest.mark.parametrize("register_id", [NOTHING, STORE])
    def test_is_refused_at_what_is_no_register(self, shop: Scenario, register_id: UUID) -> None:
        shop.when(replace(ENROL, register_id=register_id)).then_refused(Invalid, "register_id:not_found")

    def test_is_refused_at_an_archived_register(self, shop: Scenario) -> None:
        till = register(id_of("gone"), code="9")
        till.archive()
        shop.given(till)
        shop.when(replace(ENROL, register_id=till.id)).then_refused(Invalid, "register_id:not_found")

    def test_is_refused_in_a_store_of_others(self, shop: Scenario) -> None:
        shop.by(caller("Cashier", OTHER)).when(ENROL).then_refused(OtherStore)


class TestRetiring:
    def test_records_why(self, enrolled: Scenario) -> None:
        retire = RetireDevice(id=DEVICE, reason="Stolen")
        device, _ = enrolled.when(retire).then(fact(Device.Retired, DEVICE, reason="Stolen")).answer
        assert (device.is_retired, device.retired_at, device.retire_reason) == (True, NOW, "Stolen")

    def test_happens_once(self, enrolled: Scenario) -> None:
        enrolled.when(RetireDevice(id=DEVICE))
        enrolled.when(RetireDevice(id=DEVICE)).then_refused(DeviceRetired)

    def test_is_refused_to_who_has_seen_another_version(self, enrolled: Scenario) -> None:
        stale = RetireDevice(id=DEVICE, expected_versions=frozenset({7}))
        enrolled.when(stale).then_refused(StaleVersion)

    def test_is_of_no_device_that_is_not_there(self, enrolled: Scenario) -> None:
        enrolled.when(RetireDevice(id=NOTHING)).then_refused(Missing)
        enrolled.by(caller("Manager", OTHER)).when(RetireDevice(id=DEVICE)).then_refused(Missing)
