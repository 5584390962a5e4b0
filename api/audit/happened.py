"""The events of a look with what was before and after each, and the sentences that tell them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.audit.stories.telling import Occurrence, Storyteller
from api.services import Reading
from api.slips.languages import Language
from commands.ports import Caller
from projections.audit import Look, ask_events, event_of
from projections.base import EventNotReadable, Row
from projections.companies import find_company
from projections.names import ask_names

State = dict[str, Any]


@dataclass(frozen=True)
class Happened:
    """An event: its row of the log, opened, and its aggregate before (None: there was none) and after."""

    row: Row
    was: State | EventNotReadable | None
    now: State | EventNotReadable

    @property
    def unreadable(self) -> str | None:
        """The code of why this server cannot say what it changed; None where it can."""
        return self.now.code if isinstance(self.now, EventNotReadable) else None


def what_happened(reading: Reading, look: Look) -> list[Happened]:
    """The events of a look in its order."""
    events = ask_events(reading.db, look)
    states = reading.states(look.versions())
    happened = [_happened(reading.opened(row), states) for row in events.rows()]
    return happened[::-1] if look.backwards else happened


def tell_stories(
    reading: Reading, caller: Caller, language: Language, happened: Sequence[Happened]
) -> list[str | None]:
    """What happened in sentences, as far as the caller may know; None for what cannot be read.

    However many there are, that takes two statements: for the company, and for what things are called.
    """
    readable = [one for one in happened if one.unreadable is None]
    if not readable:
        return [None for _ in happened]
    storyteller = Storyteller.of(language, find_company(reading.db), sees_costs=caller.sees_costs)

    def find_names(ids: list[UUID]) -> dict[UUID, str]:
        names = ask_names(reading.db, ids, customers="customers.view" in caller.permissions)
        return {row["id"]: row["name"] for row in names.rows()}

    occurrences = [
        occurrence_of(one.row, reading.decode(one.row, {})[1], one.was, one.now) for one in readable
    ]
    told = iter(storyteller.tell_all(occurrences, find_names))
    return [next(told) if one.unreadable is None else None for one in happened]


def _happened(row: Row, states: Mapping[tuple[UUID, int], State | EventNotReadable]) -> Happened:
    stream_id, version = row["stream_id"], row["stream_version"]
    return Happened(row, states.get((stream_id, version - 1)), states[stream_id, version])


def occurrence_of(row: Row, event: Any, was: Any, now: Any) -> Occurrence:
    """An event of the log as it is told: its row, opened or not, what it says, and the states around it."""
    approved_by = event_of(row)["approved_by"]
    return Occurrence(
        type=row["type"],
        stream_id=row["stream_id"],
        event=event,
        actor_id=row["actor_id"],
        actor=row["actor"],
        approved_by=UUID(approved_by) if approved_by else None,
        was=was if isinstance(was, dict) else {},
        now=now if isinstance(now, dict) else {},
    )
