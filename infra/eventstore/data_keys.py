"""The data key, under which the keys of persons are kept: without it nobody reads what is sealed."""

import hmac
from collections.abc import Iterable
from hashlib import sha256
from os import urandom
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

#: Lengths in bytes: of every key, of the nonce of AES-GCM, and of what names a data key.
KEY_LENGTH, NONCE_LENGTH, ID_LENGTH = 32, 12, 4


class NoDataKey(Exception):
    """What is sealed was kept under a data key that this server was not given."""


class DataKeys:
    """The data key of today, and the former ones under which keys of persons may still be kept.

    It is empty until the start of a process has read the settings.
    """

    def __init__(self) -> None:
        self._keys: dict[bytes, bytes] = {}
        self._current = b""

    def load(self, current: str, former: Iterable[str] = ()) -> None:
        """Take the data keys of an installation, as its settings have them, in place of those there are."""
        keys = [sha256(text.encode()).digest() for text in (*former, current)]
        self._keys = {id_of(key): key for key in keys}
        self._current = id_of(keys[-1])

    @property
    def current_id(self) -> bytes:
        """What names the data key of today. Raises NoDataKey."""
        if not self._current:
            raise NoDataKey
        return self._current

    @property
    def ids(self) -> frozenset[bytes]:
        """What names the data keys there are."""
        return frozenset(self._keys)

    def derived(self, purpose: bytes, data_key_id: bytes | None = None) -> bytes:
        """A key for another purpose that follows from the data key of today, or the one of this name.

        Raises NoDataKey.
        """
        data_key = self._keys.get(data_key_id or self.current_id)
        if data_key is None:
            raise NoDataKey
        return hmac.new(data_key, purpose, sha256).digest()

    def wrap(self, key: bytes, company_id: UUID, subject_id: UUID) -> bytes:
        """A person's key as the database keeps it. Raises NoDataKey."""
        nonce = urandom(NONCE_LENGTH)
        cipher = AESGCM(self._keys[self.current_id])
        return self._current + nonce + cipher.encrypt(nonce, key, company_id.bytes + subject_id.bytes)

    def unwrap(self, wrapped: bytes, company_id: UUID, subject_id: UUID) -> bytes:
        """A person's key from what the database keeps. Raises NoDataKey."""
        data_key = self._keys.get(wrapped[:ID_LENGTH])
        if data_key is None:
            raise NoDataKey
        nonce, sealed = wrapped[ID_LENGTH : ID_LENGTH + NONCE_LENGTH], wrapped[ID_LENGTH + NONCE_LENGTH :]
        try:
            return AESGCM(data_key).decrypt(nonce, sealed, company_id.bytes + subject_id.bytes)
        except InvalidTag:
            raise NoDataKey from None


def id_of(data_key: bytes) -> bytes:
    """What names a data key beside what is kept under it, and gives nothing of it away."""
    return sha256(b"mipos data key " + data_key).digest()[:ID_LENGTH]


def new_key() -> bytes:
    """A key for one person."""
    return urandom(KEY_LENGTH)
