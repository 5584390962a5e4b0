"""What is kept of passwords and pins: argon2id hashes."""

import secrets
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError


class Hashes:
    """Makes and checks hashes; whoever calls it holds `turn` meanwhile.

    One hash takes a core and 64 MiB, and there are other web processes: tills are not to wait for those who
    sign in.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        # A name nobody has takes as long to refuse as a wrong password.
        self._nobodys_hash = self.make(secrets.token_urlsafe())
        self.turn = BoundedSemaphore(1)

    def make(self, secret: str, salt: bytes | None = None) -> str:
        """What is kept of a secret, with a fresh salt unless there is one."""
        return self._hasher.hash(secret, salt=salt)

    def is_of(self, stored: str | None, secret: str) -> bool:
        """Whether the hash that is kept is of this secret; where none is kept, that takes as long."""
        try:
            self._hasher.verify(stored or self._nobodys_hash, secret)
        except (VerifyMismatchError, InvalidHashError):
            return False
        return stored is not None

    def renewed(self, stored: str, secret: str) -> str | None:
        """A better hash of the same secret, where the one that is kept is of former settings."""
        return self.make(secret) if self._hasher.check_needs_rehash(stored) else None
