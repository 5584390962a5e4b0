"""What may be a password."""

import pytest

from domain.passwords import COMMON, LONGEST, WeakPassword, check_password


def refusal(password: str, username: str = "anna@shop.example", field: str = "password") -> WeakPassword:
    with pytest.raises(WeakPassword) as refused:
        check_password(password, username, field)
    return refused.value


@pytest.mark.parametrize(
    "password",
    ["correct horse battery staple", "Tr0ub4dor&3", "größer-als-8", "   x y z 1", "ab12" * 2, "x1y2" * 50],
)
def test_a_good_one_is_taken(password: str) -> None:
    check_password(password, "anna@shop.example")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "1234abc",
        "x1y2" * 50 + "z",
        "aaaaaaaa",
        "abcabcabcabc",
        "password1",
        "PassWord123",
        " qwertyuiop ",
        "anna@shop.example",
        "ANNA@Shop.Example ",
    ],
)
def test_a_weak_one_is_refused(password: str) -> None:
    refused = refusal(password)
    assert refused.code == "validation_failed"
    assert [detail["code"] for detail in refused.details] == ["weak_password"]


def test_the_field_it_was_given_in_is_named() -> None:
    assert refusal("short", field="new_password").details[0]["field"] == "new_password"


def test_what_comes_before_the_at_sign_of_the_user_name_is_refused() -> None:
    refusal("anna.maria", "anna.maria@shop.example")
    refusal("Anna.Maria", "anna.maria")
    check_password("anna.maria", "anna@shop.example")


def test_no_refusal_repeats_the_password() -> None:
    for password in ("hunter2", "aaaaaaaab", "password123", "y" * (LONGEST + 1)):
        refused = refusal(password)
        assert password not in refused.message + refused.details[0]["message"]


def test_the_common_ones_are_those_that_the_other_rules_let_through() -> None:
    assert len(COMMON) > 100
    for password in COMMON:
        assert len(password) >= 8
        assert password == password.casefold()
        refusal(password)
