"""Refresh tokens: which session, a secret, and a seal by which a made-up one is known without asking."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

_SEAL_BYTES = 16
_SEAL_CHARACTERS = 22


def pepper_of(secret: str) -> bytes:
    """A key for what is only compared, never shown; it gives nothing of the secret key away."""
    return hmac.digest(secret.encode(), b"mipos pepper", "sha256")


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """What a refresh token says."""

    company_id: UUID
    session_id: UUID
    secret: str

    @classmethod
    def fresh(cls, company_id: UUID, session_id: UUID) -> "RefreshToken":
        """A token for a session that nobody has seen."""
        return cls(company_id, session_id, secrets.token_urlsafe(32))

    @classmethod
    def read(cls, text: str, peppers: Sequence[bytes]) -> "RefreshToken | None":
        """The token of this text, or None unless it was sealed with one of the peppers."""
        company, _, rest = text.partition(".")
        session, _, sealed = rest.partition(".")
        try:
            token = cls(UUID(hex=company), UUID(hex=session), sealed[:-_SEAL_CHARACTERS])
        except ValueError:
            return None
        seal = sealed[-_SEAL_CHARACTERS:].encode(errors="replace")
        own = [hmac.compare_digest(seal, token._seal(pepper)) for pepper in peppers]
        return token if any(own) else None

    def write(self, pepper: bytes) -> str:
        """The token as a client carries it."""
        return f"{self.company_id.hex}.{self.session_id.hex}.{self.secret}{self._seal(pepper).decode()}"

    def successor(self, pepper: bytes) -> "RefreshToken":
        """The token that follows this one: always the same, and known to nobody who has not the pepper."""
        message = b"successor" + self.session_id.bytes + self.secret.encode()
        secret = base64.urlsafe_b64encode(hmac.digest(pepper, message, "sha256")).rstrip(b"=")
        return RefreshToken(self.company_id, self.session_id, secret.decode())

    @property
    def digest(self) -> bytes:
        """What is kept of it: the secret is long and random, so a plain hash is as safe as a slow one."""
        return hashlib.sha256(self.secret.encode()).digest()

    def _seal(self, pepper: bytes) -> bytes:
        secret = self.secret.encode(errors="replace")
        message = b"refresh" + self.company_id.bytes + self.session_id.bytes + secret
        seal = hmac.digest(pepper, message, "sha256")[:_SEAL_BYTES]
        return base64.urlsafe_b64encode(seal).rstrip(b"=")
