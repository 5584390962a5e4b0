"""Golden states: what each event said when it was first written, one file for each type and version."""

from pathlib import Path
from typing import Any
from uuid import UUID

from domain.aggregate import UNSTAMPED
from infra.eventstore.codec import EventType

GOLDEN = Path(__file__).parent / "infra/eventstore/golden"


def file_of(kind: EventType) -> Path:
    """The file of an event's current version."""
    return GOLDEN / f"{kind.name}.v{kind.version}.json"


def golden_event(kind: EventType, stream_id: UUID, version: int = 1, **values: Any) -> Any:
    """An event that says what its golden file says, and this instead of that."""
    read = kind.decode(file_of(kind).read_text())
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
