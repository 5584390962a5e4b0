"""Decisions about who may sign in, and what they may do."""

from datetime import timedelta
from typing import Any

import pytest

from commands.passwords import ChangePassword, ResetToken, WrongPassword
from commands.passwords import ResetPassword as ResetForgottenPassword
from commands.ports import DuplicateId, Missing, StaleVersion
from commands.signing_in import InvalidToken
from commands.users import ArchiveUser, EndSessions, RegisterUser, ResetPassword, ReviseUser
from domain.entities import AlreadyArchived
from domain.errors import Invalid, NotAllowed
from domain.packages import Limits, PlanLimitReached
from domain.settings import OtherStore
from domain.users import DuplicateUsername, GrantsMoreThanHeld, HoldsMore, LastAdmin, User
from tests.commands.samples import (
    ADMIN,
    COMPANY,
    NOTHING,
    OTHER,
    STORE,
    USER,
    caller,
    company,
    id_of,
    package,
    store,
    subscribed,
    user,
)
from tests.commands.scenario import Scenario, fact, with_permission

FIRST, SECOND = id_of("first session"), id_of("second session")
MANAGES = ("users.view", "users.create", "users.edit", "users.archive")
#: A manager who may manage users, and give no single rights.
HEAD = with_permission(caller("Manager"), *MANAGES)


@pytest.fixture
def scenario(scenario: Scenario) -> Scenario:
    return scenario.given(user(ADMIN, "boss@salt.test", "Admin"), store(), store(OTHER, "Nord", "N"))


def new(**values: Any) -> RegisterUser:
    defaults = {"username": "bob@salt.test", "role": "Cashier", **values}
    return RegisterUser(id=USER, values=defaults, password_hash="hash")


def revise(one: Any = USER, versions: frozenset[int] | None = None, **changes: Any) -> ReviseUser:
    return ReviseUser(id=one, changes=changes, expected_versions=versions)


