"""One thing as it was at a point of its history."""

from uuid import UUID

from falcon import Request, Response

from api.audit.answers import AuditStateAnswer
from api.audit.input import AuditStateQuery
from api.audit.permitted import DESCRIPTION, PERMISSION, permitted_state
from api.operations import operation
from api.resource import Resource
from api.services import Reading
from commands.ports import Missing
from projections.audit import ask_version
from projections.base import EventNotReadable


class AuditState(Resource):
    """One aggregate at a point of its history."""

    @operation(
        PERMISSION,
        "Show one thing as it was",
        query=AuditStateQuery(),
        answer=AuditStateAnswer,
        description="At a `version`, or as it was recorded by `as_of`; as it is now if you name neither. A "
        f"version that it never had, or a time before it was there, is `not_found`. {DESCRIPTION}",
    )
    def on_get(self, req: Request, resp: Response, stream_id: UUID) -> None:
        """What it was, folded from its events."""
        query, caller = req.context.query, req.context.caller

        def question(reading: Reading) -> AuditStateAnswer:
            event = ask_version(reading.db, stream_id, store_ids=caller.store_ids, **query).row()
            if event is None:
                raise Missing
            version = event["version"]
            state = reading.states({stream_id: [version]})[stream_id, version]
            if isinstance(state, EventNotReadable):
                raise state
            return AuditStateAnswer(
                type=event["type"].rpartition(".")[0],
                stream_id=stream_id,
                version=version,
                state=permitted_state(caller, state),
            )

        self.answer(req, resp, self.ask(req, resp, question))
