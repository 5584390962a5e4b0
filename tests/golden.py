"""Golden states: what each event said when it was first written, one file for each type and version."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.aggregate import UNSTAMPED
from infra.eventstore.codec import EventType, EventTypes

GOLDEN = Path(__file__).parent / "infra/eventstore/golden"
HOW_TO_WRITE = (
    "`./mipos test tests/infra/eventstore/test_golden.py --write-golden` writes the files that are missing"
)


def file_of(kind: EventType) -> Path:
    """The file of an event's current version."""
    return GOLDEN / f"{kind.name}.v{kind.version}.json"


def events_without_file(kinds: EventTypes) -> list[str]:
    """The names of events whose current version has no file yet."""
    return sorted(name for name, kind in kinds.by_name.items() if not file_of(kind).exists())


def golden_state(kind: EventType) -> str:
    """What an event's file says. Without a file the test is skipped; one test fails for all of them."""
    if not file_of(kind).exists():
        pytest.skip(f"{file_of(kind).name} is missing: {HOW_TO_WRITE}")
    return file_of(kind).read_text()


def golden_event(kind: EventType, stream_id: UUID, /, version: int = 1, **values: Any) -> Any:
    """An event that says what its golden file says, and this instead of that."""
    read = kind.decode(golden_state(kind))
    fields = {name: getattr(read, name) for name in kind.fields}
    header: dict[str, Any] = {
        "originator_id": stream_id,
        "originator_version": version,
        "originator_topic": "",
        "timestamp": UNSTAMPED,
    }
    event = object.__new__(kind.event)
    event.__dict__.update({**fields, **values, **header})
    return event