class TestRegisterUser:
    def test_takes_somebody_on_with_a_password(self, scenario: Scenario) -> None:
        outcome = scenario.when(new(store_ids=(STORE,)))
        outcome.then(
            fact(User.Registered, USER, username="bob@salt.test", role="Cashier", store_ids=(STORE,))
        )
        assert scenario.password_of(USER) == "hash"
        assert [one["code"] for one in outcome.answer.stores] == ["M"]

    def test_keeps_stores_and_rights_once_each_and_in_order(self, scenario: Scenario) -> None:
        twice = tuple(sorted((STORE, OTHER), reverse=True)) * 2
        command = new(store_ids=twice, granted=("orders.view", "audit.view", "orders.view"))
        scenario.when(command).then(
            fact(
                User.Registered,
                USER,
                store_ids=tuple(sorted((STORE, OTHER))),
                granted=("audit.view", "orders.view"),
            )
        )

    def test_answers_a_repetition_and_leaves_the_password(self, scenario: Scenario) -> None:
        scenario.when(new(), saying="this")
        scenario.when(ResetPassword(id=USER, password_hash="later"))
        scenario.when(new(), saying="this").then_repeated()
        assert scenario.password_of(USER) == "later"

    def test_refuses_its_id_for_other_content(self, scenario: Scenario) -> None:
        scenario.when(new(), saying="this")
        scenario.when(new(), saying="that").then_refused(DuplicateId, "id")

    def test_refuses_a_repetition_about_somebody_of_other_stores(self, scenario: Scenario) -> None:
        scenario.when(new(store_ids=(STORE,)), saying="this")
        scenario.by(caller("Admin", OTHER)).when(new(store_ids=(STORE,)), saying="this").then_refused(
            DuplicateId, "id"
        )

    def test_refuses_a_name_that_somebody_has(self, scenario: Scenario) -> None:
        scenario.given(user(id_of("bob"), "Bob@Salt.test")).when(new()).then_refused(
            DuplicateUsername, "username"
        )

    def test_refuses_a_name_that_looks_the_same(self, scenario: Scenario) -> None:
        scenario.given(user(id_of("jose"), "jos\u00e9"))
        scenario.when(new(username="JOSE\u0301")).then_refused(DuplicateUsername, "username")

    def test_takes_the_name_of_somebody_who_left_or_gave_it_up(self, scenario: Scenario) -> None:
        gone = user(id_of("gone"), "bob@salt.test")
        gone.archive()
        scenario.given(gone).when(new()).then(fact(User.Registered, USER))
        scenario.when(revise(username="eve@salt.test"))
        command = RegisterUser(id=id_of("next"), values=new().values, password_hash="x")
        scenario.when(command).then(fact(User.Registered, id_of("next"), username="bob@salt.test"))

    def test_refuses_a_name_that_somebody_has_in_another_company(self, scenario: Scenario) -> None:
        elsewhere = id_of("elsewhere")
        scenario.given(company(elsewhere)).given(user(OTHER, "bob@salt.test"), company=elsewhere)
        scenario.when(new()).then_refused(DuplicateUsername, "username")

    def test_names_each_store_that_is_not_there(self, scenario: Scenario) -> None:
        scenario.when(new(store_ids=(STORE, NOTHING))).then_refused(Invalid, "store_ids.1:not_found")

    def test_refuses_what_is_both_granted_and_denied(self, scenario: Scenario) -> None:
        command = new(granted=("orders.view",), denied=("orders.view",))
        scenario.when(command).then_refused(Invalid, "denied:also_granted")

    def test_refuses_single_rights_to_whoever_may_only_give_roles(self, scenario: Scenario) -> None:
        scenario.by(HEAD).when(new(granted=("orders.view",))).then_refused(NotAllowed, "users.grant:not_held")

    def test_refuses_a_role_that_holds_more_than_the_giver(self, scenario: Scenario) -> None:
        outcome = scenario.by(HEAD).when(new(role="Admin"))
        assert type(outcome.refusal) is GrantsMoreThanHeld

    def test_refuses_a_role_of_the_platform(self, scenario: Scenario) -> None:
        scenario.when(new(role="Super Admin")).then_refused(GrantsMoreThanHeld, "role_id:not_held")

    def test_refuses_somebody_in_stores_of_others(self, scenario: Scenario) -> None:
        scenario.by(caller("Admin", STORE)).when(new(store_ids=(OTHER,))).then_refused(OtherStore)

    def test_refuses_somebody_without_stores_to_whoever_is_bound(self, scenario: Scenario) -> None:
        scenario.by(caller("Admin", STORE)).when(new()).then_refused(OtherStore)

    def test_refuses_one_more_than_the_package_allows(self, blank: Scenario) -> None:
        limits = Limits(users=1)
        scenario = blank.given(package(limits=limits), subscribed(limits), user(ADMIN, "boss@salt.test"))
        scenario.when(new()).then_refused(PlanLimitReached, "limits.users")
        scenario.when(new(is_active=False)).then(fact(User.Registered, is_active=False))


