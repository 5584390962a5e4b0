"""What a user holds, and who may give it."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.errors import Invalid
from domain.permissions import ROLES, permissions_of
from domain.users import (
    COMPANY_ROLES,
    MANAGING,
    PLATFORM_KEYS,
    GrantsMoreThanHeld,
    HoldsMore,
    User,
    check_grants,
    check_reach,
    in_order,
    role_id,
    role_named,
)

HARBOUR, AIRPORT = UUID(int=1), UUID(int=2)
ADMINS = permissions_of("Admin")


def user(role: str = "Cashier", **values: Any) -> User:
    return User.begin(User.Registered, uuid4(), **in_order({"username": "anna", "role": role, **values}))


class TestRoles:
    @pytest.mark.parametrize("role", ROLES)
    def test_go_by_their_id_and_their_name(self, role: str) -> None:
        assert role_named(role) == role_named(role_id(role)) == role_named(role.upper()) == role

    def test_what_is_none_is_none(self) -> None:
        assert [role_named(text) for text in ("", "owner", "Super", "cashier ")] == [None] * 4

    def test_no_role_of_a_company_holds_a_key_of_the_platform(self) -> None:
        assert PLATFORM_KEYS
        assert not any(permissions_of(role) & PLATFORM_KEYS for role in COMPANY_ROLES)


class TestRights:
    def test_are_the_roles_with_what_is_granted_and_without_what_is_denied(self) -> None:
        anna = user(granted=["stores.view"], denied=["pos.use"])
        assert anna.permissions == permissions_of("Cashier") - {"pos.use"} | {"stores.view"}

    def test_no_key_is_both_granted_and_denied(self) -> None:
        with pytest.raises(Invalid):
            user(granted=["stores.view"], denied=["stores.view"]).check()

    def test_the_order_in_which_keys_and_stores_are_named_is_no_change(self) -> None:
        anna = user(store_ids=[AIRPORT, HARBOUR], granted=["stores.view", "brands.view"])
        anna.revise(
            in_order({"store_ids": [HARBOUR, AIRPORT, HARBOUR], "granted": ["brands.view", "stores.view"]})
        )
        assert anna.version == 1


class TestGiving:
    def test_what_one_holds_is_allowed(self) -> None:
        check_grants(ADMINS, user("Admin"))

    def test_what_one_does_not_hold_is_refused_by_name(self) -> None:
        with pytest.raises(GrantsMoreThanHeld) as refused:
            check_grants(permissions_of("Cashier"), user(granted=["audit.view", "stores.view"]))
        assert [detail["field"] for detail in refused.value.details] == ["audit.view", "stores.view"]

    def test_what_was_held_before_may_stay(self) -> None:
        check_grants(permissions_of("Cashier"), user("Manager"), permissions_of("Admin"))

    def test_keys_of_the_platform_are_refused_even_to_those_who_hold_them(self) -> None:
        with pytest.raises(GrantsMoreThanHeld):
            check_grants(ADMINS | PLATFORM_KEYS, user(granted=["companies.create"]))

    def test_the_platforms_role_is_refused_however_little_is_left_of_it(self) -> None:
        with pytest.raises(GrantsMoreThanHeld):
            check_grants(ADMINS, user("Super Admin", denied=permissions_of("Super Admin")))

    def test_whoever_holds_more_is_out_of_reach(self) -> None:
        check_reach(ADMINS, user("Manager"))
        with pytest.raises(HoldsMore):
            check_reach(permissions_of("Manager"), user("Inventory Clerk", granted=["audit.view"]))


class TestPlaces:
    @pytest.mark.parametrize(
        ("own", "of_the_manager", "is_within"),
        [
            ([], [], True),
            ([HARBOUR], [], True),
            ([], [HARBOUR], False),
            ([HARBOUR], [HARBOUR, AIRPORT], True),
            ([HARBOUR, AIRPORT], [HARBOUR], False),
        ],
    )
    def test_decide_who_manages_whom(
        self, own: list[UUID], of_the_manager: list[UUID], is_within: bool
    ) -> None:
        assert user(store_ids=own).is_within(of_the_manager) is is_within

    @pytest.mark.parametrize(
        ("values", "manages"),
        [
            ({"role": "Admin"}, True),
            ({"role": "Manager", "granted": MANAGING}, True),
            ({"role": "Manager"}, False),
            ({"role": "Admin", "denied": ["users.grant"]}, False),
            ({"role": "Admin", "store_ids": [HARBOUR]}, False),
            ({"role": "Admin", "is_active": False}, False),
        ],
    )
    def test_and_rights_decide_who_manages_all(self, values: dict[str, Any], manages: bool) -> None:
        assert user(**values).manages_all is manages
