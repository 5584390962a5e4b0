"""What a copy of a log says in place of persons: what is not known to be harmless is left out."""

import json
from typing import Any
from uuid import UUID

import pytest

from infra.eventstore.codec import EventType
from infra.incoming.anonymity import CHOSEN, KEPT, NUMBERED, Anonymity, untold
from infra.incoming.text_fields import text_fields
from infra.runtime.models import EVENT_TYPES
from tests.golden import file_of

ONE, OTHER = UUID(int=1), UUID(int=2)
KINDS = sorted(EVENT_TYPES.by_name.values(), key=lambda kind: kind.name)


def golden(kind: EventType) -> dict[str, Any]:
    state: dict[str, Any] = kind.lifted(file_of(kind).read_bytes())
    return state


def hidden(kind: EventType, stream_id: UUID = ONE, by: Anonymity | None = None) -> dict[str, Any]:
    state = golden(kind)
    (by or Anonymity("clone")).hide(kind, stream_id, state)
    return state


def said_at(state: Any, path: str) -> list[Any]:
    """What a state says at a path, once for each thing in lists on the way."""
    found = [state]
    for name in path.split("."):
        found = [one[name] for one in found]
        found = [inner for one in found for inner in (one if isinstance(one, list) else [one])]
    return found


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_is_left_of_an_event_can_be_read(kind: EventType) -> None:
    kind.decode(json.dumps(hidden(kind)))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_nothing_private_is_left(kind: EventType) -> None:
    assert kind.private.keys() <= untold(kind).keys()
    assert untold(kind).keys() >= {
        one.path
        for one in text_fields(kind)
        if one.name not in KEPT | {"description"} and (kind.name, one.path) not in CHOSEN
    }


def test_texts_that_are_kept_are_said_by_events() -> None:
    said = {one.name for kind in KINDS for one in text_fields(kind)}
    assert said >= KEPT
    assert {(kind.name, one.path) for kind in KINDS for one in text_fields(kind)} >= CHOSEN


def test_whoever_has_a_name_has_a_number_in_its_place() -> None:
    by, seen = Anonymity("clone"), {}
    for type_name, (field, word) in NUMBERED.items():
        own = [kind for kind in KINDS if kind.aggregate.type_name == type_name and field in kind.fields]
        kind = own[0]
        first, second, again = (hidden(kind, one, by)[field] for one in (ONE, OTHER, ONE))
        assert first == again != second
        assert first.startswith(f"{word}{'-' if field == 'username' else ' '}0001")
        seen[type_name] = first
    assert seen["customers.Customer"] == "Customer 0001"
    assert seen["users.User"] == "user-0001@clone"


def test_staff_on_reports_of_shifts_are_nobody() -> None:
    state = hidden(EVENT_TYPES.by_name["shifts.Shift.Closed"])
    letterhead = state["report"]["letterhead"]
    assert (letterhead["opened_by"], letterhead["closed_by"]) == (None, None)
    assert {one["name"] for one in state["report"]["cashiers"]} == {None}


@pytest.mark.parametrize(("name", "path"), sorted(CHOSEN))
def test_reasons_by_which_reports_add_up_are_what_they_were(name: str, path: str) -> None:
    kind = EVENT_TYPES.by_name[name]
    assert said_at(hidden(kind), path) == said_at(golden(kind), path) != []


def test_why_cash_was_counted_again_is_a_note() -> None:
    assert hidden(EVENT_TYPES.by_name["shifts.Shift.Recounted"])["reason"] == "Erased"


def test_what_is_sold_is_what_it_was() -> None:
    kind = EVENT_TYPES.by_name["orders.Order.Sold"]
    before, after = golden(kind), hidden(kind)
    assert [line["name"] for line in before["lines"]] == [line["name"] for line in after["lines"]]
    assert (before["totals"], before["number"]) == (after["totals"], after["number"])
