"""The names to sign in with, as the platform's directory has them: unreadable for every company."""

import hmac
from hashlib import sha256
from unicodedata import normalize

from domain.settings import name_key


class NoDirectoryKey(Exception):
    """The key of the directory has not been read: the start of a process does."""


class UserDirectory:
    """Turns a user name into what the directory has of it, by a key that no table has in clear.

    Whoever reads the directory, from whatever company, learns no name by it, and cannot try names either.
    """

    def __init__(self) -> None:
        self._key = b""

    def load(self, key: bytes) -> None:
        """Take the key of an installation."""
        self._key = key

    def digest(self, username: str) -> str:
        """What stands in the directory for a name, and for all that are the same. Raises NoDirectoryKey."""
        return self._digest(username_key(username))

    def spelt_digest(self, username: str) -> str:
        """What stands in the directory for a name as it is spelt. Raises NoDirectoryKey."""
        return self._digest(_spelling(username))

    def _digest(self, key: str) -> str:
        if not self._key:
            raise NoDirectoryKey
        return hmac.new(self._key, key.encode(), sha256).hexdigest()


def username_key(username: str) -> str:
    """The form in which two user names are the same, over all companies."""
    return name_key(username)


def _spelling(username: str) -> str:
    """The name as it is spelt: letter case and white space do not count, width and ligatures do."""
    return normalize("NFC", " ".join(username.split()).casefold())


#: The directory of this process's installation.
DIRECTORY = UserDirectory()
