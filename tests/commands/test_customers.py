"""Decisions about customers: who they are, whether they may be known already, what they agree to."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from commands.customers.archiving import ArchiveCustomer, RestoreCustomer
from commands.customers.registration import RegisterCustomer
from commands.customers.revision import NoteConsent, ReviseCustomer
from commands.ports import DuplicateId, Missing, StaleVersion
from commands.settings import ArchiveSetting
from domain.customer_groups import CustomerGroup
from domain.customers import Consent, Customer, Gone, NotArchived, PossibleDuplicate
from domain.entities import AlreadyArchived
from domain.errors import Invalid
from domain.settings import InUse
from tests.commands.samples import COMPANY, CUSTOMER, NOTHING, NOW, OTHER, STORE, caller, id_of, store
from tests.commands.scenario import Scenario, fact

REGULARS, STAFF = sorted(map(id_of, ("regulars", "staff")))


def customer(one: UUID = OTHER, name: str = "Grace Hopper", **values: Any) -> Customer:
    return Customer.begin(Customer.Registered, one, name=name, **values)


def group(one: UUID = REGULARS, name: str = "Regulars") -> CustomerGroup:
    return CustomerGroup.begin(CustomerGroup.Registered, one, name=name)


def archived(one: Any) -> Any:
    one.archive()
    return one


def register(one: UUID = CUSTOMER, *, force: bool = False, consents: Any = (), **values: Any) -> Any:
    values = {"name": "Ada Lovelace", **values}
    return RegisterCustomer(id=one, values=values, consents=consents, force=force)


def revise(**changes: Any) -> ReviseCustomer:
    return ReviseCustomer(id=OTHER, changes=changes)


class TestRegisterCustomer:
    def test_records_who_they_are(self, scenario: Scenario) -> None:
        outcome = scenario.given(group()).when(
            register(phone="+49 30 1234", group_ids=[REGULARS, REGULARS], credit_limit=5000)
        )
        outcome.then(
            fact(
                Customer.Registered,
                CUSTOMER,
                name="Ada Lovelace",
                phone="+49 30 1234",
                group_ids=(REGULARS,),
                credit_limit=5000,
                store_id=None,
            )
        )

    def test_records_what_they_agreed_to_once_for_each_purpose(self, scenario: Scenario) -> None:
        refused = {"purpose": "profiling", "granted": False, "source": "form"}
        scenario.when(register(consents=(refused | {"granted": True}, refused))).then(
            fact(
                Customer.Registered,
                CUSTOMER,
                consents=(Consent(purpose="profiling", granted=False, source="form", at=NOW),),
            )
        )

    def test_records_the_store_of_who_works_in_one(self, scenario: Scenario) -> None:
        scenario.given(store()).by(caller("Cashier", STORE)).when(register()).then(
            fact(Customer.Registered, CUSTOMER, store_id=STORE)
        )

    def test_answers_a_repetition_with_what_it_made(self, scenario: Scenario) -> None:
        scenario.when(register(phone="123 456"), saying="this")
        scenario.when(ReviseCustomer(id=CUSTOMER, changes={"name": "Ada King"}))
        outcome = scenario.when(register(phone="123 456"), saying="this").then_repeated()
        assert outcome.answer.customer.values["name"] == "Ada Lovelace"

    def test_refuses_the_id_of_another(self, scenario: Scenario) -> None:
        scenario.when(register(), saying="this")
        scenario.when(register(), saying="that").then_refused(DuplicateId, "id")

    @pytest.mark.parametrize("phone", ["0049 (30) 12-34", "+49.30.1234"])
    def test_refuses_the_telephone_number_of_another_however_punctuated(
        self, scenario: Scenario, phone: str
    ) -> None:
        outcome = scenario.given(customer(phone="+49 30 1234")).when(register(phone=phone))
        outcome.then_refused(PossibleDuplicate, "phone")
        assert outcome.refusal is not None
        assert [one["customer_id"] for one in outcome.refusal.details] == [str(OTHER)]

    def test_refuses_the_address_of_another_in_any_letter_case(self, scenario: Scenario) -> None:
        scenario.given(customer(email="Grace@navy.example"))
        scenario.when(register(email="grace@NAVY.example")).then_refused(PossibleDuplicate, "email")

    def test_takes_another_number_and_what_an_archived_one_had(self, scenario: Scenario) -> None:
        scenario.given(customer(phone="030 1234"), archived(customer(NOTHING, phone="+49 30 1234")))
        scenario.when(register(phone="+49 30 1234")).then(fact(Customer.Registered, CUSTOMER))

    def test_takes_a_duplicate_that_is_insisted_on(self, scenario: Scenario) -> None:
        scenario.given(customer(phone="+49 30 1234", email="us@home.example"))
        command = register(phone="+49 30 1234", email="us@home.example", force=True)
        scenario.when(command).then(fact(Customer.Registered, CUSTOMER))

    def test_refuses_groups_that_are_not_there(self, scenario: Scenario) -> None:
        scenario.given(group(), archived(group(STAFF, "Staff")))
        scenario.when(register(group_ids=[REGULARS, STAFF])).then_refused(Invalid, "group_ids.1:not_found")

    @pytest.mark.parametrize("birthday", [NOW.date() + timedelta(days=2), date(1899, 12, 31)])
    def test_refuses_who_is_not_born_or_too_old(self, scenario: Scenario, birthday: date) -> None:
        scenario.when(register(birthday=birthday)).then_refused(Invalid, "birthday")


class TestReviseCustomer:
    def test_records_each_thing_that_changed_by_itself(self, scenario: Scenario) -> None:
        scenario.given(customer(note="tea"), group())
        changes = {"name": "Grace", "phone": "123", "tax_number": "DE1", "note": "coffee", "terms_days": 14}
        scenario.when(revise(**changes, group_ids=[REGULARS])).then(
            fact(Customer.Renamed, OTHER, name="Grace"),
            fact(Customer.Relocated, OTHER, phone="123", email=None),
            fact(Customer.Identified, OTHER, tax_number="DE1", reference=None),
            fact(Customer.Annotated, OTHER, note="coffee"),
            fact(Customer.Grouped, OTHER, group_ids=(REGULARS,)),
            fact(Customer.CreditAgreed, OTHER, credit_limit=None, terms_days=14),
        )

    def test_records_nothing_that_is_so_already(self, scenario: Scenario) -> None:
        scenario.given(group(), group(STAFF, "Staff"), customer(group_ids=(REGULARS, STAFF)))
        scenario.when(revise(group_ids=[STAFF, REGULARS], name="Grace Hopper")).then_nothing()

    def test_keeps_a_group_that_was_archived_and_takes_no_new_one(self, scenario: Scenario) -> None:
        scenario.given(archived(group()), customer(group_ids=(REGULARS,)), archived(group(STAFF, "Staff")))
        scenario.when(revise(group_ids=[REGULARS], note="x")).then(fact(Customer.Annotated, OTHER, note="x"))
        scenario.when(revise(group_ids=[REGULARS, STAFF])).then_refused(Invalid, "group_ids.1:not_found")

    def test_refuses_a_stale_version(self, scenario: Scenario) -> None:
        command = ReviseCustomer(id=OTHER, changes={}, expected_versions=frozenset({2}))
        scenario.given(customer()).when(command).then_refused(StaleVersion)

    def test_refuses_who_is_not_there_or_archived(self, scenario: Scenario) -> None:
        scenario.when(revise(note="x")).then_refused(Missing)
        scenario.given(archived(customer())).when(revise(note="x")).then_refused(AlreadyArchived)

    def test_refuses_a_birthday_to_come(self, scenario: Scenario) -> None:
        scenario.given(customer()).when(revise(birthday=date(2999, 1, 1))).then_refused(Invalid, "birthday")


class TestNoteConsent:
    def test_records_what_they_said_and_when(self, scenario: Scenario) -> None:
        command = NoteConsent(id=OTHER, purpose="marketing_sms", granted=True, source="call")
        outcome = scenario.given(customer()).when(command)
        consent = Consent(purpose="marketing_sms", granted=True, source="call", at=NOW)
        outcome.then(fact(Customer.Consented, OTHER, consent=consent))
        assert outcome.answer.customer.values["consents"] == (consent,)

    def test_refuses_who_is_archived(self, scenario: Scenario) -> None:
        command = NoteConsent(id=OTHER, purpose="profiling", granted=True, source="call")
        scenario.given(archived(customer())).when(command).then_refused(AlreadyArchived)


class TestArchiveCustomer:
    def test_archives_and_restores(self, scenario: Scenario) -> None:
        scenario.given(customer())
        scenario.when(ArchiveCustomer(id=OTHER)).then(fact(Customer.Archived, OTHER))
        scenario.when(RestoreCustomer(id=OTHER)).then(fact(Customer.Restored, OTHER))

    def test_refuses_twice_and_a_stale_version(self, scenario: Scenario) -> None:
        scenario.given(customer())
        stale = ArchiveCustomer(id=OTHER, expected_versions=frozenset({7}))
        scenario.when(stale).then_refused(StaleVersion)
        scenario.when(ArchiveCustomer(id=OTHER))
        scenario.when(ArchiveCustomer(id=OTHER)).then_refused(AlreadyArchived)

    def test_restores_nobody_who_is_there_or_gone(self, scenario: Scenario) -> None:
        merged = customer(NOTHING)
        merged.trigger_event(Customer.Merged, into=OTHER)
        scenario.given(customer(), merged)
        scenario.when(RestoreCustomer(id=OTHER)).then_refused(NotArchived)
        scenario.when(RestoreCustomer(id=NOTHING)).then_refused(Gone)


class TestCustomerGroups:
    def test_are_archived_when_only_archived_customers_belong_to_them(self, scenario: Scenario) -> None:
        command = ArchiveSetting(kind=CustomerGroup, id=REGULARS)
        scenario.given(group(), customer(group_ids=(REGULARS,)))
        scenario.when(command).then_refused(InUse, "id:in_use")
        scenario.when(ArchiveCustomer(id=OTHER))
        scenario.when(command).then(fact(CustomerGroup.Archived, REGULARS))

    def test_are_archived_once_nobody_belongs_to_them(self, scenario: Scenario) -> None:
        scenario.given(group(), customer(group_ids=(REGULARS,)))
        scenario.when(revise(group_ids=[])).then(fact(Customer.Grouped, OTHER, group_ids=()))
        scenario.when(ArchiveSetting(kind=CustomerGroup, id=REGULARS), company=COMPANY).then(
            fact(CustomerGroup.Archived, REGULARS)
        )
