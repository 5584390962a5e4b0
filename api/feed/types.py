"""GET /api/feed/types: what kinds of facts there are."""

from falcon import Request, Response

from api.feed.answers import EventTypeAnswer
from api.feed.events import check_unbound
from api.operations import operation
from api.resource import Resource


class FeedTypes(Resource):
    """The types of events."""

    @operation(
        "feed.view",
        "List the types of events",
        answer=list[EventTypeAnswer],
        description="What a newer version of the service adds is listed once that runs; take a type that you "
        "do not know for one that does not concern you.",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """Every type of event with its meaning and the schema of its data, in the order of their names."""
        check_unbound(req.context.caller)
        self.services.application.check(req.context.caller)
        described = self.services.events.descriptions
        self.answer(req, resp, [EventTypeAnswer.of(one) for one in described])
