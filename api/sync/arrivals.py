"""An operation as it arrived: what it is, and whether its body says what such an operation says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from api.requests import defaults_of, load_content
from api.sync.kinds import KINDS, Kind
from commands.creations import Content
from commands.ports import Caller
from commands.sync.operation import Operation
from domain.errors import Conflict, Detail, Invalid, Refusal


class NotAvailableOffline(Conflict):
    """A till cannot do this without a connection."""

    code = "not_available_offline"
    remedy = "Do it while the till has a connection; leave it out of the batch."


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An operation, read as far as it can be: with its body and the body's fingerprint, or why not."""

    operation: Operation
    kind: Kind | None = None
    body: Mapping[str, Any] | None = None
    content: Content | None = None
    refusal: Refusal | None = None

    @property
    def goods(self) -> list[UUID]:
        """The variants that it is about."""
        return list(self.kind.goods(self.body)) if self.kind and self.body else []


def arrival_of(operation: Operation, peppers: Sequence[bytes]) -> Arrival:
    """Read an operation. What it makes has its id, so its body need not say it again."""
    kind = KINDS.get(operation.type)
    if kind is None:
        return Arrival(operation=operation, refusal=NotAvailableOffline())
    sent = {"id": str(operation.id), **msgspec.json.decode(operation.body)}
    try:
        body = load_content(sent, kind.body)
    except Invalid as refusal:
        return Arrival(operation=operation, kind=kind, refusal=refusal)
    if body["id"] != operation.id:
        details = [Detail("id", "invalid", "It has another id than its operation.")]
        return Arrival(operation=operation, kind=kind, refusal=Invalid(details=details))
    content = Content.of(body, peppers, defaults_of(kind.body))
    return Arrival(operation=operation, kind=kind, body=body, content=content)


def operation_sent(sent: Mapping[str, Any], caller: Caller, peppers: Sequence[bytes]) -> Operation:
    """An operation of a validated delivery; who sends it did it, unless it says otherwise."""
    content = Content.of({"type": sent["type"], "body": sent["body"]}, peppers)
    return Operation(
        **{
            **sent,
            "body": msgspec.json.encode(sent["body"]).decode(),
            "cashier_id": sent["cashier_id"] or caller.user_id,
        },
        content=content.fingerprint,
        store_ids=caller.store_ids,
    )
