"""Every event that was ever written can be read: one golden file for each type and version.

`./mipos test tests/infra/eventstore/test_golden.py --write-golden` writes files that are missing; a file that
exists is never changed.
"""

import dataclasses
import json
import types
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
import pytest

from domain.settings import Setting
from infra.eventstore.codec import EventType, EventTypes
from infra.runtime.models import EVENT_TYPES

GOLDEN = Path(__file__).parent / "golden"
SAMPLES: dict[Any, Any] = {
    UUID: UUID("0190f5a1-7c3e-7abc-8def-0123456789ab"),
    str: "text",
    int: 12345,
    bool: True,
    Decimal: Decimal("1.25"),
    datetime: datetime(2026, 1, 31, 22, 30, tzinfo=UTC),
    date: date(2026, 2, 1),
}


def sample(kind: Any) -> Any:
    """A value of a type, the same every time."""
    if kind in SAMPLES:
        return SAMPLES[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return sample(next(one for one in arguments if one is not type(None)))
    if origin is Literal:
        return arguments[0]
    if origin is tuple:
        return (sample(arguments[0]),)
    if origin is dict:
        return {sample(arguments[0]): sample(arguments[1])}
    hints = get_type_hints(kind)
    return kind(**{field.name: sample(hints[field.name]) for field in dataclasses.fields(kind)})


def file_of(kind: EventType) -> Path:
    return GOLDEN / f"{kind.name}.v{kind.version}.json"


def state_of(kind: EventType) -> bytes:
    hints = get_type_hints(kind.event)
    state = {name: sample(hints[name]) for name in kind.fields}
    if kind.version > 1:
        state["class_version"] = kind.version
    return msgspec.json.format(msgspec.json.encode(state), indent=1) + b"\n"


@pytest.fixture(scope="module", autouse=True)
def written(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--write-golden"):
        GOLDEN.mkdir(exist_ok=True)
        for kind in EVENT_TYPES.by_name.values():
            if not file_of(kind).exists():
                file_of(kind).write_bytes(state_of(kind))


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.json")), ids=lambda file: file.stem)
def test_whatever_was_written_in_any_version_can_be_read(file: Path) -> None:
    name, _, _ = file.stem.rpartition(".v")
    kind = EVENT_TYPES.named(name)
    written, read = json.loads(file.read_text()), kind.decode(file.read_text())
    kept = [field for field in kind.fields if field in written]
    again = json.loads(msgspec.json.encode({field: getattr(read, field) for field in kept}))
    assert again == {field: written[field] for field in kept}
    assert kind.decode_light(file.read_text()) is not None


@pytest.mark.parametrize("name", sorted(EVENT_TYPES.by_name))
def test_an_event_as_it_was_written_can_be_read(name: str) -> None:
    kind = EVENT_TYPES.by_name[name]
    read = kind.decode(file_of(kind).read_text())
    hints = get_type_hints(kind.event)
    assert {field: getattr(read, field) for field in kind.fields} == {
        field: sample(hints[field]) for field in kind.fields
    }


@pytest.mark.parametrize("name", sorted(EVENT_TYPES.by_name))
def test_a_read_model_is_told_the_same_as_the_domain(name: str) -> None:
    kind = EVENT_TYPES.by_name[name]
    written = file_of(kind).read_text()
    assert msgspec.to_builtins(kind.decode_light(written)) == msgspec.to_builtins(kind.decode(written))


def test_no_golden_file_is_of_a_type_that_was_forgotten() -> None:
    for file in GOLDEN.glob("*.json"):
        name, _, version = file.stem.rpartition(".v")
        assert int(version) <= EVENT_TYPES.named(name).version
        EVENT_TYPES.named(name).decode(file.read_text())


class Thing(Setting):
    """A kind whose first event has had three versions."""

    type_name = "tests.Thing"
    kind = "things"
    noun = "thing"

    class Registered(Setting.Registered):
        """Version 2 split the name off the label, version 3 named the colour."""

        name: str
        label: str
        colour: str
        class_version = 3

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["name"] = state["label"].upper()

        @staticmethod
        def upcast_v2_v3(state: dict[str, Any]) -> None:
            state["colour"] = "unknown"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"label": "a"}, ("A", "a", "unknown")),
        ({"label": "a", "name": "B", "class_version": 2}, ("B", "a", "unknown")),
        ({"label": "a", "name": "B", "colour": "red", "class_version": 3}, ("B", "a", "red")),
    ],
)
def test_an_old_version_is_lifted_step_by_step(state: dict[str, Any], expected: tuple[str, ...]) -> None:
    read = EventTypes([Thing]).named("tests.Thing.Registered").decode(json.dumps(state))
    assert (read.name, read.label, read.colour) == expected


def test_a_new_version_is_written_with_its_number() -> None:
    thing = Thing.begin(Thing.Registered, SAMPLES[UUID], name="A", label="a", colour="red")
    name, state = EventTypes([Thing]).encode(thing.new_events()[0])
    assert (name, json.loads(state)["class_version"]) == ("tests.Thing.Registered", 3)
