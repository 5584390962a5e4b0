"""Logs say what is needed to find a fault, and nothing about anybody."""

from typing import Any

import msgspec
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Detail, Invalid
from infra.process.hiding import HIDDEN, hidden
from infra.process.logs import hide_secrets
from infra.process.troubles import described, traced
from projections.base import DamagedEvent
from tests.conftest import Database

SECRET_NAMES = [
    "password",
    "refresh_token",
    "Authorization",
    "X-Api-Key",
    "client_secret",
    "user_email",
    "phone",
    "pin",
]
PERSONAL = [
    "ada@example.com",
    "+49 30 1234567",
    "030 1234567",
    "(030) 123 45 67",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2ln",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
]
plain = st.none() | st.booleans() | st.integers() | st.text(alphabet="abc xyz", max_size=8)


def within(inner: Any) -> Any:
    """Something, at any depth of lists and objects, among other things."""
    return st.recursive(
        inner,
        lambda deeper: (
            st.lists(plain, max_size=2).flatmap(lambda rest: deeper.map(lambda one: [*rest, one]))
            | st.dictionaries(st.sampled_from(["a", "b"]), plain, max_size=1).flatmap(
                lambda rest: deeper.map(lambda one: {**rest, "c": one})
            )
        ),
        max_leaves=4,
    )


@given(st.sampled_from(SECRET_NAMES).flatmap(lambda name: within(st.just({name: "zebra"}))))
def test_what_has_a_secret_name_is_hidden_however_deep_it_stands(value: Any) -> None:
    assert "zebra" not in str(hidden({"event": value}))


@given(
    st.tuples(st.sampled_from(PERSONAL), plain.map(str)).flatmap(
        lambda pair: within(st.just(f"{pair[1]} {pair[0]} {pair[1]}")).map(lambda value: (pair[0], value))
    )
)
def test_what_looks_personal_is_hidden_wherever_it_stands(pair: tuple[str, Any]) -> None:
    text, value = pair
    shown = str(hidden({"event": value}))
    assert text not in shown
    assert HIDDEN in shown


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-28T09:20:11.123456Z",
        "2026-11-28 09:20:11.1234+01:00",
        "7f1ec678-0a1b-462c-9936-b1b403c1c8be",
        "/api/pos/orders/0190f5a1-7c3e-7abc-8def-0123456789ab",
        "127.0.0.1:5432",
        "MAIN-1-000001",
        "the database cannot be used",
    ],
)
def test_what_operators_look_for_stays(text: str) -> None:
    assert hidden({"event": text, "position": 1234567}) == {"event": text, "position": 1234567}


def test_what_is_no_text_is_looked_at_as_it_would_be_written() -> None:
    assert hide_secrets(None, "", {"error": ValueError("ada@example.com")}) == {"error": HIDDEN}


class TestAnErrorInALog:
    def test_of_the_database_names_the_rule_and_no_value(self, database: Database) -> None:
        with psycopg.connect(database.owner, autocommit=True) as connection:
            connection.execute("CREATE TEMPORARY TABLE people (name text CONSTRAINT people_name UNIQUE)")
            connection.execute("INSERT INTO people VALUES ('Ada')")
            with pytest.raises(psycopg.Error) as raised:
                connection.execute("INSERT INTO people VALUES ('Ada')")
            assert "Ada" in str(raised.value)
            assert described(raised.value) == (
                "UniqueViolation: SQLSTATE 23505, table people, constraint people_name"
            )
            with pytest.raises(psycopg.Error) as raised:
                connection.execute("SELECT %s::text::int", ["Ada"])
        assert described(raised.value) == "InvalidTextRepresentation: SQLSTATE 22P02"

    def test_of_the_server_says_what_is_wrong_with_it(self) -> None:
        with pytest.raises(psycopg.OperationalError) as raised:
            psycopg.connect("host=127.0.0.1 port=1 connect_timeout=5")
        assert "refused" in described(raised.value)

    def test_of_a_decoder_names_no_value(self) -> None:
        with pytest.raises(msgspec.ValidationError) as raised:
            msgspec.json.decode('"Ada"', type=int)
        assert described(raised.value) == "ValidationError"

    def test_of_the_system_says_which(self) -> None:
        assert described(FileNotFoundError(2, "Ada", "/home/ada")) == (
            "FileNotFoundError: No such file or directory"
        )

    def test_of_a_refusal_is_its_code(self) -> None:
        refusal = Invalid(details=[Detail("name", "taken", "Ada is taken.")])
        assert described(refusal) == f"Invalid: {refusal.code}"

    def test_of_ours_is_told(self) -> None:
        assert described(DamagedEvent("The event is damaged.")) == "DamagedEvent: The event is damaged."

    def test_has_what_led_to_it_with_its_lines(self) -> None:
        try:
            try:
                int("Ada")
            except ValueError as cause:
                raise LookupError("Ada") from cause
        except LookupError as error:
            first, second = traced((type(error), error, error.__traceback__))
        assert (first["error"], second["error"]) == ("LookupError", "ValueError")
        assert first["frames"][-1]["name"] == "test_has_what_led_to_it_with_its_lines"
        assert "Ada" not in str([first, second])

    def test_in_a_group_is_told_too(self) -> None:
        group = ExceptionGroup("Ada", [ValueError("Ada"), KeyError("Ada")])
        (told,) = traced((type(group), group, None))
        assert [one[0]["error"] for one in told["errors"]] == ["ValueError", "KeyError"]
        assert "Ada" not in str(told)
