"""Texts of the reference that lead to where they are read."""

from api.constant import Constant
from api.docs.steps import ADDRESS


class Addressed:
    """A text that has the address at which it is read where it was written with another.

    It is packed for the last address alone: that is nearly always the one there is, and whoever makes up
    others fills no memory.
    """

    def __init__(self, text: str, media_type: str) -> None:
        self._text = text
        self._media_type = media_type
        self._names_it = ADDRESS in text
        self._last: tuple[str, Constant] | None = None

    def at(self, address: str) -> Constant:
        """What is sent to who reads it there."""
        last = self._last
        if last is None or (self._names_it and last[0] != address):
            content = self._text.replace(ADDRESS, address).encode()
            last = self._last = address, Constant(content, self._media_type)
        return last[1]
