"""What became of the operations of a till, as clients see it."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from api.answers import Answer, Count, Id, Meaning, Moment, Version
from domain.till_operations import OperationStatus

ResultStatus = Literal["applied", "replayed", "waiting", "rejected"]


class MadeAnswer(Answer, kw_only=True):
    """What an operation made."""

    type: Annotated[str, Meaning("What it is.", "order")]
    id: Annotated[Id, Meaning("What the operation made, under the id that the device chose.")]
    number: Annotated[str | None, Meaning("Its number, if it has one.", "MAIN-1-X1-000001")]


class WrongFieldAnswer(Answer, kw_only=True):
    """What is wrong with a field."""

    field: Annotated[str, Meaning("Which field of the body.", "lines.0.quantity")]
    code: Annotated[str, Meaning("A stable code.", "invalid")]
    message: Annotated[str, Meaning("A sentence for a person.")]


class ResultAnswer(Answer, kw_only=True):
    """What became of one operation."""

    id: Annotated[Id, Meaning("Which operation of the request it answers.")]
    status: Annotated[
        ResultStatus,
        Meaning(
            "`applied` now, or `replayed`: it had been before. `waiting` names something that has not "
            "arrived, and is applied by itself when it does. `rejected` is kept in the inbox.",
            "applied",
        ),
    ]
    code: Annotated[str, Meaning("Why it was rejected, or waits.", "return_exceeds_sold")] | UnsetType = UNSET
    message: Annotated[str, Meaning("The same in a sentence for a person.")] | UnsetType = UNSET
    details: Annotated[list[WrongFieldAnswer], Meaning("Which fields are why.")] | UnsetType = UNSET
    resource: Annotated[MadeAnswer | None, Meaning("What it made.")] = None
    flags: Annotated[
        list[str],
        Meaning("What is to be said of it, although it was recorded.", ["price_differs"]),
    ] = msgspec.field(default_factory=list)
    position: Annotated[int | None, Meaning("The position of the log that knows it.", 4812)] = None


class SyncAnswer(Answer, kw_only=True):
    """What became of a delivery."""

    results: Annotated[list[ResultAnswer], Meaning("What became of each operation, as they were sent.")]


class StatusAnswer(Answer, kw_only=True):
    """How far what a device did has arrived."""

    device_id: Annotated[Id, Meaning("Which device it is about.")]
    last_seq: Annotated[Count, Meaning("The highest `seq` that has arrived; 0: nothing yet.", 17)]
    last_seen_at: Annotated[Moment | None, Meaning("When it delivered last.")]
    missing_seqs: Annotated[
        list[int], Meaning("Which have not arrived, of those before it; the first 1000.", [12, 13])
    ]
    waiting: Annotated[list[Id], Meaning("The operations that wait; the first 1000.")]
    rejected: Annotated[
        list[Id], Meaning("Those in the inbox that nobody has settled; the first 1000, by their ids there.")
    ]


class InboxAnswer(Answer, kw_only=True):
    """An operation that could not be recorded, and what became of it."""

    id: Annotated[Id, Meaning("Its id in the inbox: the operation's, unless that was used twice.")]
    operation_id: Annotated[Id, Meaning("What the device called it.")]
    status: Annotated[OperationStatus, Meaning("Whether somebody has settled it.", "rejected")]
    device_id: Annotated[Id, Meaning("The device that recorded it while it had no connection.")]
    register_id: Annotated[Id, Meaning("The register of the device.")]
    store_id: Annotated[Id, Meaning("The store of the register.")]
    seq: Annotated[Count, Meaning("Its place in the device's own count.", 17)]
    type: Annotated[str, Meaning("What it is.", "order.refund")]
    occurred_at: Annotated[Moment, Meaning("When it happened, by the till's clock.")]
    cashier_id: Annotated[Id | None, Meaning("Who did it.")]
    catalog_position: Annotated[int | None, Meaning("The catalog that the till knew.", 4711)]
    number: Annotated[str | None, Meaning("The number that was printed.", "MAIN-1-X1-000001")]
    body: Annotated[dict[str, Any], Meaning("What was sent.", {})]
    code: Annotated[str, Meaning("Why it was rejected.", "return_exceeds_sold")]
    message: Annotated[str, Meaning("The same in a sentence for a person.")]
    details: Annotated[list[WrongFieldAnswer], Meaning("Which fields are why.")]
    awaits: Annotated[
        Id | None,
        Meaning("What it names and is not there; the operation is decided again by itself when that is."),
    ]
    rejected_at: Annotated[Moment, Meaning("When it was rejected.")]
    resource: Annotated[MadeAnswer | None, Meaning("What it made, once it was resolved.")]
    reason: Annotated[str | None, Meaning("Why it was settled so.", "Refunded by hand")]
    version: Version