class TestReviseUser:
    def test_records_each_change_as_what_it_is(self, scenario: Scenario) -> None:
        scenario.given(user()).when(revise(username="eve@salt.test", role="Cashier", email=None)).then(
            fact(User.Renamed, USER, username="eve@salt.test"), fact(User.Appointed, USER, role="Cashier")
        )

    def test_records_nothing_for_another_order(self, scenario: Scenario) -> None:
        both = tuple(sorted((STORE, OTHER)))
        scenario.given(user(store_ids=both)).when(revise(store_ids=tuple(reversed(both)))).then_nothing()

    def test_keeps_a_name_of_ones_own(self, scenario: Scenario) -> None:
        scenario.given(user()).when(revise(username="ANN@salt.test")).then(fact(User.Renamed))

    def test_refuses_a_name_that_somebody_has(self, scenario: Scenario) -> None:
        scenario.given(user()).when(revise(username="boss@salt.test")).then_refused(
            DuplicateUsername, "username"
        )

    def test_refuses_who_is_not_there(self, scenario: Scenario) -> None:
        scenario.when(revise(NOTHING)).then_refused(Missing)

    def test_hides_who_works_elsewhere(self, scenario: Scenario) -> None:
        scenario.given(user(store_ids=(STORE, OTHER))).by(caller("Admin", STORE))
        scenario.when(revise(role="Cashier")).then_refused(Missing)

    def test_refuses_who_holds_more(self, scenario: Scenario) -> None:
        outcome = scenario.by(HEAD).when(revise(ADMIN, email="x@y.z"))
        assert type(outcome.refusal) is HoldsMore

    def test_refuses_another_version(self, scenario: Scenario) -> None:
        scenario.given(user()).when(revise(versions=frozenset({9}), role="Cashier")).then_refused(
            StaleVersion
        )

    def test_refuses_who_is_archived(self, scenario: Scenario) -> None:
        gone = user()
        gone.archive()
        scenario.given(gone).when(revise(role="Cashier")).then_refused(AlreadyArchived)

    def test_refuses_to_give_more_than_one_holds(self, scenario: Scenario) -> None:
        giver = with_permission(HEAD, "users.grant")
        scenario.given(user()).by(giver)
        scenario.when(revise(granted=("audit.view",))).then_refused(GrantsMoreThanHeld, "audit.view")

    def test_lets_nobody_lift_a_denial_of_their_own(self, scenario: Scenario) -> None:
        scenario.given(user(USER, role="Admin", denied=("costs.view",)))
        scenario.by(caller("Admin", without=["costs.view"], user_id=USER))
        scenario.when(revise(denied=())).then_refused(GrantsMoreThanHeld, "costs.view")

    def test_leaves_what_somebody_held_before(self, scenario: Scenario) -> None:
        # Whoever may give roles only can still rename somebody with single rights of less than their own.
        scenario.given(user(role="Cashier", granted=("orders.view",))).by(HEAD)
        scenario.when(revise(username="eve@salt.test")).then(fact(User.Renamed))

    def test_refuses_to_change_single_rights_without_the_right_to(self, scenario: Scenario) -> None:
        scenario.given(user(granted=("audit.view",))).by(with_permission(HEAD, "audit.view"))
        scenario.when(revise(granted=())).then_refused(NotAllowed, "users.grant:not_held")

    def test_refuses_stores_of_others(self, scenario: Scenario) -> None:
        scenario.given(user(store_ids=(STORE,))).by(caller("Admin", STORE))
        scenario.when(revise(store_ids=(OTHER,))).then_refused(OtherStore)
        scenario.when(revise(store_ids=())).then_refused(OtherStore)

    @pytest.mark.parametrize(
        "changes",
        [{"is_active": False}, {"role": "Manager"}, {"store_ids": (STORE,)}, {"denied": ("users.edit",)}],
    )
    def test_keeps_somebody_who_manages_everybody(self, scenario: Scenario, changes: dict[str, Any]) -> None:
        scenario.when(revise(ADMIN, **changes)).then_refused(LastAdmin)

    def test_lets_one_of_two_go(self, scenario: Scenario) -> None:
        scenario.given(user(role="Admin")).when(revise(ADMIN, role="Manager")).then(
            fact(User.Appointed, ADMIN)
        )

    @pytest.mark.parametrize(
        "other", [{"store_ids": (STORE,)}, {"is_active": False}, {"denied": ("users.grant",)}]
    )
    def test_counts_only_who_can_manage_everybody(self, scenario: Scenario, other: dict[str, Any]) -> None:
        scenario.given(user(role="Admin", **other))
        scenario.when(revise(ADMIN, role="Manager")).then_refused(LastAdmin)

    def test_signs_out_who_may_no_longer_sign_in(self, scenario: Scenario) -> None:
        scenario.given(user()).given_session(FIRST, USER).given_session(SECOND, ADMIN)
        scenario.when(revise(is_active=False)).then(fact(User.Barred, USER, is_active=False))
        assert scenario.open_sessions() == {SECOND}

    def test_refuses_to_let_in_more_than_the_package_allows(self, blank: Scenario) -> None:
        limits = Limits(users=1)
        scenario = blank.given(package(limits=limits), subscribed(limits), user(ADMIN, "boss@salt.test"))
        scenario.given(user(is_active=False)).when(revise(is_active=True)).then_refused(
            PlanLimitReached, "limits.users"
        )


class TestArchiveUser:
    def test_lets_somebody_go_and_signs_them_out(self, scenario: Scenario) -> None:
        scenario.given(user()).given_session(FIRST, USER)
        scenario.when(ArchiveUser(id=USER)).then(fact(User.Archived, USER))
        assert scenario.open_sessions() == set()

    def test_keeps_the_last_who_manages_everybody(self, scenario: Scenario) -> None:
        scenario.when(ArchiveUser(id=ADMIN)).then_refused(LastAdmin)

    def test_refuses_who_is_archived(self, scenario: Scenario) -> None:
        gone = user()
        gone.archive()
        scenario.given(gone).when(ArchiveUser(id=USER)).then_refused(AlreadyArchived)


