"""Operations of tills that could not be recorded: each is kept whole until somebody has settled it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from uuid import UUID, uuid5

from domain.aggregate import Aggregate
from domain.errors import READ_AGAIN, Conflict
from domain.private import CUSTOMER, ERASED_REASON, texts

_STREAMS = UUID("6d2f0f5e-3a1c-4c55-9a43-1f0f8f0c6a17")
_OTHERS = UUID("0c7a5a5e-95a4-4b0e-8d8b-6f1de1f6f2b4")

#: Nobody knows of whom an operation tells whose order never came: it is sealed with a key of its own.
_ITSELF: Mapping[str, str] = MappingProxyType({"originator_id": "operation"})

OperationStatus = Literal["rejected", "resolved", "discarded"]


class OperationSettled(Conflict):
    """It is settled already."""

    code = "invalid_transition"
    remedy = READ_AGAIN


class OperationDiscarded(Conflict):
    """Somebody decided in the inbox that it is not to be recorded."""

    code = "discarded"
    remedy = "Do not send it again; record it anew, under a new id, if it is needed after all."


def stream_of(entry_id: UUID) -> UUID:
    """The stream of an entry of the inbox; the id itself is that of what the operation would have made."""
    return uuid5(_STREAMS, str(entry_id))


def entry_of_other(operation_id: UUID, content: str) -> UUID:
    """The entry of another operation under an id that is taken."""
    return uuid5(_OTHERS, f"{operation_id}/{content}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedField:
    """What was wrong with one field of it."""

    field: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeThing:
    """What an operation made: its kind, its id, and its number if it has one."""

    type: str
    id: UUID
    number: str | None = None


class TillOperation(Aggregate):
    """An operation that was rejected."""

    type_name = "tills.TillOperation"

    class Rejected(Aggregate.Created):
        """It could not be recorded; all that the till said is here.

        `body` is JSON, `occurred_at` what the till's clock said, `content` a fingerprint by which the same
        operation is known again, `awaits` what it names and never came, `customer_id` the customer whom it or
        its order names. Once they are forgotten the body is empty, and only discarding or a new body is left.
        """

        entry_id: UUID
        operation_id: UUID
        device_id: UUID
        register_id: UUID
        store_id: UUID
        seq: int
        type: str
        occurred_at: datetime
        cashier_id: UUID | None
        catalog_position: int | None
        number: str | None
        body: str
        content: str
        code: str
        message: str
        details: tuple[RefusedField, ...] = ()
        awaits: UUID | None = None
        customer_id: UUID | None = None

        subject = CUSTOMER
        other_subjects = _ITSELF
        private: ClassVar[Mapping[str, Any]] = texts(body="{}")

        def apply(self, aggregate: "TillOperation") -> None:
            """Keep it."""
            aggregate.rejected = self
            aggregate.refusal = self
            aggregate.status = "rejected"
            aggregate.made = None
            aggregate.reason = None

    class RejectedAgain(Aggregate.Event):
        """What it named came, it was decided anew, and it could not be recorded even so.

        `awaits` is what it still waits for, `awaited_version` the version of that which was not enough.
        """

        code: str
        message: str
        details: tuple[RefusedField, ...] = ()
        awaits: UUID | None = None
        awaited_version: int = 0

        def apply(self, aggregate: "TillOperation") -> None:
            """Keep why."""
            aggregate.refusal = self

    class Resolved(Aggregate.Event):
        """It was recorded after all, as it was or as somebody mended it."""

        action: str
        made_type: str
        made_id: UUID
        made_number: str | None = None
        reason: str | None = None
        #: What it was recorded as, if that is another body; JSON.
        body: str | None = None
        customer_id: UUID | None = None

        subject = CUSTOMER
        other_subjects = _ITSELF
        private: ClassVar[Mapping[str, Any]] = texts("reason", "body")

        def apply(self, aggregate: "TillOperation") -> None:
            """Settle it."""
            aggregate.status = "resolved"
            aggregate.made = MadeThing(type=self.made_type, id=self.made_id, number=self.made_number)
            aggregate.reason = self.reason

    class Discarded(Aggregate.Event):
        """Somebody decided that it is not to be recorded."""

        reason: str
        customer_id: UUID | None = None

        subject = CUSTOMER
        other_subjects = _ITSELF
        private: ClassVar[Mapping[str, Any]] = texts(reason=ERASED_REASON)

        def apply(self, aggregate: "TillOperation") -> None:
            """Settle it."""
            aggregate.status = "discarded"
            aggregate.reason = self.reason

    if TYPE_CHECKING:
        rejected: Rejected
        #: Why it could not be recorded when it was decided last.
        refusal: Rejected | RejectedAgain
        status: OperationStatus
        made: MadeThing | None
        reason: str | None

    def is_within(self, store_ids: Collection[UUID]) -> bool:
        """Whether its device is of one of these stores; no stores are no bounds."""
        return not store_ids or self.rejected.store_id in store_ids

    def check_open(self) -> None:
        """Raise OperationSettled for what is settled."""
        if self.status != "rejected":
            raise OperationSettled

    def reject_again(
        self,
        code: str,
        message: str,
        details: tuple[RefusedField, ...],
        awaits: UUID | None,
        version: int,
    ) -> None:
        """Keep why it cannot be recorded on this version of what it named. Raises OperationSettled."""
        self.check_open()
        self.trigger_event(
            TillOperation.RejectedAgain,
            code=code,
            message=message,
            details=details,
            awaits=awaits,
            awaited_version=version if awaits == self.refusal.awaits else 0,
        )

    def resolve(
        self, action: str, made: MadeThing, reason: str | None = None, body: str | None = None
    ) -> None:
        """Record what it became. Raises OperationSettled."""
        self.check_open()
        self.trigger_event(
            TillOperation.Resolved,
            action=action,
            made_type=made.type,
            made_id=made.id,
            made_number=made.number,
            reason=reason,
            body=body,
            customer_id=self.rejected.customer_id,
        )

    def discard(self, reason: str) -> None:
        """Record that it is not to be. Raises OperationSettled."""
        self.check_open()
        self.trigger_event(TillOperation.Discarded, reason=reason, customer_id=self.rejected.customer_id)
