"""The company's log, and the history of one thing in it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from falcon import Request, Response

from api.audit.answers import AuditEventAnswer
from api.audit.happened import Happened, tell_stories, what_happened
from api.audit.input import AuditQuery, AuditStreamQuery
from api.audit.permitted import DESCRIPTION, PERMISSION, permitted_event
from api.audit.stories.languages import choose_story_language
from api.operations import operation
from api.resource import Resource
from api.services import Reading
from commands.ports import Missing
from projections.audit import Look, ask_version, choose_events, difference, event_of
from projections.base import EventNotReadable, Row

PAGES = (
    "A page may hold fewer rows than `limit`, even none: a request passes over so many events at most. "
    "Go on with `next_after` as long as `has_more` is true. With `before` the newest come first, and "
    "`next_before` leads on."
)


class _Looking(Resource):
    """What looks at the log share."""

    def answer_question(
        self, req: Request, resp: Response, lang: str | None, choose: Callable[[Reading], Look]
    ) -> None:
        """Answer with the facts of the look that is chosen."""
        language, caller = choose_story_language(req, resp, lang), req.context.caller

        def question(reading: Reading) -> tuple[list[Row], Look]:
            look = choose(reading)
            happened = what_happened(reading, look)
            told = tell_stories(reading, caller, language, happened)
            rows = [
                {**event_of(one.row), **_change(one), "summary": summary}
                for one, summary in zip(happened, told, strict=True)
            ]
            return rows, look

        rows, look = self.ask(req, resp, question)
        shown = [AuditEventAnswer(**permitted_event(caller, row)) for row in rows]
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
        description=f"{PAGES} {DESCRIPTION}",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """A stretch of the log in its own order, each fact with its author and what it changed."""
        query = dict(req.context.query)
        kind, lang, store_ids = query.pop("type", None), query.pop("lang", None), req.context.caller.store_ids
        self.answer_question(
            req,
            resp,
            lang,
            lambda reading: choose_events(reading.db, kind=kind, store_ids=store_ids, **query),
        )


class AuditStream(_Looking):
    """One aggregate's history."""

    @operation(
        PERMISSION,
        "Show the history of one thing",
        query=AuditStreamQuery(),
        answer=AuditEventAnswer,
        many=True,
        description=f"{PAGES} {DESCRIPTION}",
    )
    def on_get(self, req: Request, resp: Response, stream_id: UUID) -> None:
        """Every fact about one product, store, user, order …, oldest first."""
        query = dict(req.context.query)
        lang, store_ids = query.pop("lang", None), req.context.caller.store_ids
        self.answer_question(
            req, resp, lang, lambda reading: look_at_stream(reading, stream_id, store_ids, **query)
        )


def look_at_stream(reading: Reading, stream_id: UUID, store_ids: Any, **query: Any) -> Look:
    """A stretch of the history of one thing in these stores. Raises Missing."""
    version = ask_version(reading.db, stream_id, store_ids=store_ids)
    look = choose_events(reading.db, stream_id=stream_id, store_ids=store_ids, **query)
    if version.row() is None:
        raise Missing
    return look


def _change(one: Happened) -> dict[str, Any]:
    """What a fact changed of its aggregate, or why that cannot be said."""
    if isinstance(one.now, EventNotReadable):
        return {"before": None, "after": None, "unreadable": one.unreadable}
    if not isinstance(one.was, dict):
        return {"before": None, "after": one.now, "unreadable": None}
    before, after = difference(one.was, one.now)
    return {"before": before, "after": after, "unreadable": None}
