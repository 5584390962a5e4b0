"""Decisions about customers who turned out to be one."""

from datetime import timedelta
from typing import Any

import pytest

from commands.accounts.adjustments import AdjustCredit
from commands.customers.merging import MergeCustomers
from commands.ports import Missing, StaleVersion
from domain.accounts import StoreCredit
from domain.customer_merging import MergeWithItself
from domain.customers import Customer, Gone
from domain.entities import AlreadyArchived
from domain.errors import Invalid
from tests.commands.samples import COMPANY, CUSTOMER, NOTHING, NOW, OTHER, id_of
from tests.commands.scenario import Scenario, fact

THIRD = id_of("third customer")
ELSEWHERE = id_of("another company")


def customer(one: Any, name: str, **values: Any) -> Customer:
    return Customer.begin(Customer.Registered, one, name=name, **values)


def merge(into: Any = CUSTOMER, *absorb: Any, **more: Any) -> MergeCustomers:
    keep = more.pop("keep", {})
    return MergeCustomers(id=into, absorb=absorb or (OTHER,), keep=keep, **more)


@pytest.fixture
def marias(scenario: Scenario) -> Scenario:
    """Three who turn out to be one."""
    return scenario.given(
        customer(CUSTOMER, "Maria", phone="+49 1"),
        customer(OTHER, "María López", phone="+49 2", note="left-handed"),
        customer(THIRD, "M. López"),
    )


class TestMergeCustomers:
    def test_closes_those_absorbed(self, marias: Scenario) -> None:
        outcome = marias.when(merge(CUSTOMER, OTHER, THIRD))
        outcome.then(
            fact(Customer.Absorbed, CUSTOMER, customer_ids=(OTHER, THIRD), kept={}),
            fact(Customer.Merged, OTHER, into=CUSTOMER),
            fact(Customer.Merged, THIRD, into=CUSTOMER),
        )
        assert outcome.answer.customer.values["phone"] == "+49 1"

    def test_takes_fields_from_whom_they_are_kept(self, marias: Scenario) -> None:
        keep = {"name": OTHER, "phone": CUSTOMER, "note": OTHER}
        marias.when(merge(CUSTOMER, OTHER, keep=keep)).then(
            fact(Customer.Renamed, CUSTOMER, name="María López"),
            fact(Customer.Annotated, CUSTOMER, note="left-handed"),
            fact(Customer.Absorbed, CUSTOMER, kept={"name": OTHER, "note": OTHER}),
            fact(Customer.Merged, OTHER),
        )

    def test_names_those_who_were_absorbed_before(self, marias: Scenario) -> None:
        marias.when(merge(OTHER, THIRD))
        marias.when(merge(CUSTOMER, OTHER)).then(
            fact(Customer.Absorbed, CUSTOMER, customer_ids=(OTHER, THIRD)),
            fact(Customer.Merged, OTHER, into=CUSTOMER),
        )

    def test_refuses_whoever_is_named_twice_by_their_place(self, marias: Scenario) -> None:
        marias.when(merge(CUSTOMER, OTHER, THIRD, OTHER)).then_refused(Invalid, "absorb.2:duplicate")

    def test_moves_what_is_to_their_credit(self, marias: Scenario) -> None:
        day = NOW.date() + timedelta(days=30)
        marias.when(AdjustCredit(customer_id=OTHER, amount=700, reason="sorry", expires_on=day))
        marias.when(AdjustCredit(customer_id=CUSTOMER, amount=200, reason="sorry"))
        marias.when(merge(CUSTOMER, OTHER)).then(
            fact(Customer.Absorbed, CUSTOMER),
            fact(Customer.Merged, OTHER),
            fact(StoreCredit.Moved, customer_id=OTHER, amount=-700, balance=0),
            fact(StoreCredit.Moved, customer_id=CUSTOMER, amount=700, balance=900, expires_on=day),
        )

    def test_refuses_a_customer_and_itself(self, marias: Scenario) -> None:
        marias.when(merge(CUSTOMER, OTHER, CUSTOMER)).then_refused(MergeWithItself, "absorb.1")

    def test_refuses_an_unknown_one_by_its_place(self, marias: Scenario) -> None:
        outcome = marias.when(merge(CUSTOMER, OTHER, NOTHING))
        outcome.then_refused(Invalid, "absorb.1:not_found")
        marias.when(merge(NOTHING, OTHER)).then_refused(Missing)

    def test_refuses_to_keep_what_is_of_nobody_here(self, marias: Scenario) -> None:
        outcome = marias.when(merge(CUSTOMER, OTHER, keep={"phone": THIRD}))
        outcome.then_refused(Invalid, "keep.phone:not_found")

    def test_refuses_who_was_merged_already_and_so_any_circle(self, marias: Scenario) -> None:
        marias.when(merge(CUSTOMER, OTHER))
        marias.when(merge(OTHER, CUSTOMER)).then_refused(Gone)
        marias.when(merge(THIRD, OTHER)).then_refused(Gone)

    def test_refuses_who_is_archived(self, marias: Scenario) -> None:
        gone = customer(NOTHING, "Gone")
        gone.archive()
        marias.given(gone)
        marias.when(merge(CUSTOMER, NOTHING)).then_refused(AlreadyArchived)
        marias.when(merge(NOTHING, CUSTOMER)).then_refused(AlreadyArchived)

    def test_refuses_another_version_than_the_caller_knows(self, marias: Scenario) -> None:
        marias.when(merge(CUSTOMER, OTHER, expected_versions=frozenset({7}))).then_refused(StaleVersion)

    def test_knows_nobody_of_another_company(self, scenario: Scenario) -> None:
        scenario.given(customer(CUSTOMER, "Maria"))
        outcome = scenario.when(merge(CUSTOMER, ELSEWHERE), company=COMPANY)
        outcome.then_refused(Invalid, "absorb.0:not_found")
