"""Decisions about companies, those who manage them, and those who run the platform."""

from typing import Any

import pytest

from commands.companies import (
    ActivateCompany,
    AppointAdmin,
    AppointSuperAdmin,
    ArchiveCompany,
    FirstAdmin,
    JoinOnTrial,
    NoTrialPackage,
    RegisterCompany,
    ReviseCompany,
    SuspendCompany,
)
from commands.ports import DuplicateId, Missing, StaleVersion
from domain.companies import PLATFORM_ID, Company
from domain.entities import AlreadyArchived
from domain.errors import Invalid
from domain.packages import Limits, PackageInactive, PlanLimitReached
from domain.permissions import ADMIN as ADMIN_ROLE
from domain.permissions import SUPER_ADMIN
from domain.stores import Store
from domain.users import DuplicateUsername, User
from tests.commands.samples import (
    ADMIN,
    COMPANY,
    NOTHING,
    OTHER,
    PACKAGE,
    STORE,
    USER,
    company,
    id_of,
    package,
    product,
    user,
)
from tests.commands.scenario import Scenario, fact
from tests.commands.test_images import IMAGE, shown

STALE = frozenset({99})
BOSS = FirstAdmin(id=ADMIN, username="boss@salt.test", password_hash="hash")
NEW = {"name": "Salt & Co", "currency": "EUR", "timezone": "Europe/Berlin"}


@pytest.fixture
def platform(blank: Scenario) -> Scenario:
    """Nobody has joined yet."""
    return blank


def register(**values: Any) -> RegisterCompany:
    return RegisterCompany(**{"id": COMPANY, "values": NEW, **values})


class TestRegisterCompany:
    def test_takes_it_on(self, platform: Scenario) -> None:
        platform.when(register()).then(fact(Company.Registered, COMPANY, name="Salt & Co", currency="EUR"))

    def test_takes_it_on_with_its_admin_and_a_package(self, platform: Scenario) -> None:
        platform.given(package()).when(register(admin=BOSS, package_id=PACKAGE)).then(
            fact(Company.Registered, COMPANY),
            fact(Company.Subscribed, COMPANY, package_id=PACKAGE, status="trial"),
            fact(User.Registered, ADMIN, username="boss@salt.test", role="Admin"),
        )
        assert platform.password_of(ADMIN) == "hash"

    def test_may_have_the_name_of_another(self, platform: Scenario) -> None:
        platform.given(company(OTHER)).when(register()).then(fact(Company.Registered, name="Salt & Co"))

    def test_answers_a_repetition_with_what_it_made(self, platform: Scenario) -> None:
        platform.when(register(), saying="this")
        platform.when(register(), saying="this").then_repeated()

    def test_refuses_its_id_for_other_content(self, platform: Scenario) -> None:
        platform.when(register(), saying="this")
        platform.when(register(), saying="that").then_refused(DuplicateId, "id")

    def test_refuses_the_id_of_the_platform(self, platform: Scenario) -> None:
        platform.when(register(id=PLATFORM_ID), company=PLATFORM_ID).then_refused(DuplicateId, "id")

    def test_refuses_a_name_that_somebody_signs_in_with(self, platform: Scenario) -> None:
        platform.given(company(OTHER)).given(user(USER, "Boss@salt.test"), company=OTHER)
        platform.when(register(admin=BOSS)).then_refused(DuplicateUsername, "admin.username")

    def test_refuses_a_package_that_is_not_there(self, platform: Scenario) -> None:
        platform.when(register(package_id=NOTHING)).then_refused(Invalid, "package_id:not_found")

    def test_refuses_a_package_that_is_not_offered_any_more(self, platform: Scenario) -> None:
        closed = package()
        closed.switch(is_active=False)
        platform.given(closed).when(register(package_id=PACKAGE)).then_refused(PackageInactive, "package_id")

    def test_refuses_a_package_without_room_for_the_admin(self, platform: Scenario) -> None:
        platform.given(package(limits=Limits(users=0)))
        platform.when(register(admin=BOSS, package_id=PACKAGE)).then_refused(PlanLimitReached, "limits.users")

    def test_has_room_without_an_admin(self, platform: Scenario) -> None:
        platform.given(package(limits=Limits(users=0))).when(register(package_id=PACKAGE)).then(
            fact(Company.Registered), fact(Company.Subscribed)
        )

    def test_refuses_a_logo_as_it_has_no_pictures_yet(self, platform: Scenario) -> None:
        command = register(values={**NEW, "logo_image_id": IMAGE})
        platform.when(command).then_refused(Invalid, "logo_image_id:not_found")


