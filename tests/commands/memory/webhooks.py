"""What webhooks have beside their facts, in memory: none has come anywhere."""

from uuid import UUID

from commands.webhooks import Secret
from domain.pending import Pending
from domain.webhooks import Signature, Standing, Webhook
from tests.commands.memory.world import World


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

    def stop(self, webhook_id: UUID) -> None:
        """Nothing waits."""

    def resume(self, webhook_id: UUID) -> None:
        """Nothing is sent."""

    def forget(self, webhook_id: UUID) -> None:
        """No secret is kept."""
