"""The names to sign in with, as the platform's directory has them: unreadable for every company."""

import hmac
from hashlib import sha256

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
        if not self._key:
            raise NoDirectoryKey
        return hmac.new(self._key, username_key(username).encode(), sha256).hexdigest()


def username_key(username: str) -> str:
    """The form in which two user names are the same, over all companies."""
    return name_key(username)


#: The directory of this process's installation.
DIRECTORY = UserDirectory()
