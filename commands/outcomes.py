"""What became of a request: decided once, stored with its events, and given again to every repetition."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.errors import Conflict, Invalid


class IdempotencyKeyReused(Invalid):
    """This Idempotency-Key was used for another request."""

    code = "idempotency_key_reused"
    remedy = "Use a new key for each request, and an old one only to repeat exactly the same."


class IdempotencyInProgress(Conflict):
    """The first request with this Idempotency-Key is still running."""

    code = "idempotency_in_progress"
    remedy = "Wait a second, and repeat the same request with the same key."


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
    """A client's name for one request, and a fingerprint of all that makes it the same request.

    `earlier` are the fingerprints it would have had under former keys of the server.
    """

    key: str
    fingerprint: bytes
    earlier: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, key: str, *parts: bytes, peppers: Sequence[bytes] = (b"",)) -> "IdempotencyKey":
        """The key of a request with these parts: caller, method, path, body.

        A fingerprint is made with a pepper, today's or a former one: a reader of the database cannot try
        out which password was in the body.
        """
        fingerprint, *earlier = (_fingerprint(parts, pepper) for pepper in peppers)
        return cls(key, fingerprint, tuple(earlier))

    def is_of(self, fingerprint: bytes) -> bool:
        """Whether the fingerprint that was stored is of the same request."""
        return fingerprint == self.fingerprint or fingerprint in self.earlier


def _fingerprint(parts: Iterable[bytes], pepper: bytes) -> bytes:
    digest = hashlib.blake2b(key=pepper, digest_size=32)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()
