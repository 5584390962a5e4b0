"""GET /api/feed: the log, a stretch at a time, at once or as soon as there is more of it."""

from functools import partial
from typing import Any

from falcon import Request, Response

from api.feed.answers import FeedEventAnswer
from api.feed.input import FeedQuery
from api.feed.news import News
from api.operations import operation
from api.resource import Resource
from api.services import Reading, Services
from commands.ports import Caller
from domain.errors import NotAllowed
from domain.event_patterns import EventPatterns, TooManyPatterns, UnknownEventType
from projections.base import EventNotReadable
from projections.feed import CursorAhead, Stretch, find_stretch

#: Where a request that waits keeps behind which position it has found nothing.
_LOOKED_UP_TO = "mipos.feed_looked_up_to"

DESCRIPTION = """\
Begin with `after=0`, and go on with `next_after`: at once while `has_more` is true, else with `wait=30`. That
answers as soon as there is something, or empty when the time is over. `next_after` moves on over what your
`types` leave out, so a page may be empty while `has_more` is true: a request looks at 10,000 events and 4 MB
at most.

Keep `next_after` and `X-Log-Epoch` in one transaction with what you made of the rows, and send both. Then you
take each event once; if you cannot, leave out rows whose `id` you have. `cursor_ahead` says that your cursor
is none of this log, which was restored from a backup since. Beside its code it has `head`, the last position
there is, `epoch`, the present one, and `same_up_to`: what you have of later positions never happened here.
Take it back, and go on with `after=same_up_to` in that epoch. What was restored keeps its `id`.

Nothing in `data` tells about a person: read the customer, user or supplier by its id for as long as you need
it, and forget what you read at `customers.Customer.Erased`. Whoever lacks `costs.view` gets no costs. The
feed is of the whole company, so it is for whoever is bound to no store."""


class BoundToStores(NotAllowed):
    """The feed is of the whole company; it is for whoever is bound to no store."""


def check_unbound(caller: Caller) -> None:
    """Raise BoundToStores for whoever may see some stores only."""
    if caller.store_ids:
        raise BoundToStores


class Feed(Resource):
    """The company's log as a feed."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._news = News()

    @operation(
        "feed.view",
        "Follow the log",
        query=FeedQuery(),
        answer=FeedEventAnswer,
        many=True,
        headers=("X-Log-Epoch",),
        refusals=(CursorAhead, UnknownEventType, TooManyPatterns),
        description=DESCRIPTION,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """What happened, in the order in which it was recorded, each fact once."""
        query, caller = req.context.query, req.context.caller
        check_unbound(caller)
        stretch, rows = self.ask(req, resp, partial(self._look, req, self._patterns(query)))
        self._news.note(caller.company_id, stretch.head)
        if query["wait"] and not rows and not stretch.has_more:
            self._wait(req, stretch.next_after)
        resp.set_header("X-Log-Epoch", stretch.epochs.present)
        self.answer_stretch(req, resp, rows, stretch.next_after, has_more=stretch.has_more)

    def _wait(self, req: Request, position: int) -> None:
        """Wait for what comes behind this position. Whoever was run for events of other types is patient."""
        looked_up_to = req.env.get(_LOOKED_UP_TO, position)
        req.env[_LOOKED_UP_TO] = position
        has_news = partial(self._news.is_due, req.context.caller.company_id, position)
        self.listen(req, req.context.query["wait"], has_news, patient=looked_up_to < position)

    def _patterns(self, query: dict[str, Any]) -> EventPatterns | None:
        """Which types are asked for; None for all. Raises UnknownEventType, TooManyPatterns."""
        if "types" not in query:
            return None
        patterns = EventPatterns.of(one.strip() for one in query["types"].split(","))
        patterns.check(self.services.events.names)
        return patterns

    def _look(
        self, req: Request, patterns: EventPatterns | None, reading: Reading
    ) -> tuple[Stretch, list[FeedEventAnswer]]:
        """A stretch of the log and its rows. Raises CursorAhead, NewerEvent, DamagedEvent."""
        query = req.context.query
        stretch = find_stretch(
            reading.db,
            after=req.env.get(_LOOKED_UP_TO, query["after"]),
            limit=query["limit"],
            patterns=patterns,
            epoch=query.get("epoch"),
        )
        return _public_facts(stretch, reading, with_costs=req.context.caller.sees_costs)


def _public_facts(
    stretch: Stretch, reading: Reading, *, with_costs: bool
) -> tuple[Stretch, list[FeedEventAnswer]]:
    """The rows of a stretch, of those that can be read.

    One that cannot ends it; where it is the first, that is the answer. Raises NewerEvent, DamagedEvent.
    """
    shown: list[FeedEventAnswer] = []
    for row in stretch.rows:
        try:
            fact = reading.public_fact(row, with_costs=with_costs)
        except EventNotReadable:
            if not shown:
                raise
            return stretch.up_to(shown[-1].position), shown
        shown.append(
            FeedEventAnswer(
                id=stretch.epochs.id_of(row["position"]),
                position=row["position"],
                type=row["type"],
                stream_id=row["stream_id"],
                stream_version=row["stream_version"],
                at=fact.at,
                recorded_at=row["recorded_at"],
                actor_id=fact.actor_id,
                data=fact.data,
            )
        )
    return stretch, shown
