"""POST /api/dev/events/failed/{id}/retry and …/skip: a failed event is tried again, or passed over."""

from uuid import UUID

from falcon import Request, Response

from api.failed_events.answers import FailedEventAnswer
from api.failed_events.listing import show_failed_event
from api.fields import Body, Text
from api.operations import operation
from api.platform import check_platform
from api.resource import Resource
from commands.failed_events import (
    FailedEvent,
    InlineCannotSkip,
    RebuildNeeded,
    RetryEvent,
    SkipEvent,
    retry_event,
    skip_event,
)
from commands.ports import Missing


class SkipBody(Body):
    """Why an event is passed over."""

    reason = Text(
        required=True,
        shortest=1,
        longest=500,
        meaning="Why; it is kept with who did it and when.",
        example="A test sale of the first day; the correction is order 1-000042.",
    )


class Retry(Resource):
    """An event that is tried again."""

    @operation(
        "events.retry",
        "Let a read model try an event again",
        description="After the fault was mended; a worker takes it up at once. The answer says where the "
        "read model was; if it fails again there, it is listed again with one attempt more.",
        answer=FailedEventAnswer,
        refusals=(Missing, InlineCannotSkip, RebuildNeeded),
    )
    def on_post(self, req: Request, resp: Response, failed_event_id: UUID) -> None:
        """Let it go on."""
        check_platform(req.context.caller)
        command = RetryEvent(id=failed_event_id)
        self.write(req, resp, retry_event, command, _show, message="It is tried again")


class Skip(Resource):
    """An event that is passed over."""

    @operation(
        "events.retry",
        "Have a read model pass over an event",
        description="It goes on after the event, without what that says. Its rows are not those of the log "
        "any more: it is shown as not `sound` until it is made anew. Only of read models that follow the "
        "log; one that decisions are made on has to be made anew.",
        body=SkipBody(),
        answer=FailedEventAnswer,
        refusals=(Missing, InlineCannotSkip, RebuildNeeded),
    )
    def on_post(self, req: Request, resp: Response, failed_event_id: UUID) -> None:
        """Pass over it."""
        check_platform(req.context.caller)
        command = SkipEvent(id=failed_event_id, reason=req.context.body["reason"])
        self.write(req, resp, skip_event, command, _show, message="It is passed over")


def _show(failed: FailedEvent) -> FailedEventAnswer:
    return show_failed_event(vars(failed))