class TestJoinOnTrial:
    JOIN = JoinOnTrial(
        company=RegisterCompany(id=COMPANY, values=NEW, admin=BOSS),
        store_id=STORE,
        store={"name": "Mitte", "code": "M", "day_cut": "00:00"},
    )

    def test_begins_with_an_admin_and_a_store(self, platform: Scenario) -> None:
        platform.given(package()).when(self.JOIN).then(
            fact(Company.Registered, COMPANY),
            fact(Company.Subscribed, COMPANY, package_id=PACKAGE, status="trial"),
            fact(User.Registered, ADMIN),
            fact(Store.Registered, STORE, currency="EUR", timezone="Europe/Berlin"),
        )

    def test_takes_the_cheapest_rather_in_its_own_currency(self, platform: Scenario) -> None:
        cheap, own = id_of("cheap"), id_of("own")
        platform.given(package(cheap, "Cheap", price=100, currency="USD"), package(own, "Own", price=900))
        platform.given(package(id_of("paid"), "Paid", price=0, trial_days=0), package(OTHER, "Dear"))
        platform.when(self.JOIN).then(
            fact(Company.Registered),
            fact(Company.Subscribed, COMPANY, package_id=own),
            fact(User.Registered),
            fact(Store.Registered),
        )

    def test_refuses_it_without_a_package_to_try(self, platform: Scenario) -> None:
        platform.given(package(trial_days=0)).when(self.JOIN).then_refused(NoTrialPackage)

    def test_refuses_a_package_without_room_for_the_store(self, platform: Scenario) -> None:
        platform.given(package(limits=Limits(stores=0)))
        platform.when(self.JOIN).then_refused(PlanLimitReached, "limits.stores")


class TestReviseCompany:
    def test_records_each_change_as_what_it_is(self, scenario: Scenario) -> None:
        command = ReviseCompany(id=COMPANY, changes={"name": "Salt", "backdating_days": 3})
        scenario.when(command).then(
            fact(Company.Renamed, COMPANY, name="Salt"), fact(Company.BackdatingAllowed, backdating_days=3)
        )

    def test_shows_a_picture_of_its_own_as_logo(self, scenario: Scenario) -> None:
        command = ReviseCompany(id=COMPANY, changes={"logo_image_id": IMAGE})
        scenario.given(shown(IMAGE)).when(command).then(fact(Company.Rebranded, logo_image_id=IMAGE))

    def test_refuses_a_picture_of_nobody(self, scenario: Scenario) -> None:
        command = ReviseCompany(id=COMPANY, changes={"logo_image_id": IMAGE})
        scenario.given(product()).when(command).then_refused(Invalid, "logo_image_id:not_found")

    def test_takes_the_logo_away(self, scenario: Scenario) -> None:
        scenario.given(shown(IMAGE)).when(ReviseCompany(id=COMPANY, changes={"logo_image_id": IMAGE}))
        command = ReviseCompany(id=COMPANY, changes={"logo_image_id": None})
        scenario.when(command).then(fact(Company.Rebranded, logo_image_id=None))

    def test_refuses_cash_rounding_to_what_no_coin_is_worth(self, scenario: Scenario) -> None:
        command = ReviseCompany(id=COMPANY, changes={"cash_rounding": 7})
        scenario.when(command).then_refused(Invalid, "cash_rounding:invalid")

    def test_refuses_another_version_or_none(self, scenario: Scenario) -> None:
        command = ReviseCompany(id=COMPANY, changes={"name": "X"}, expected_versions=STALE)
        scenario.when(command).then_refused(StaleVersion)
        scenario.when(ReviseCompany(id=NOTHING, changes={})).then_refused(Missing)


