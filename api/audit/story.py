"""The history of one thing as a story: each step in a sentence, with what it changed."""

from uuid import UUID

from falcon import Request, Response

from api.audit.answers import StoryChangeAnswer, StoryStepAnswer
from api.audit.events import PAGES, look_at_stream
from api.audit.happened import Happened, tell_stories, what_happened
from api.audit.input import AuditStreamQuery
from api.audit.permitted import DESCRIPTION, PERMISSION, permitted_state
from api.audit.stories.changes import changed_fields
from api.audit.stories.languages import choose_story_language
from api.operations import operation
from api.orders.history.changes import changes_of_steps, readable_steps
from api.resource import Resource
from api.services import Reading
from commands.ports import Caller
from domain.orders import Order
from projections.audit import Look, event_of
from projections.order_history import ask_history


class AuditStory(Resource):
    """One aggregate's history in sentences."""

    @operation(
        PERMISSION,
        "Tell the history of one thing as a story",
        query=AuditStreamQuery(),
        answer=StoryStepAnswer,
        many=True,
        description="Each step in a sentence, and every field that it changed with what it was and what it "
        "is; the first step tells what it began with. Customers are named to whoever holds "
        f"`customers.view`. {PAGES} {DESCRIPTION}",
    )
    def on_get(self, req: Request, resp: Response, stream_id: UUID) -> None:
        """How one product, store, user, order … came to be what it is."""
        query, caller = dict(req.context.query), req.context.caller
        language = choose_story_language(req, resp, query.pop("lang", None))

        def question(reading: Reading) -> tuple[list[StoryStepAnswer], Look]:
            look = look_at_stream(reading, stream_id, caller.store_ids, **query)
            happened = what_happened(reading, look)
            told = tell_stories(reading, caller, language, happened)
            return _steps(reading, caller, happened, told), look

        steps, look = self.ask(req, resp, question)
        answer = self.answer_backwards if look.backwards else self.answer_stretch
        answer(req, resp, steps, look.next_position, has_more=look.has_more)


def _steps(
    reading: Reading, caller: Caller, happened: list[Happened], told: list[str | None]
) -> list[StoryStepAnswer]:
    changes = _changes(reading, caller, happened)
    return [
        _step(one, sentence, changed) for one, sentence, changed in zip(happened, told, changes, strict=True)
    ]


def _changes(reading: Reading, caller: Caller, happened: list[Happened]) -> list[list[StoryChangeAnswer]]:
    if happened and happened[0].row["type"].startswith(f"{Order.type_name}."):
        return _changes_of_order(reading, happened)
    return [_changed(caller, one) for one in happened]


def _changed(caller: Caller, one: Happened) -> list[StoryChangeAnswer]:
    if not isinstance(one.now, dict):
        return []
    before = permitted_state(caller, one.was if isinstance(one.was, dict) else {})
    return [StoryChangeAnswer(*change) for change in changed_fields(before, permitted_state(caller, one.now))]


def _changes_of_order(reading: Reading, happened: list[Happened]) -> list[list[StoryChangeAnswer]]:
    """What each step changed of an order, by the names of the order's answer; an order has few steps."""
    rows = ask_history(reading.db, happened[0].row["stream_id"]).rows()
    changes = changes_of_steps(readable_steps(lambda row: reading.decode(row, {}), rows))
    return [
        [
            StoryChangeAnswer(change.field, change.before, change.after)
            for change in changes.get(step.row["stream_version"], [])
        ]
        for step in happened
    ]


def _step(one: Happened, sentence: str | None, changes: list[StoryChangeAnswer]) -> StoryStepAnswer:
    event = event_of(one.row)
    return StoryStepAnswer(
        position=event["position"],
        version=event["stream_version"],
        event=event["type"],
        at=event["at"],
        recorded_at=event["recorded_at"],
        by=event["actor_id"],
        by_name=event["actor"],
        sentence=sentence,
        changes=changes,
        unreadable=one.unreadable,
    )
