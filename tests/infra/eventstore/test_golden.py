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

from domain.orders import Order
from domain.settings import Setting
from domain.stores import Store
from infra.eventstore.codec import EventType, EventTypes
from infra.runtime.models import EVENT_TYPES
from projections.base import DamagedEvent, EventNotReadable, NewerEvent
from projections.records import whole
from tests.golden import (
    GOLDEN,
    HOW_TO_WRITE,
    events_without_file,
    file_of,
    golden_event,
    golden_state,
)

KIOSK = UUID(int=7)
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


def type_and_version(file: Path) -> tuple[str, int]:
    """What a file is of; a plus and a word say that fields have come since the version's first file."""
    name, _, version = file.stem.partition("+")[0].rpartition(".v")
    return name, int(version)


def as_written(kind: Any, written: Any) -> Any:
    """The sample of a type as far as a file says it; a field that came later has its default."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        return tuple(as_written(arguments[0], one) for one in written)
    if not dataclasses.is_dataclass(kind):
        return sample(kind)
    hints = get_type_hints(kind)
    return kind(**{name: as_written(hints[name], value) for name, value in written.items()})  # type: ignore[operator]


def fields_of(written: Any, again: Any) -> Any:
    """What a state says when it is written again, of that which it said before."""
    if isinstance(written, dict):
        return {name: fields_of(value, again[name]) for name, value in written.items()}
    if isinstance(written, list):
        return [fields_of(*pair) for pair in zip(written, again, strict=True)]
    return again


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
    kind = EVENT_TYPES.named(type_and_version(file)[0])
    read = kind.decode(file.read_text())
    written = {field: value for field, value in json.loads(file.read_text()).items() if field in kind.fields}
    again = json.loads(msgspec.json.encode({field: getattr(read, field) for field in written}))
    assert fields_of(written, again) == written


def test_every_event_has_a_golden_file() -> None:
    missing = events_without_file(EVENT_TYPES)
    assert not missing, f"no golden file for {', '.join(missing)}: {HOW_TO_WRITE}"


def test_an_event_without_a_golden_file_is_named_and_says_how_to_write_it() -> None:
    kinds = EventTypes([Thing])
    assert events_without_file(kinds) == [f"tests.Thing.{event}" for event in ("Archived", "Registered")]
    with pytest.raises(pytest.skip.Exception, match=r"tests\.Thing\.Registered\.v3\.json .*--write-golden"):
        golden_state(kinds.named("tests.Thing.Registered"))


@pytest.mark.parametrize("name", sorted(EVENT_TYPES.by_name))
def test_an_event_as_it_was_written_can_be_read(name: str) -> None:
    kind = EVENT_TYPES.by_name[name]
    file = golden_state(kind)
    hints, written = get_type_hints(kind.event), json.loads(file)
    written.pop("class_version", None)
    read = {field: getattr(kind.decode(file), field) for field in written}
    assert read == {field: as_written(hints[field], value) for field, value in written.items()}


@pytest.mark.parametrize("name", sorted(EVENT_TYPES.by_name))
def test_a_read_model_reads_the_same_as_the_domain(name: str) -> None:
    kind = EVENT_TYPES.by_name[name]
    written = golden_state(kind)
    read = kind.decode_as(whole(kind.event))(written)
    assert msgspec.to_builtins(read) == msgspec.to_builtins(kind.decode(written))


def test_no_golden_file_is_of_a_type_that_was_forgotten() -> None:
    for file in GOLDEN.glob("*.json"):
        name, version = type_and_version(file)
        assert version <= EVENT_TYPES.named(name).version
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


@pytest.mark.parametrize(
    ("state", "trouble"),
    [
        ({"label": "a", "name": "B", "colour": "red", "class_version": 4}, NewerEvent),
        ({"label": "a", "name": "B", "class_version": 3}, DamagedEvent),
        ({"name": "B"}, DamagedEvent),
        ({"label": "a", "class_version": 0}, DamagedEvent),
    ],
)
def test_what_no_version_wrote_is_refused(state: dict[str, Any], trouble: type[EventNotReadable]) -> None:
    row = {"type": "tests.Thing.Registered", "state": json.dumps(state), "metadata": "{}", "stream_id": KIOSK}
    with pytest.raises(trouble) as refused:
        EventTypes([Thing]).rebuild([{**row, "stream_version": 1}])
    assert type(refused.value) is trouble


@pytest.mark.parametrize("event", ["Registered", "Recoded"])
@pytest.mark.parametrize(
    ("code", "read"),
    [
        ("Exchange", "exchange_own"),
        ("Account", "account_own"),
        ("store_credit", "store_credit_own"),
        ("meal", "meal"),
        ("exchanges", "exchanges"),
    ],
)
def test_a_method_of_a_company_that_was_called_as_one_of_ours_is_its_own(
    event: str, code: str, read: str
) -> None:
    name = f"payment_methods.PaymentMethod.{event}"
    state = {**json.loads((GOLDEN / f"{name}.v1.json").read_text()), "code": code}
    assert EVENT_TYPES.named(name).decode(json.dumps(state)).code == read


def test_a_new_version_is_written_with_its_number() -> None:
    thing = Thing.begin(Thing.Registered, SAMPLES[UUID], name="A", label="a", colour="red")
    name, state = EventTypes([Thing]).encode(thing.new_events()[0])
    assert (name, json.loads(state)["class_version"]) == ("tests.Thing.Registered", 3)


class GrownOrder(Order):
    """Orders whose sale has gained a field."""

    class Sold(Order.Sold):
        """It names the kiosk at which it was made."""

        kiosk_id: UUID | None = None


class GrownStore(Store):
    """Stores whose first event, already in its second version, has gained a field."""

    class Registered(Store.Registered):
        """It names the landlord."""

        landlord: str = "nobody"


GROWN = EventTypes([GrownOrder, GrownStore])


class TestAnEventThatGainedAField:
    """It needs no new version, no upcast and no new golden file, and costs nothing to read."""

    def test_has_the_default_where_it_was_written_before(self) -> None:
        file = (GOLDEN / "orders.Order.Sold.v1.json").read_text()
        grown, before = GROWN.named("orders.Order.Sold"), EVENT_TYPES.named("orders.Order.Sold")
        read = grown.decode(file)
        assert read.kiosk_id is None
        assert [getattr(read, name) for name in before.fields] == [
            getattr(before.decode(file), name) for name in before.fields
        ]

    @pytest.mark.parametrize("version", [1, 2])
    def test_has_the_default_in_states_of_every_version(self, version: int) -> None:
        file = (GOLDEN / f"stores.Store.Registered.v{version}.json").read_text()
        read = GROWN.named("stores.Store.Registered").decode(file)
        assert (read.name, read.landlord) == ("text", "nobody")

    @pytest.mark.parametrize("name", ["orders.Order.Sold.v1", "stores.Store.Registered.v2"])
    def test_is_decoded_straight_from_the_bytes(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def lift(*_: object) -> bytes:
            raise AssertionError

        monkeypatch.setattr(EventType, "lifted", lift)
        GROWN.named(name.rpartition(".v")[0]).decode((GOLDEN / f"{name}.json").read_bytes())

    def test_is_written_with_it(self) -> None:
        kind = GROWN.named("orders.Order.Sold")
        sold = golden_event(kind, UUID(int=1), kiosk_id=KIOSK)
        name, state = GROWN.encode(sold)
        assert (name, json.loads(state)["kiosk_id"]) == ("orders.Order.Sold", str(KIOSK))
        assert kind.decode(state).kiosk_id == KIOSK

    def test_is_read_without_it_by_a_server_of_before(self) -> None:
        kind = GROWN.named("orders.Order.Sold")
        _, state = GROWN.encode(golden_event(kind, UUID(int=1), kiosk_id=KIOSK))
        before = EVENT_TYPES.named("orders.Order.Sold")
        assert before.decode(state) == before.decode(file_of(before).read_text())
