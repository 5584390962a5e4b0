"""What all commands share: the caller, a unit of work to load from and save into, and how edits collide.

What else a handler reads and locks is a port; its unit of work lists it, beside the handler.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, Self, TypeVar
from uuid import UUID

from domain.aggregate import Aggregate
from domain.approvals import Approval
from domain.errors import Conflict, NotFound
from domain.pending import Pending

A = TypeVar("A", bound=Aggregate)


class Missing(NotFound):
    """There is no such thing here."""


class ConcurrentEdit(Conflict):
    """Somebody else changed this at the same moment; read it again and repeat."""

    code = "concurrent_edit"
    remedy = "Read the resource again, look at what changed, and repeat the request."


class StaleVersion(Conflict):
    """It is at none of the versions you named; read it again."""

    code = "precondition_failed"
    remedy = "Read the resource again, and repeat the change with its new `ETag`."


class DuplicateId(Conflict):
    """Something else already has this id."""

    code = "duplicate_id"
    field = "id"
    remedy = "Make a new id. The same id is for repeating the very same content."


@dataclass(frozen=True, kw_only=True)
class Caller:
    """The user who asks: one of a company, with the rights of a role, bound to stores or (empty) to none."""

    company_id: UUID
    user_id: UUID | None
    role: str = ""
    permissions: frozenset[str] = frozenset()
    store_ids: tuple[UUID, ...] = ()
    session_id: UUID | None = None
    #: The version of the user at which these rights were given.
    rights_version: int = 1
    request_id: str | None = None
    terminal: str | None = None
    #: Whose doing it was, where the caller only sends what a till did without a connection.
    sent_for: UUID | None = None
    #: Who mends what that was, and answers for it.
    mended_by: UUID | None = None
    #: What the request brings with it; it is used up with what the request decides.
    approval: Approval | None = None

    @property
    def cashier_id(self) -> UUID | None:
        """Who did it at the till: the caller, unless they send what another has done."""
        return self.sent_for or self.user_id

    @property
    def approved_by(self) -> UUID | None:
        """The approver of the request, if it brings an approval; else who mends what a till did."""
        return self.approval.approver_id if self.approval else self.mended_by

    def within(self, request_id: str) -> Self:
        """The same caller in this request; each request has one, so no field is looked at again."""
        caller = object.__new__(type(self))
        vars(caller).update(vars(self), request_id=request_id)
        return caller

    def under(self, approval: Approval) -> Self:
        """The caller with the rights that an approval grants, in the stores where both of them work."""
        permissions = self.permissions | approval.keys
        return replace(self, permissions=permissions, store_ids=approval.store_ids, approval=approval)

    def check_approved_amount(self, amount: int) -> None:
        """Raise ApprovalNotValid when more goes back (minor currency units) than the approval allows."""
        if self.approval:
            self.approval.check_amount(amount)

    @property
    def sees_costs(self) -> bool:
        """Whether costs, margins and profits are shown to them."""
        return "costs.view" in self.permissions


class UnitOfWork(Protocol):
    """One decision: everything it reads, locks and saves is one transaction."""

    #: Whether what it decides about was recorded before; a handler that sees so in the fact itself sets it.
    is_repetition: bool

    @property
    def caller(self) -> Caller:
        """The user who sent the command."""

    @property
    def now(self) -> datetime:
        """The moment of the decision."""

    def new_id(self) -> UUID:
        """A fresh id."""

    def load(self, kind: type[A], aggregate_id: UUID) -> A:
        """The aggregate. Raises Missing."""

    def ask(self, kind: type[A], aggregate_id: UUID) -> Pending[A]:
        """Ask for the aggregate with the next round trip; reading it raises Missing."""

    def find_earlier(
        self, kind: type[A], by: type[Aggregate.Event], own_id: UUID | None, *, within: UUID | None = None
    ) -> Pending[A | None]:
        """Ask whether this very request was recorded before.

        `by` is the event that makes what has the id: an aggregate, or something `within` one. The answer is
        the aggregate as that request left it, or None for an id that nothing has, or for no id. Reading it
        raises DuplicateId when something else has the id, or what was made from other content or lies in
        stores of others.
        """

    def hold_person(self, person_id: UUID | None) -> None:
        """Let this person, if there is one, not be forgotten until the decision is recorded.

        Whoever tells of them what a read model keeps asks for it; it goes with the next round trip.
        """

    def save(self, *aggregates: Aggregate) -> None:
        """Take their new events into this decision; they are recorded together at its end."""


def check_version(version: int, expected: Collection[int] | None) -> None:
    """Raise StaleVersion unless this version is among those the caller expects, or any is."""
    if expected is not None and version not in expected:
        raise StaleVersion
