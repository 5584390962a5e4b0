"""Decisions about the right to be forgotten."""

from datetime import date
from typing import Any

import pytest

from commands.accounts.adjustments import AdjustCredit
from commands.customers.erasure import EraseCustomer
from commands.customers.merging import MergeCustomers
from commands.ports import Missing, StaleVersion
from domain.accounts import Account, StoreCredit
from domain.customer_erasure import CustomerHasCredit, CustomerOwes
from domain.customers import Customer, Gone
from domain.errors import Invalid
from tests.commands.samples import CUSTOMER, NOTHING, NOW, OTHER, id_of
from tests.commands.scenario import Scenario, fact


def customer(one: Any = CUSTOMER, **values: Any) -> Customer:
    return Customer.begin(Customer.Registered, one, **{"name": "Ada Lovelace", **values})


def erase(one: Any = CUSTOMER, **more: Any) -> EraseCustomer:
    return EraseCustomer(**{"id": one, "reason": "asked for it", **more})


def charge(amount: int) -> Account:
    """What the customer bought on account."""
    day = {"occurred_at": NOW, "business_date": NOW.date()}
    about = {"customer_id": CUSTOMER, "amount": amount, "balance": amount}
    return Account.begin(Account.Charged, id_of("charge"), **about, **day)


@pytest.fixture
def known(scenario: Scenario) -> Scenario:
    """Somebody with a telephone, and another."""
    return scenario.given(customer(phone="+49 30 1", email="ada@example.com"), customer(OTHER))


class TestEraseCustomer:
    def test_records_that_they_were_forgotten(self, known: Scenario) -> None:
        outcome = known.when(erase(requested_at=NOW))
        outcome.then(
            fact(Customer.Erased, CUSTOMER, reason="asked for it", requested_at=NOW, customer_ids=(), keys=1)
        )
        assert outcome.answer.keys == 1
        assert outcome.answer.tombstone.at == NOW

    def test_answers_the_same_a_second_time(self, known: Scenario) -> None:
        first = known.when(erase()).answer
        outcome = known.when(erase(reason="again", expected_versions=frozenset({1})))
        outcome.then_nothing()
        assert outcome.answer == first

    def test_forgets_all_whom_they_absorbed(self, known: Scenario) -> None:
        known.when(MergeCustomers(id=CUSTOMER, absorb=(OTHER,), keep={}))
        outcome = known.when(erase())
        outcome.then(fact(Customer.Erased, CUSTOMER, customer_ids=(OTHER,), keys=2))

    def test_refuses_who_turned_out_to_be_another_one(self, known: Scenario) -> None:
        known.when(MergeCustomers(id=CUSTOMER, absorb=(OTHER,), keep={}))
        known.when(erase(OTHER)).then_refused(Gone)

    def test_forgets_who_is_archived(self, known: Scenario) -> None:
        gone = customer(NOTHING)
        gone.archive()
        known.given(gone).when(erase(NOTHING)).then(fact(Customer.Erased, NOTHING))

    def test_refuses_who_has_credit_unless_it_is_forfeited(self, known: Scenario) -> None:
        known.when(AdjustCredit(customer_id=CUSTOMER, amount=500, reason="sorry"))
        known.when(erase()).then_refused(CustomerHasCredit, "forfeit")
        known.when(erase(forfeit=True)).then(
            fact(Customer.Erased, CUSTOMER),
            fact(StoreCredit.Expired, customer_id=CUSTOMER, amount=-500, balance=0),
        )

    @pytest.mark.parametrize("forfeit", [False, True])
    def test_refuses_who_owes(self, known: Scenario, *, forfeit: bool) -> None:
        known.given(charge(249)).when(erase(forfeit=forfeit)).then_refused(CustomerOwes)

    @pytest.mark.parametrize(
        "reason",
        [
            "asked by Jose Alvarez",
            "Pena wrote",
            "JOSE @ EXAMPLE . COM wrote",
            "called from 030/5559876",
            "called from +49305559876",
            "Kunde K77",
            "DE 811 907 980",
            "born 1985-12-10",
            "born 10.12.1985",
            "lives in Lindenallee 17",
        ],
    )
    def test_refuses_a_reason_that_tells_who_they_were_however_written(
        self, scenario: Scenario, reason: str
    ) -> None:
        address = {"line1": "Lindenallee 17", "line2": None, "city": "Berlin", "region": None}
        who = customer(
            name="José Álvarez-Peña",
            phone="+49 30 5559876",
            email="jose@example.com",
            reference="K-77",
            tax_number="DE811907980",
            birthday=date(1985, 12, 10),
            address={**address, "postal_code": "10178", "country": "DE"},
        )
        scenario.given(who).when(erase(reason=reason)).then_refused(Invalid, "reason:invalid")

    def test_takes_a_reason_that_tells_nobody(self, known: Scenario) -> None:
        known.when(erase(reason="asked by letter of 2026-06-01, file 17")).then(fact(Customer.Erased))

    def test_refuses_an_unknown_one(self, known: Scenario) -> None:
        known.when(erase(NOTHING)).then_refused(Missing)

    def test_refuses_another_version_than_the_caller_knows(self, known: Scenario) -> None:
        known.when(erase(expected_versions=frozenset({7}))).then_refused(StaleVersion)
