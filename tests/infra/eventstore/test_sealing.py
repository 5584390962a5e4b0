"""What events tell about persons is sealed in the log, opens with their key alone, and can be forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.eventstore.codec import EventType
from infra.eventstore.data_keys import DataKeys, NoDataKey
from infra.eventstore.sealing import (
    BrokenSeal,
    Place,
    about,
    forgotten,
    is_about_somebody,
    is_sealed,
    opened,
    sealed,
    subject_of,
    tells_anything,
)
from infra.runtime.models import EVENT_TYPES
from tests.golden import golden_state

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
PLACE = Place(uuid4(), uuid4(), uuid4(), 3, "customers.Customer.Renamed")
PRIVATE = {"name": "Nobody", "payments.reference": None, "lines.discount.reason": None}
STATE = {
    "name": "Ada",
    "amount": 5,
    "payments": [{"amount": 2, "reference": "visa 1"}, {"amount": 3, "reference": None}],
    "lines": [{"discount": None}, {"discount": {"value": "5", "reason": "friend of Bob"}}],
}
texts = st.none() | st.text(max_size=20)


@dataclass(frozen=True)
class Paid:
    reference: str | None


@dataclass(frozen=True)
class Told:
    name: str | None
    payments: tuple[Paid, ...]


PRIVATE_OF_TOLD = {"name": "Nobody", "payments.reference": None}
ABOUT_PERSONS = [kind for kind in EVENT_TYPES.by_name.values() if kind.private]


def values_at(value: Any, names: list[str]) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for one in value:
            yield from values_at(one, names)
    elif not names:
        yield value
    elif value is not None:
        yield from values_at(value[names[0]], names[1:])


def text_of(state: dict[str, Any]) -> str:
    return msgspec.json.encode(state).decode()


def sealed_text(state: dict[str, Any] = STATE) -> str:
    return text_of(sealed(msgspec.json.decode(text_of(state)), PRIVATE, KEY, PLACE))


class TestASealedState:
    def test_holds_none_of_the_words(self) -> None:
        text = sealed_text()

        assert is_sealed(text)
        assert subject_of(text) == PLACE.subject_id
        assert not any(word in text for word in ("Ada", "visa", "Bob"))

    def test_keeps_what_is_no_word_about_anybody(self) -> None:
        assert '"amount":5' in sealed_text()

    @given(name=texts, references=st.lists(texts, max_size=4), reason=texts)
    def test_opens_to_what_it_was(
        self, name: str | None, references: list[str | None], reason: str | None
    ) -> None:
        state = {
            "name": name,
            "payments": [{"amount": 1, "reference": one} for one in references],
            "lines": [{"discount": None}, {"discount": {"reason": reason}}],
        }
        assert msgspec.json.decode(opened(sealed_text(state), PRIVATE, KEY, PLACE)) == state

    def test_without_its_key_reads_as_forgotten(self) -> None:
        state = msgspec.json.decode(opened(sealed_text(), PRIVATE, None, PLACE))
        assert state == forgotten(msgspec.json.decode(text_of(STATE)), PRIVATE)
        assert state["name"] == "Nobody"
        assert [one["amount"] for one in state["payments"]] == [2, 3]

    @pytest.mark.parametrize(
        "elsewhere",
        [
            Place(uuid4(), PLACE.subject_id, PLACE.stream_id, PLACE.version, PLACE.type),
            Place(PLACE.company_id, PLACE.subject_id, uuid4(), PLACE.version, PLACE.type),
            Place(PLACE.company_id, PLACE.subject_id, PLACE.stream_id, 4, PLACE.type),
            Place(PLACE.company_id, PLACE.subject_id, PLACE.stream_id, PLACE.version, "orders.Order.Sold"),
        ],
    )
    def test_opens_nowhere_else(self, elsewhere: Place) -> None:
        with pytest.raises(BrokenSeal):
            opened(sealed_text(), PRIVATE, KEY, elsewhere)

    def test_opens_with_no_other_key(self) -> None:
        with pytest.raises(BrokenSeal):
            opened(sealed_text(), PRIVATE, OTHER_KEY, PLACE)

    def test_is_not_made_where_nothing_is_told(self) -> None:
        silent = Told(name=None, payments=(Paid(reference=None),))

        assert not tells_anything(silent, PRIVATE_OF_TOLD)
        assert tells_anything(replace(silent, name="Ada"), PRIVATE_OF_TOLD)
        assert tells_anything(
            replace(silent, payments=(*silent.payments, Paid(reference="visa 1"))), PRIVATE_OF_TOLD
        )

    def test_names_whom_it_is_about_even_where_nothing_is_told(self) -> None:
        text = about(PLACE.subject_id, text_of({"amount": 5}))

        assert is_about_somebody(text)
        assert not is_sealed(text)
        assert subject_of(text) == PLACE.subject_id
        assert msgspec.json.decode(text)["amount"] == 5


@pytest.mark.parametrize("kind", ABOUT_PERSONS, ids=lambda kind: kind.name)
def test_every_event_about_a_person_can_be_read_once_they_are_forgotten(kind: EventType) -> None:
    place = Place(uuid4(), uuid4(), uuid4(), 1, kind.name)
    text = text_of(sealed(msgspec.json.decode(golden_state(kind)), kind.private, KEY, place))

    event = kind.decode(opened(text, kind.private, None, place))

    for path, reads in kind.private.items():
        assert all(value == reads for value in values_at(msgspec.to_builtins(event), path.split(".")))


class TestADataKey:
    def test_opens_what_is_kept_under_it_for_that_person_alone(self) -> None:
        keys, company, person = DataKeys(), uuid4(), uuid4()
        keys.load("of today")
        wrapped = keys.wrap(KEY, company, person)

        assert keys.unwrap(wrapped, company, person) == KEY
        with pytest.raises(NoDataKey):
            keys.unwrap(wrapped, company, uuid4())

    def test_opens_what_is_kept_under_a_former_one_while_that_is_known(self) -> None:
        keys, company, person = DataKeys(), uuid4(), uuid4()
        keys.load("former")
        wrapped = keys.wrap(KEY, company, person)

        keys.load("of today", ["former"])
        assert keys.unwrap(wrapped, company, person) == KEY
        keys.load("of today")
        with pytest.raises(NoDataKey):
            keys.unwrap(wrapped, company, person)
