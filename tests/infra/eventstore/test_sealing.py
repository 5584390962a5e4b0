"""What events tell about persons is sealed in the log, opens with their key alone, and can be forgotten."""

from typing import Any
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.eventstore.data_keys import DataKeys, NoDataKey
from infra.eventstore.sealing import (
    BrokenSeal,
    Place,
    forgotten,
    is_sealed,
    opened,
    sealed,
    subject_of,
    tells_anything,
)

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
        assert not tells_anything({"name": None, "payments": [{"reference": None}]}, PRIVATE)


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
