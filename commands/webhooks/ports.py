"""What decisions about webhooks need beside the log: secrets, and how far each has come."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from commands.plan import PlanPort
from commands.ports import UnitOfWork
from domain.pending import Pending
from domain.webhooks import Delivery, Replay, Signature, Standing


@dataclass(frozen=True, kw_only=True)
class Secret:
    """What deliveries are signed with, shown once, unless receivers check by a `public_key` (Ed25519)."""

    text: str | None = field(repr=False)
    public_key: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReplayRequest:
    """Events between two positions, both inclusive, of these types or of those of the webhook."""

    id: UUID
    webhook_id: UUID
    from_position: int
    to_position: int
    types: tuple[str, ...] | None


class WebhooksPort(Protocol):
    """Webhooks beside their facts."""

    def count(self) -> Pending[int]:
        """Ask how many the company has that are not archived."""

    def standing(self, webhook_id: UUID) -> Pending[Standing]:
        """Ask how far one has come."""

    def hold(self, webhook_id: UUID) -> None:
        """Let nothing more be taken from the log for it until the end, from the next round trip on."""

    def begin(self, webhook_id: UUID, signature: Signature) -> Secret:
        """Give a new one a secret, and have it begin at the end of the log."""

    def rotate(self, webhook_id: UUID, signature: Signature) -> Secret:
        """Give it another secret; the one of before is good for a day."""

    def test(self, webhook_id: UUID) -> Delivery:
        """Have it sent something that is about nothing."""

    def retry(self, webhook_id: UUID, delivery_id: UUID) -> Delivery | None:
        """Have a delivery sent again from the first attempt on; None if it has no such one."""

    def replay(self, request: "ReplayRequest") -> Replay:
        """Have events sent once more. Raises TooManyReplays."""

    def head(self) -> Pending[int]:
        """Ask for the last position of the log."""

    def first_position_at(self, moment: datetime) -> Pending[int]:
        """Ask for the position of the first event recorded then or later; behind the last one if none is."""

    def stop(self, webhook_id: UUID) -> None:
        """Send nothing of what waits; it is dead."""

    def resume(self, webhook_id: UUID) -> None:
        """Go on at the end of the log, as one that does not fail."""

    def forget(self, webhook_id: UUID) -> None:
        """Destroy its secrets."""


class WebhookWork(UnitOfWork, Protocol):
    """What is decided about webhooks."""

    @property
    def webhooks(self) -> WebhooksPort:
        """Webhooks beside their facts."""

    @property
    def plan(self) -> PlanPort:
        """The company, which is held while something that is limited is added."""
