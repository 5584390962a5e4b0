"""The inbox: what tills did and could not be recorded, until somebody has settled it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec
from falcon import Request, Response

from api.operations import operation
from api.resource import Resource
from api.services import Reading
from api.sync.answers import InboxAnswer, MadeAnswer, WrongFieldAnswer
from api.sync.arrivals import NotAvailableOffline, arrival_of
from api.sync.decisions import DependsOnRejected, IdReused
from api.sync.input import ACTIONS, InboxQuery, ResolutionBody
from api.sync.kinds import REFUSALS
from api.sync.processing import outcome_of, resolve, settle_waiting
from api.sync.returns_instead import is_refund, return_instead
from commands.ports import ConcurrentEdit, DuplicateId
from commands.sync.delivery import NotArrived
from commands.sync.operation import (
    AskEntry,
    Discard,
    FindEntry,
    FindOrder,
    Operation,
    Resolution,
    ask_entry,
    discard_operation,
    find_entry,
    find_order,
    operation_in,
)
from domain.errors import Detail, Invalid
from domain.till_operations import OperationSettled, TillOperation
from projections.till_operations import list_till_operations


def show_entry(entry: TillOperation) -> InboxAnswer:
    """An entry of the inbox as clients see it."""
    sent, refusal, made = entry.rejected, entry.refusal, entry.made
    return InboxAnswer(
        id=sent.entry_id,
        operation_id=sent.operation_id,
        status=entry.status,
        device_id=sent.device_id,
        register_id=sent.register_id,
        store_id=sent.store_id,
        seq=sent.seq,
        type=sent.type,
        occurred_at=sent.occurred_at,
        cashier_id=sent.cashier_id,
        catalog_position=sent.catalog_position,
        number=sent.number,
        body=msgspec.json.decode(sent.body),
        code=refusal.code,
        message=refusal.message,
        details=[WrongFieldAnswer.of(detail) for detail in refusal.details],
        awaits=refusal.awaits,
        rejected_at=entry.created_on,
        resource=None if made is None else MadeAnswer.of(made),
        reason=entry.reason,
        version=entry.version,
    )


RETRY, EDIT, AS_UNLINKED_RETURN, DISCARD = ACTIONS


class SyncInbox(Resource):
    """What could not be recorded."""

    @operation(
        "sync.resolve",
        "List what tills did and could not be recorded",
        query=InboxQuery(),
        answer=InboxAnswer,
        many=True,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page, the newest first, of the caller's stores."""
        query, caller = req.context.query, req.context.caller

        def question(reading: Reading) -> tuple[list[InboxAnswer], int]:
            streams, total = list_till_operations(reading.db, store_ids=caller.store_ids, **query)
            return [show_entry(one) for one in reading.aggregates(TillOperation, streams)], total

        self.answer_page(req, resp, *self.ask(req, resp, question))


class SyncResolution(Resource):
    """Settles what could not be recorded."""

    @operation(
        "sync.resolve",
        "Settle an operation of the inbox",
        description="What is refused again stays in the inbox, and the refusal says why.",
        body=ResolutionBody(),
        answer=InboxAnswer,
        refusals=(
            OperationSettled,
            ConcurrentEdit,
            DependsOnRejected,
            NotAvailableOffline,
            IdReused,
            *REFUSALS,
        ),
        lengthy=True,
    )
    def on_post(self, req: Request, resp: Response, entry_id: UUID) -> None:
        """Record it after all, as it is or as you mend it; or discard it."""
        body = req.context.body
        if body["action"] == DISCARD:
            command = Discard(entry_id=entry_id, reason=body["reason"])
            self.write(req, resp, discard_operation, command, show_entry, message="Discarded")
        elif not self.send_stored(req, resp):
            stream_id = self._resolve(req, entry_id, body)
            self.write(req, resp, ask_entry, AskEntry(stream_id=stream_id), show_entry, message="Resolved")

    def _resolve(self, req: Request, entry_id: UUID, body: dict[str, Any]) -> UUID:
        """Record it. Returns its stream. Raises Missing, OperationSettled, and why it cannot be recorded."""
        caller, peppers, run = req.context.caller, self.services.peppers, self.services.application.run
        entry: TillOperation = outcome_of(run, caller, find_entry, FindEntry(entry_id=entry_id))
        entry.check_open()
        operation = operation_in(entry)
        if body["action"] == AS_UNLINKED_RETURN:
            operation = replace(operation, type="return.unlinked", body=self._return(req, operation, body))
        elif body["action"] == EDIT:
            operation = replace(operation, body=_required(body))
        resolution = Resolution(
            stream_id=entry.id,
            action=body["action"],
            reason=body["reason"],
            body=None if body["action"] == RETRY else operation.body,
        )
        try:
            resolve(run, caller, entry.rejected.device_id, arrival_of(operation, peppers), resolution)
        except NotArrived as missing:
            raise DependsOnRejected from missing
        except DuplicateId as duplicate:
            raise IdReused from duplicate
        settle_waiting(run, caller.company_id, caller.request_id, peppers)
        return entry.id

    def _return(self, req: Request, operation: Operation, body: dict[str, Any]) -> str:
        """The body of a return without an order: the one that was sent, else what the refund says of it."""
        if body["body"] is not None:
            return _required(body)
        refund: dict[str, Any] = msgspec.json.decode(operation.body)
        if operation.type != "order.refund" or not is_refund(refund):
            raise _body_required()
        order = outcome_of(
            self.services.application.run,
            req.context.caller,
            find_order,
            FindOrder(order_id=UUID(refund["order_id"])),
        )
        return msgspec.json.encode(return_instead(refund, order)).decode()


def _required(body: dict[str, Any]) -> str:
    """The body that was sent, as JSON. Raises Invalid."""
    if body["body"] is None:
        raise _body_required()
    return msgspec.json.encode(body["body"]).decode()


def _body_required() -> Invalid:
    return Invalid(details=[Detail("body", "required", "Send the body that is to be recorded.")])
