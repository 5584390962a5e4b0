"""Decisions about the platform's packages, and what companies have of them."""

from datetime import timedelta
from typing import Any

import pytest

from commands.packages import ArchivePackage, RegisterPackage, RevisePackage, SwitchPackage
from commands.ports import DuplicateId, Missing, StaleVersion
from commands.subscriptions import LetFallDue, Subscribe
from domain.companies import PLATFORM_ID, Company
from domain.entities import AlreadyArchived
from domain.errors import Invalid
from domain.packages import LimitBelowUsage, Limits, Package, PackageInactive
from domain.settings import DuplicateName, InUse
from domain.subscriptions import Terms
from tests.commands.samples import (
    COMPANY,
    NOTHING,
    NOW,
    OTHER,
    PACKAGE,
    company,
    package,
    product,
    store,
    subscribed,
    user,
)
from tests.commands.scenario import Outcome, Scenario, fact

STALE = frozenset({99})
VALUES = dict(package().values)


def on_the_platform(scenario: Scenario, command: Any, saying: str | None = None) -> Outcome:
    return scenario.when(command, company=PLATFORM_ID, saying=saying)


def revise(limits: dict[str, int | None] | None = None, **changes: Any) -> RevisePackage:
    return RevisePackage(id=PACKAGE, changes=changes, limits=limits or {})


class TestRegisterPackage:
    NEW = RegisterPackage(id=PACKAGE, values=VALUES)

    def test_offers_one_more(self, scenario: Scenario) -> None:
        on_the_platform(scenario, self.NEW).then(fact(Package.Registered, PACKAGE, name="Small", price=1900))

    def test_answers_a_repetition_with_what_it_made(self, scenario: Scenario) -> None:
        on_the_platform(scenario, self.NEW, "this")
        on_the_platform(scenario, self.NEW, "this").then_repeated()

    def test_refuses_its_id_for_other_content(self, scenario: Scenario) -> None:
        on_the_platform(scenario, self.NEW, "this")
        on_the_platform(scenario, self.NEW, "that").then_refused(DuplicateId, "id")

    def test_refuses_a_name_that_is_taken(self, scenario: Scenario) -> None:
        scenario.given(package(OTHER, "SMALL"))
        on_the_platform(scenario, self.NEW).then_refused(DuplicateName, "name")

    def test_takes_the_name_of_one_that_is_archived(self, scenario: Scenario) -> None:
        gone = package(OTHER)
        gone.archive()
        on_the_platform(scenario.given(gone), self.NEW).then(fact(Package.Registered, PACKAGE))


class TestRevisePackage:
    def test_records_each_change_as_what_it_is(self, scenario: Scenario) -> None:
        command = revise({"stores": 5}, name="Medium")
        on_the_platform(scenario.given(package()), command).then(
            fact(Package.Renamed, PACKAGE, name="Medium"),
            fact(Package.LimitsAgreed, PACKAGE, limits=Limits(stores=5)),
        )

    def test_keeps_the_limits_that_are_not_named(self, scenario: Scenario) -> None:
        scenario.given(package(limits=Limits(users=3)))
        on_the_platform(scenario, revise({"stores": 5})).then(
            fact(Package.LimitsAgreed, limits=Limits(users=3, stores=5))
        )

    def test_keeps_its_own_name(self, scenario: Scenario) -> None:
        on_the_platform(scenario.given(package()), revise(name="small")).then(fact(Package.Renamed))

    def test_refuses_a_name_that_is_taken(self, scenario: Scenario) -> None:
        scenario.given(package(), package(OTHER, "Medium"))
        on_the_platform(scenario, revise(name="medium")).then_refused(DuplicateName, "name")

    def test_refuses_a_limit_below_what_a_company_uses(self, blank: Scenario) -> None:
        scenario = blank.given(package(), subscribed(), store(), product())
        on_the_platform(scenario, revise({"stores": 0, "products": 1})).then_refused(
            LimitBelowUsage, "limits.stores"
        )

    def test_takes_the_greatest_of_its_companies(self, blank: Scenario) -> None:
        scenario = blank.given(package(), subscribed(), subscribed(one=OTHER))
        scenario.given(user(), company=OTHER)
        on_the_platform(scenario, revise({"users": 0})).then_refused(LimitBelowUsage, "limits.users")
        on_the_platform(scenario, revise({"users": 1})).then(fact(Package.LimitsAgreed))

    def test_does_not_count_archived_companies(self, blank: Scenario) -> None:
        gone = subscribed()
        gone.archive()
        scenario = blank.given(package(), gone, store())
        on_the_platform(scenario, revise({"stores": 0})).then(fact(Package.LimitsAgreed))

    def test_does_not_look_at_limits_that_are_widened(self, blank: Scenario) -> None:
        limits = Limits(stores=0)
        scenario = blank.given(package(limits=limits), subscribed(limits), store(), store(OTHER, "N", "N"))
        on_the_platform(scenario, revise({"stores": 1})).then(fact(Package.LimitsAgreed))

    def test_refuses_one_that_is_archived_or_not_there(self, scenario: Scenario) -> None:
        on_the_platform(scenario, revise(name="X")).then_refused(Missing)
        gone = package()
        gone.archive()
        on_the_platform(scenario.given(gone), revise(name="X")).then_refused(AlreadyArchived)