class TestItsLife:
    SUSPEND, ACTIVATE = SuspendCompany(id=COMPANY, reason="Unpaid"), ActivateCompany(id=COMPANY)

    def test_is_suspended_and_activated_again(self, scenario: Scenario) -> None:
        scenario.when(self.SUSPEND).then(fact(Company.Suspended, COMPANY, reason="Unpaid"))
        scenario.when(self.ACTIVATE).then(fact(Company.Activated, COMPANY))

    def test_records_nothing_that_is_so_already(self, scenario: Scenario) -> None:
        scenario.when(self.ACTIVATE).then_nothing()
        scenario.when(self.SUSPEND)
        scenario.when(SuspendCompany(id=COMPANY)).then_nothing()

    def test_ends_in_the_archive(self, scenario: Scenario) -> None:
        scenario.when(ArchiveCompany(id=COMPANY)).then(fact(Company.Archived, COMPANY))
        for command in (self.SUSPEND, self.ACTIVATE, ArchiveCompany(id=COMPANY)):
            scenario.when(command).then_refused(AlreadyArchived)

    @pytest.mark.parametrize("command", [SuspendCompany, ActivateCompany, ArchiveCompany])
    def test_refuses_another_version(self, scenario: Scenario, command: Any) -> None:
        scenario.when(command(id=COMPANY, expected_versions=STALE)).then_refused(StaleVersion)


class TestAppointSuperAdmin:
    APPOINT = AppointSuperAdmin(username="root@mipos.test", password_hash="hash")

    def test_lets_somebody_run_the_platform(self, platform: Scenario) -> None:
        outcome = platform.when(self.APPOINT, company=PLATFORM_ID)
        outcome.then(fact(User.Registered, username="root@mipos.test", role=SUPER_ADMIN))
        assert platform.password_of(outcome.answer.id) == "hash"

    def test_gives_one_who_is_there_another_password_and_a_way_back_in(self, platform: Scenario) -> None:
        root = user(ADMIN, "root@mipos.test", SUPER_ADMIN, is_active=False)
        platform.given(root, company=PLATFORM_ID).given_session(id_of("session"), ADMIN, PLATFORM_ID)
        platform.when(self.APPOINT, company=PLATFORM_ID).then(
            fact(User.Barred, ADMIN, is_active=True), fact(User.PasswordReset, ADMIN)
        )
        assert platform.password_of(ADMIN) == "hash"
        assert platform.open_sessions() == set()

    def test_refuses_a_name_that_somebody_has_in_a_company(self, platform: Scenario) -> None:
        platform.given(company()).given(user(USER, "root@mipos.test"))
        platform.when(self.APPOINT, company=PLATFORM_ID).then_refused(DuplicateUsername)

    def test_refuses_who_is_no_super_admin(self, platform: Scenario) -> None:
        platform.given(user(USER, "root@mipos.test", "Manager"), company=PLATFORM_ID)
        platform.when(self.APPOINT, company=PLATFORM_ID).then_refused(DuplicateUsername)


class TestAppointAdmin:
    """For whoever runs the service, where nobody of a company can sign in."""

    APPOINT = AppointAdmin(username="ada@mipos.test", password_hash="hash")

    def test_lets_somebody_manage_the_company(self, scenario: Scenario) -> None:
        outcome = scenario.when(self.APPOINT)
        outcome.then(fact(User.Registered, username="ada@mipos.test", role=ADMIN_ROLE))
        assert scenario.password_of(outcome.answer.id) == "hash"

    def test_gives_one_who_is_there_the_role_and_another_password(self, scenario: Scenario) -> None:
        scenario.given(user(USER, "ada@mipos.test", "Cashier", store_ids=(STORE,)))
        outcome = scenario.when(self.APPOINT)
        assert (outcome.answer.values["role"], outcome.answer.values["store_ids"]) == (ADMIN_ROLE, ())
        assert scenario.password_of(USER) == "hash"

    def test_refuses_a_name_that_somebody_has_in_another_company(self, scenario: Scenario) -> None:
        scenario.given(user(USER, "ada@mipos.test"), company=OTHER)
        scenario.when(self.APPOINT).then_refused(DuplicateUsername)
