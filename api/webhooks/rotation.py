"""A new secret for a webhook."""

from uuid import UUID

from falcon import Request, Response

from api.entities import EDITS
from api.etags import expected_versions
from api.operations import operation
from api.resource import Resource
from api.webhooks.answers import NewSecretAnswer
from api.webhooks.secrets import showing_secret
from commands.webhooks import RotateSecret, rotate_secret


class SecretRotation(Resource):
    """Makes new secrets."""

    @operation(
        "webhooks.edit",
        "Make a webhook sign with a new secret",
        description="For 24 hours each delivery has two signatures, by the new secret and the one of before, "
        "so that a receiver can change over; a second rotation within them ends the oldest at once.",
        answer=NewSecretAnswer,
        refusals=EDITS,
    )
    def on_post(self, req: Request, resp: Response, webhook_id: UUID) -> None:
        """Sign with another secret from now on."""
        command = RotateSecret(id=webhook_id, expected_versions=expected_versions(req))
        with showing_secret(self, req, resp, "Secret changed") as present:
            self.write(req, resp, rotate_secret, command, present, message="Secret changed")
