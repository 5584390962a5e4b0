"""What deliveries are signed with is what Standard Webhooks says, as its own library checks it."""

from base64 import b64decode
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook, WebhookVerificationError

from infra.webhooks.signing import public_key_text, secret_text, signatures

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
ID, BODY = (
    "0190f5a1-7c3e-7abc-8def-0123456789ab-1a2b3c4d-42",
    '{"type":"orders.Order.Sold","note":"Käse"}'.encode(),
)


def headers(signature: str, seconds: int, message_id: str = ID) -> dict[str, str]:
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signature,
    }


def test_the_library_makes_the_same_signature() -> None:
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    expected = Webhook(secret_text(KEY)).sign(ID, moment, BODY.decode())
    assert signatures([("hmac", KEY)], ID, int(moment.timestamp()), BODY) == expected


def test_the_library_takes_either_of_two_secrets_and_no_other() -> None:
    seconds = int(datetime.now(UTC).timestamp())
    signed = headers(signatures([("hmac", KEY), ("hmac", OTHER)], ID, seconds, BODY), seconds)
    for key in (KEY, OTHER):
        assert Webhook(secret_text(key)).verify(BODY, signed)["note"] == "Käse"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_text(bytes(32))).verify(BODY, signed)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_text(KEY)).verify(BODY + b" ", signed)


def test_the_public_key_checks_what_the_private_one_signed() -> None:
    kind, _, signature = signatures([("ed25519", KEY)], ID, 1772366400, BODY).partition(",")
    text = public_key_text(KEY)
    assert (kind, text[:5]) == ("v1a", "whpk_")
    public = Ed25519PublicKey.from_public_bytes(b64decode(text[5:]))
    public.verify(b64decode(signature), f"{ID}.1772366400.".encode() + BODY)
    with pytest.raises(InvalidSignature):
        public.verify(b64decode(signature), f"{ID}.1772366401.".encode() + BODY)
