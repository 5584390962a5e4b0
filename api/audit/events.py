"""The company's log, and the history of one thing in it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from falcon import Request, Response

from api.audit.answers import AuditEventAnswer
from api.audit.input import AuditQuery, AuditStreamQuery
from api.audit.permitted import DESCRIPTION, PERMISSION, permitted_event
from api.operations import operation
from api.resource import Resource
from api.services import Reading
from commands.ports import Missing
from projections.audit import Look, ask_events, ask_version, choose_events, difference, event_of
from projections.base import EventNotReadable, Row

_PAGES = (
    "A page may hold fewer rows than `limit`, even none: a request looks at a few thousand events at most. "
    "Go on with `next_after` as long as `has_more` is true. With `before` the newest come first, and "
    "`next_before` leads on."
)


class _Looking(Resource):
    """What looks at the log share."""

    def answer_question(self, req: Request, resp: Response, choose: Callable[[Reading], Look]) -> None:
        """Answer with the facts of the look that is chosen."""

        def question(reading: Reading) -> tuple[list[Row], Look]:
            look = choose(reading)
            return _changes(reading, look), look

        rows, look = self.ask(req, resp, question)
        shown = [AuditEventAnswer(**permitted_event(req.context.caller, row)) for row in rows]
        answer = self.answer_backwards if look.backwards else self.answer_stretch
        answer(req, resp, shown, look.next_position, has_more=look.has_more)


class AuditEvents(_Looking):
    """The company's log."""

    @operation(
        PERMISSION,
        "List the facts of the log",
        query=AuditQuery(),
        answer=AuditEventAnswer,
        many=True,
        description=f"{_PAGES} {DESCRIPTION}",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """A stretch of the log in its own order, each fact with its author and what it changed."""
        query = dict(req.context.query)
        kind, store_ids = query.pop("type", None), req.context.caller.store_ids
        self.answer_question(
            req, resp, lambda reading: choose_events(reading.db, kind=kind, store_ids=store_ids, **query)
        )


class AuditStream(_Looking):
    """One aggregate's history."""

    @operation(
        PERMISSION,
        "Show the history of one thing",
        query=AuditStreamQuery(),
        answer=AuditEventAnswer,
        many=True,
        description=f"{_PAGES} {DESCRIPTION}",
    )
    def on_get(self, req: Request, resp: Response, stream_id: UUID) -> None:
        """Every fact about one product, store, user, order …, oldest first."""
        query, store_ids = req.context.query, req.context.caller.store_ids

        def choose(reading: Reading) -> Look:
            version = ask_version(reading.db, stream_id, store_ids=store_ids)
            look = choose_events(reading.db, stream_id=stream_id, store_ids=store_ids, **query)
            if version.row() is None:
                raise Missing
            return look

        self.answer_question(req, resp, choose)


def _changes(reading: Reading, look: Look) -> list[Row]:
    """The events of a look, each with the fields it changed."""
    events = ask_events(reading.db, look)
    states = reading.states(look.versions())
    changes = []
    for event in (event_of(reading.opened(row)) for row in events.rows()):
        stream_id, version = event["stream_id"], event["stream_version"]
        change = _change(states.get((stream_id, version - 1)), states[stream_id, version])
        changes.append({**event, **change})
    return changes[::-1] if look.backwards else changes


def _change(
    earlier: dict[str, Any] | EventNotReadable | None, later: dict[str, Any] | EventNotReadable
) -> dict[str, Any]:
    """What a fact changed of its aggregate, or why that cannot be said."""
    if isinstance(later, EventNotReadable):
        return {"before": None, "after": None, "unreadable": later.code}
    if earlier is None or isinstance(earlier, EventNotReadable):
        return {"before": None, "after": later, "unreadable": None}
    before, after = difference(earlier, later)
    return {"before": before, "after": after, "unreadable": None}
