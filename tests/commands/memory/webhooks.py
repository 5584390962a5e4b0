"""What webhooks have beside their facts, in memory: none has come anywhere."""

from datetime import datetime
from uuid import UUID

from commands.webhooks import Secret
from commands.webhooks.ports import ReplayRequest
from domain.pending import Pending
from domain.webhooks import Delivery, Replay, Signature, Standing, TooManyReplays, Webhook
from domain.webhooks.deliveries import MOST_REPLAYS
from infra.eventstore.codec import decode_metadata
from tests.commands.memory.world import World
from tests.commands.samples import NOW


class MemoryWebhooks:
    """Webhooks of a company, nothing of which is sent."""

    def __init__(self, world: World, company_id: UUID) -> None:
        self._world = world
        self._company_id = company_id

    def count(self) -> Pending[int]:
        webhooks = self._world.all(self._company_id, Webhook)
        number = sum(not webhook.is_archived for webhook in webhooks)
        return Pending(lambda: number)

    def standing(self, webhook_id: UUID) -> Pending[Standing]:  # noqa: ARG002
        return Pending(Standing)

    def hold(self, webhook_id: UUID) -> None:
        """Nobody else decides meanwhile."""

    def begin(self, webhook_id: UUID, signature: Signature) -> Secret:  # noqa: ARG002
        return Secret(text="whsec_" if signature == "hmac" else None)

    def rotate(self, webhook_id: UUID, signature: Signature) -> Secret:
        return self.begin(webhook_id, signature)

    def test(self, webhook_id: UUID) -> Delivery:
        return self._delivery(webhook_id, None, "webhooks.test")

    def retry(self, webhook_id: UUID, delivery_id: UUID) -> Delivery | None:
        found = self._world.deliveries.get(delivery_id)
        return self._delivery(webhook_id, 1, "brands.Brand.Registered") if found == webhook_id else None

    def replay(self, request: ReplayRequest) -> Replay:
        if len(self._world.replays) >= MOST_REPLAYS:
            raise TooManyReplays
        self._world.replays.append(request)
        return Replay(
            id=request.id,
            webhook_id=request.webhook_id,
            status="queued",
            done=0,
            total=request.to_position - request.from_position + 1,
            error=None,
            created_at=NOW,
            finished_at=None,
        )

    def head(self) -> Pending[int]:
        number = len(self._world.journal[self._company_id])
        return Pending(lambda: number)

    def first_position_at(self, moment: datetime) -> Pending[int]:
        times = [decode_metadata(row["metadata"]).at for row in self._world.journal[self._company_id]]
        return Pending(lambda: 1 + sum(at < moment for at in times))

    def _delivery(self, webhook_id: UUID, position: int | None, kind: str) -> Delivery:
        return Delivery(
            id=webhook_id,
            number=1,
            message_id="",
            position=position,
            type=kind,
            status="pending",
            attempt=0,
            response_status=None,
            error=None,
            milliseconds=None,
            next_attempt_at=NOW,
            replay_id=None,
            created_at=NOW,
            finished_at=None,
        )

    def stop(self, webhook_id: UUID) -> None:
        """Nothing waits."""

    def resume(self, webhook_id: UUID) -> None:
        """Nothing is sent."""

    def forget(self, webhook_id: UUID) -> None:
        """No secret is kept."""
