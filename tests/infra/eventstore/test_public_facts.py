"""What followers of the log are told of every event that was ever written, of whatever version."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from infra.eventstore.descriptions import EventCatalog, meaning_of, schema_of
from infra.runtime.models import EVENT_TYPES
from projections.base import DamagedEvent, NewerEvent
from projections.cost_fields import is_cost
from tests.golden import GOLDEN

METADATA = '{"at":"2026-01-01T08:00:00Z","actor":"0190f5a1-7c3e-7abc-8def-0123456789ab"}'


def told(file: Path, *, with_costs: bool = True) -> Any:
    """What is told of a golden file, as JSON has it."""
    name = file.name.rpartition(".v")[0]
    row = {"type": name, "state": file.read_text(), "metadata": METADATA}
    return json.loads(msgspec.json.encode(EVENT_TYPES.public_fact(row, with_costs=with_costs).data))


def costs_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if is_cost(name, value):
                yield name
            yield from costs_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from costs_in(inner)


def has_path(value: Any, path: str) -> bool:
    name, _, rest = path.partition(".")
    if isinstance(value, list):
        return any(has_path(one, path) for one in value)
    return isinstance(value, dict) and name in value and (not rest or has_path(value[name], rest))


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.json")), ids=lambda file: file.stem)
class TestAGoldenFile:
    def test_is_told_as_its_schema_says(self, file: Path) -> None:
        kind = EVENT_TYPES.by_name[file.name.rpartition(".v")[0]]
        data = told(file)
        assert data.keys() == schema_of(kind, "").get("properties", {}).keys()
        # Text that is passed on is what would be written of what it says.
        read = msgspec.json.decode(json.dumps(data), type=kind.record)
        assert json.loads(msgspec.json.encode(read)) == data

    def test_tells_nothing_about_a_person_and_no_secret(self, file: Path) -> None:
        kind = EVENT_TYPES.by_name[file.name.rpartition(".v")[0]]
        assert [path for path in {*kind.private, *kind.event.withheld} if has_path(told(file), path)] == []

    def test_tells_no_costs_to_who_may_not_see_them(self, file: Path) -> None:
        data = told(file, with_costs=False)
        assert list(costs_in(data)) == []
        assert data.keys() <= told(file).keys()


def test_addresses_of_webhooks_are_told_to_nobody() -> None:
    (file,) = GOLDEN.glob("webhooks.Webhook.Readdressed.*")
    assert "url" in file.read_text()
    assert "url" not in told(file)


def test_when_and_by_whom_is_told() -> None:
    name = "brands.Brand.Archived"
    fact = EVENT_TYPES.public_fact({"type": name, "state": "{}", "metadata": METADATA}, with_costs=True)
    assert (str(fact.actor_id), fact.at.hour) == ("0190f5a1-7c3e-7abc-8def-0123456789ab", 8)


@pytest.mark.parametrize(
    ("name", "state", "metadata", "error"),
    [
        ("brands.Brand.Frozen", "{}", METADATA, NewerEvent),
        ("brands.Brand.Archived", '{"class_version":2}', METADATA, NewerEvent),
        ("brands.Brand.Renamed", "{}", METADATA, DamagedEvent),
        ("brands.Brand.Renamed", "no JSON", METADATA, DamagedEvent),
        ("brands.Brand.Archived", "{}", "no JSON", DamagedEvent),
    ],
)
def test_what_cannot_be_read_is_not_told(name: str, state: str, metadata: str, error: Any) -> None:
    with pytest.raises(error):
        EVENT_TYPES.public_fact({"type": name, "state": state, "metadata": metadata}, with_costs=True)


def test_every_type_has_a_meaning_of_its_own_words() -> None:
    described = EventCatalog(EVENT_TYPES).descriptions
    assert [one.type for one in described] == sorted(EVENT_TYPES.by_name)
    assert [one.type for one in described if not one.meaning.endswith(".") or "(self" in one.meaning] == []


def test_a_meaning_is_that_of_the_event_it_was_derived_from() -> None:
    assert meaning_of(EVENT_TYPES.by_name["brands.Brand.Archived"].event).startswith("It is out of use")


def test_every_value_within_an_event_has_a_schema() -> None:
    for kind in EVENT_TYPES.by_name.values():
        schema = schema_of(kind, "")
        references = set(json.dumps(schema).split('"#/$defs/')[1:])
        names = {one.partition('"')[0] for one in references}
        assert names <= schema.get("$defs", {}).keys(), kind.name
