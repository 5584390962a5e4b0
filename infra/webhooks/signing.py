"""Secrets of webhooks, and what deliveries are signed with: Standard Webhooks 1.0.0."""

import hmac
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.webhooks import Signature

_SECRET, _PUBLIC = "whsec_", "whpk_"


def secret_text(key: bytes) -> str:
    """A secret as receivers are given it."""
    return _SECRET + b64encode(key).decode()


def public_key_text(key: bytes) -> str:
    """The half of a key that receivers check Ed25519 by."""
    public = Ed25519PrivateKey.from_private_bytes(key).public_key()
    return _PUBLIC + b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def signatures(keys: Iterable[tuple[Signature, bytes]], message_id: str, seconds: int, body: bytes) -> str:
    """The header `webhook-signature`: what is signed is the id, the time of the attempt and the body."""
    signed = f"{message_id}.{seconds}.".encode() + body
    return " ".join(_signature(kind, key, signed) for kind, key in keys)


def _signature(kind: Signature, key: bytes, signed: bytes) -> str:
    if kind == "ed25519":
        return f"v1a,{b64encode(Ed25519PrivateKey.from_private_bytes(key).sign(signed)).decode()}"
    return f"v1,{b64encode(hmac.new(key, signed, sha256).digest()).decode()}"