class TestItsLife:
    def switch(self, *, is_active: bool) -> SwitchPackage:
        return SwitchPackage(id=PACKAGE, is_active=is_active)

    def test_is_offered_or_not(self, scenario: Scenario) -> None:
        scenario.given(package())
        on_the_platform(scenario, self.switch(is_active=False)).then(fact(Package.Deactivated, PACKAGE))
        on_the_platform(scenario, self.switch(is_active=False)).then_nothing()
        on_the_platform(scenario, self.switch(is_active=True)).then(fact(Package.Activated, PACKAGE))

    def test_ends_in_the_archive(self, scenario: Scenario) -> None:
        scenario.given(package())
        on_the_platform(scenario, ArchivePackage(id=PACKAGE)).then(fact(Package.Archived, PACKAGE))
        on_the_platform(scenario, self.switch(is_active=True)).then_refused(AlreadyArchived)

    def test_stays_while_companies_have_it(self, blank: Scenario) -> None:
        scenario = blank.given(package(), subscribed())
        on_the_platform(scenario, ArchivePackage(id=PACKAGE)).then_refused(InUse)

    @pytest.mark.parametrize(
        "command",
        [
            ArchivePackage(id=PACKAGE, expected_versions=STALE),
            SwitchPackage(id=PACKAGE, is_active=False, expected_versions=STALE),
            RevisePackage(id=PACKAGE, changes={}, limits={}, expected_versions=STALE),
        ],
    )
    def test_refuses_another_version(self, scenario: Scenario, command: Any) -> None:
        on_the_platform(scenario.given(package()), command).then_refused(StaleVersion)


class TestSubscribe:
    def subscribe(self, package_id: Any = PACKAGE, terms: Terms | None = None, **more: Any) -> Subscribe:
        return Subscribe(company_id=COMPANY, package_id=package_id, terms=terms or Terms(), **more)

    def test_begins_with_a_trial(self, scenario: Scenario) -> None:
        outcome = scenario.given(package(), store()).when(self.subscribe())
        outcome.then(
            fact(
                Company.Subscribed,
                COMPANY,
                package_id=PACKAGE,
                status="trial",
                trial_ends_at=NOW + timedelta(days=14),
                period_ends_at=None,
            )
        )
        assert outcome.answer.usage["stores"] == 1

    def test_goes_on_with_the_one_it_has(self, scenario: Scenario) -> None:
        scenario.given(package()).when(self.subscribe())
        ends_at = NOW + timedelta(days=90)
        terms = Terms(status="active", period_ends_at=ends_at, says_period_end=True)
        scenario.when(self.subscribe(None, terms)).then(
            fact(Company.Renewed, COMPANY, status="active", period_ends_at=ends_at)
        )

    def test_records_nothing_that_is_so_already(self, scenario: Scenario) -> None:
        scenario.given(package()).when(self.subscribe())
        scenario.when(self.subscribe()).then_nothing()

    def test_keeps_one_that_is_not_offered_any_more(self, blank: Scenario) -> None:
        closed = package()
        closed.switch(is_active=False)
        scenario = blank.given(closed, subscribed())
        scenario.when(self.subscribe()).then_nothing()

    def test_asks_for_the_first_package(self, scenario: Scenario) -> None:
        scenario.when(self.subscribe(None)).then_refused(Invalid, "package_id:required")

    def test_refuses_one_that_is_not_there_or_not_offered(self, scenario: Scenario) -> None:
        scenario.when(self.subscribe(NOTHING)).then_refused(Invalid, "package_id:not_found")
        closed = package()
        closed.switch(is_active=False)
        scenario.given(closed).when(self.subscribe()).then_refused(PackageInactive, "package_id")

    def test_refuses_one_that_allows_less_than_is_used(self, scenario: Scenario) -> None:
        scenario.given(package(limits=Limits(stores=0)), store())
        scenario.when(self.subscribe()).then_refused(LimitBelowUsage, "limits.stores")

    def test_refuses_terms_that_do_not_go_together(self, scenario: Scenario) -> None:
        terms = Terms(status="trial", period_ends_at=NOW, says_period_end=True)
        scenario.given(package()).when(self.subscribe(terms=terms)).then_refused(Invalid, "period_ends_at")

    def test_refuses_another_version_or_an_archived_company(self, scenario: Scenario) -> None:
        scenario.given(package())
        scenario.when(self.subscribe(expected_versions=STALE)).then_refused(StaleVersion)
        gone = company(OTHER)
        gone.archive()
        command = Subscribe(company_id=OTHER, package_id=PACKAGE, terms=Terms())
        scenario.given(gone).when(command, company=OTHER).then_refused(AlreadyArchived)


class TestLetFallDue:
    DUE = LetFallDue(company_id=COMPANY)

    def test_records_each_step_with_the_moment_it_was_due(self, scenario: Scenario) -> None:
        scenario.given(package()).when(Subscribe(company_id=COMPANY, package_id=PACKAGE, terms=Terms()))
        ended = NOW + timedelta(days=14)
        scenario.at(NOW + timedelta(days=60)).when(self.DUE).then(
            fact(Company.TrialEnded, COMPANY, due_at=ended),
            fact(Company.Expired, COMPANY, due_at=ended + timedelta(days=7)),
        )

    def test_records_nothing_before_that(self, scenario: Scenario) -> None:
        scenario.given(package()).when(Subscribe(company_id=COMPANY, package_id=PACKAGE, terms=Terms()))
        scenario.at(NOW + timedelta(days=13)).when(self.DUE).then_nothing()

    def test_refuses_a_company_that_is_not_there(self, blank: Scenario) -> None:
        blank.when(self.DUE).then_refused(Missing)
