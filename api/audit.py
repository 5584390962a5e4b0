"""The audit: who did what and when, and what it changed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from falcon import Request, Response
from marshmallow import ValidationError, fields, validates_schema

from api.envelope import after_of, ok
from api.fields import Body, Id, Moment, Text, Whole
from api.operations import operation
from api.resource import Resource
from api.services import Reading
from commands.ports import Missing
from projections.audit import Look, ask_events, ask_version, choose_events, difference, event_of
from projections.base import EventNotReadable

PERMISSION = "audit.view"

_PAGES = (
    "A page may hold fewer rows than `limit`, even none: a request looks at a few thousand events at most. "
    "Go on with `next_after` as long as `has_more` is true."
)
_COSTS = (
    "Whoever lacks `costs.view` gets it without costs and stock values, at any depth. Whoever is bound to "
    "stores sees what lies in them: their sales and movements of goods, the stores with their storages and "
    "registers, and users who are bound to nothing else. What belongs to the whole company is for whoever is "
    "bound to no store."
)

#: What is left out, at any depth, for whoever may not see costs.
_COST_FIELDS = frozenset(
    {
        "cost",
        "old_cost",
        "unit_cost",
        "last_unit_cost",
        "average_cost",
        "cost_total",
        "value_change",
        "settlement",
        "balance_value",
    }
)


class AuditQuery(Body):
    """Filters of the log; `from` and `to` are times of recording."""

    type = Text(shortest=1, longest=200)
    stream_id = Id()
    actor_id = Id()
    from_time = Moment(data_key="from")
    to_time = Moment(data_key="to")
    after = Whole(least=0, most=2**62, load_default=0)
    limit = Whole(least=1, most=100, load_default=20)


class AuditStreamQuery(Body):
    """Which stretch of an aggregate's history."""

    after = Whole(least=0, most=2**62, load_default=0)
    limit = Whole(least=1, most=100, load_default=20)


class AuditStateQuery(Body):
    """At which point: neither means now."""

    version = Whole(least=1, most=2**62)
    as_of = Moment()

    @validates_schema
    def check_one_point(self, given: dict[str, Any], **_: Any) -> None:
        """Raise ValidationError when two points are named."""
        if "version" in given and "as_of" in given:
            raise ValidationError({name: ["Name a version or a time, not both."] for name in given})


class AuditEventAnswer(Body):
    """One fact: what happened, when and through whom, and which fields of its aggregate it changed.

    Of a field that is an object, `before` and `after` hold only what differs; null where there was nothing.
    `unreadable` is null, or the code of why this server cannot say what the fact changed: `newer_event`,
    `damaged_event`. Then `data` is what the log holds, and before and after are null, as they are for what
    came later in the same history.
    """

    position = Whole()
    type = Text()
    stream_id = Id()
    stream_version = Whole()
    at = Moment(allow_none=True)
    recorded_at = Moment()
    actor_id = Id(allow_none=True)
    actor = Text(allow_none=True)
    request_id = Text(allow_none=True)
    terminal = Text(allow_none=True)
    data = fields.Raw()
    before = fields.Dict(allow_none=True)
    after = fields.Dict(allow_none=True)
    unreadable = Text(allow_none=True)


class AuditStateAnswer(Body):
    """An aggregate as it was at one version of it."""

    type = Text()
    stream_id = Id()
    version = Whole()
    state = fields.Dict()


class _Looking(Resource):
    """What looks at the log share."""

    def answer_question(self, req: Request, resp: Response, choose: Callable[[Reading], Look]) -> None:
        """Answer with the facts of the look that is chosen."""

        def question(reading: Reading) -> tuple[list[dict[str, Any]], Look]:
            look = choose(reading)
            return _told(reading, look), look

        rows, look = self.ask(req, resp, question)
        shown = [_permitted(req, row) for row in rows]
        resp.media = after_of(shown, look.next_after, has_more=look.has_more)


class AuditEvents(_Looking):
    """The company's log."""

    @operation(
        PERMISSION,
        "List the facts of the log",
        query=AuditQuery(),
        answer=AuditEventAnswer(),
        many=True,
        description=f"{_PAGES} {_COSTS}",
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
        answer=AuditEventAnswer(),
        many=True,
        description=f"{_PAGES} {_COSTS}",
    )
    def on_get(self, req: Request, resp: Response, stream_id: UUID) -> None:
        """Every fact about one product, store, user, order …, oldest first."""
        query, store_ids = req.context.query, req.context.caller.store_ids

        def choose(reading: Reading) -> Look:
            known = ask_version(reading.db, stream_id, store_ids=store_ids)
            look = choose_events(reading.db, stream_id=stream_id, store_ids=store_ids, **query)
            if known.row() is None:
                raise Missing
            return look

        self.answer_question(req, resp, choose)


class AuditState(Resource):
    """One aggregate at a point of its history."""

    @operation(
        PERMISSION,
        "Show one thing as it was",
        query=AuditStateQuery(),
        answer=AuditStateAnswer(),
        description="At a `version`, or as it was recorded by `as_of`; as it is now if you name neither. A "
        f"version that it never had, or a time before it was there, is `not_found`. {_COSTS}",
    )
    def on_get(self, req: Request, resp: Response, stream_id: UUID) -> None:
        """What it was, folded from its events."""
        query, store_ids = req.context.query, req.context.caller.store_ids

        def question(reading: Reading) -> dict[str, Any]:
            event = ask_version(reading.db, stream_id, store_ids=store_ids, **query).row()
            if event is None:
                raise Missing
            version = event["version"]
            state = reading.states({stream_id: [version]})[stream_id, version]
            if isinstance(state, EventNotReadable):
                raise state
            return {
                "type": event["type"].rpartition(".")[0],
                "stream_id": stream_id,
                "version": version,
                "state": state,
            }

        resp.media = ok(_permitted(req, self.ask(req, resp, question)))


def _told(reading: Reading, look: Look) -> list[dict[str, Any]]:
    """The events of a look, each with the fields it changed."""
    events = ask_events(reading.db, look)
    states = reading.states(look.versions())
    told = []
    for event in map(event_of, events.rows()):
        stream_id, version = event["stream_id"], event["stream_version"]
        change = _change(states.get((stream_id, version - 1)), states[stream_id, version])
        told.append({**event, **change})
    return told


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


def _permitted(req: Request, shown: dict[str, Any]) -> dict[str, Any]:
    """What of it the caller may see."""
    if req.context.caller.sees_costs:
        return shown
    permitted: dict[str, Any] = _without_costs(shown)
    if permitted.get("unreadable") or isinstance(permitted.get("data"), str):
        # What cannot be read cannot be searched for costs: a newer event may call them otherwise.
        permitted["data"] = None
    return permitted


def _without_costs(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_costs(inner) for name, inner in value.items() if name not in _COST_FIELDS}
    return [_without_costs(inner) for inner in value] if isinstance(value, (list, tuple)) else value
