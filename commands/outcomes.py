"""What became of a request: decided once, stored with its events, and given again to every repetition."""

import hashlib
from dataclasses import dataclass

from domain.errors import Conflict, Invalid


class IdempotencyKeyReused(Invalid):
    """This Idempotency-Key was used for another request."""

    code = "idempotency_key_reused"


class IdempotencyInProgress(Conflict):
    """The first request with this Idempotency-Key is still running."""

    code = "idempotency_in_progress"


@dataclass(frozen=True, slots=True)
class Response:
    """What a client gets for a write: a status, an ETag and the bytes of the body."""

    status: int
    etag: str | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """A response, the log's position it belongs to, and whether it was given before."""

    response: Response
    position: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A client's name for one request, and a fingerprint of all that makes it the same request."""

    key: str
    fingerprint: bytes

    @classmethod
    def of(cls, key: str, *parts: bytes) -> "IdempotencyKey":
        """The key of a request with these parts: method, path, body."""
        digest = hashlib.sha256()
        for part in parts:
            digest.update(len(part).to_bytes(8, "big") + part)
        return cls(key, digest.digest())