class TestResetPassword:
    def test_sets_another_and_ends_every_session(self, scenario: Scenario) -> None:
        scenario.given(user()).given_session(FIRST, USER).given_session(SECOND, USER)
        scenario.when(ResetPassword(id=USER, password_hash="new")).then(fact(User.PasswordReset, USER))
        assert scenario.password_of(USER) == "new"
        assert scenario.open_sessions() == set()

    def test_refuses_who_is_archived(self, scenario: Scenario) -> None:
        gone = user()
        gone.archive()
        scenario.given(gone).when(ResetPassword(id=USER, password_hash="x")).then_refused(AlreadyArchived)


class TestEndSessions:
    def test_signs_somebody_out_everywhere(self, scenario: Scenario) -> None:
        scenario.given(user()).given_session(FIRST, USER).given_session(SECOND, USER)
        scenario.when(EndSessions(user_id=USER)).then_nothing()
        assert scenario.open_sessions() == set()

    def test_ends_one_session(self, scenario: Scenario) -> None:
        scenario.given(user()).given_session(FIRST, USER).given_session(SECOND, USER)
        scenario.when(EndSessions(user_id=USER, session_id=FIRST)).then_nothing()
        assert scenario.open_sessions() == {SECOND}

    def test_refuses_a_session_that_is_not_theirs_or_over(self, scenario: Scenario) -> None:
        scenario.given(user()).given_session(FIRST, ADMIN)
        scenario.given_session(SECOND, USER, lasts=timedelta(seconds=-1))
        for session in (FIRST, SECOND, NOTHING):
            scenario.when(EndSessions(user_id=USER, session_id=session)).then_refused(Missing)

    def test_refuses_who_holds_more_or_works_elsewhere(self, scenario: Scenario) -> None:
        assert type(scenario.by(HEAD).when(EndSessions(user_id=ADMIN)).refusal) is HoldsMore
        scenario.by(caller("Admin", STORE)).when(EndSessions(user_id=ADMIN)).then_refused(Missing)


class TestChangePassword:
    def change(self, *, knew: bool = True) -> ChangePassword:
        return ChangePassword(user_id=ADMIN, knew_current=knew, password_hash="new")

    def test_sets_another_and_ends_every_other_session(self, scenario: Scenario) -> None:
        own = caller()
        scenario.given_session(FIRST, ADMIN).given_session(SECOND, ADMIN)
        scenario.by(type(own)(**{**vars(own), "session_id": FIRST}))
        scenario.when(self.change()).then(fact(User.PasswordReset, ADMIN))
        assert scenario.password_of(ADMIN) == "new"
        assert scenario.open_sessions() == {FIRST}

    def test_refuses_whoever_did_not_know_the_current_one(self, scenario: Scenario) -> None:
        scenario.when(self.change(knew=False)).then_refused(WrongPassword, "current_password:invalid")


class TestResetForgottenPassword:
    def reset(self, token_hash: bytes = b"token") -> ResetForgottenPassword:
        token = ResetToken(company_id=COMPANY, user_id=USER, token_hash=token_hash)
        return ResetForgottenPassword(token=token, password_hash="new")

    def test_uses_the_token_up(self, scenario: Scenario) -> None:
        scenario.given(user()).given_reset(USER, b"token").given_session(FIRST, USER)
        scenario.when(self.reset()).then(fact(User.PasswordReset, USER))
        assert scenario.open_sessions() == set()
        scenario.when(self.reset()).then_refused(InvalidToken, "token")

    def test_refuses_a_token_that_is_wrong_or_too_old(self, scenario: Scenario) -> None:
        scenario.given(user()).given_reset(USER, b"token", lasts=timedelta(seconds=-1))
        scenario.when(self.reset(b"other")).then_refused(InvalidToken, "token")
        scenario.when(self.reset()).then_refused(InvalidToken, "token")

    def test_is_void_once_there_is_another_password(self, scenario: Scenario) -> None:
        scenario.given(user()).given_reset(USER, b"token")
        scenario.when(ResetPassword(id=USER, password_hash="x"))
        scenario.when(self.reset()).then_refused(InvalidToken, "token")
