"""Statements as the server takes them: compiled once for a process, prepared once for a connection."""

import re
from functools import cache
from typing import LiteralString

from psycopg.adapt import PyFormat

_PLACEHOLDER = re.compile(r"%\((\w+)\)([sb])|%%")
_FORMATS = {"s": PyFormat.AUTO, "b": PyFormat.BINARY}


class Statement:
    """A statement as the server takes it: numbered parameters, and which name stands where."""

    __slots__ = ("columns", "formats", "names", "text")

    def __init__(self, query: LiteralString) -> None:
        places: dict[str, int] = {}
        formats: list[PyFormat] = []

        def number(match: re.Match[str]) -> str:
            name = match.group(1)
            if name is None:
                return "%"
            if name not in places:
                places[name] = len(places) + 1
                formats.append(_FORMATS[match.group(2)])
            return f"${places[name]}"

        self.text = _PLACEHOLDER.sub(number, query).encode()
        self.names = tuple(places)
        self.formats = formats
        self.columns: tuple[str, ...] | None = None


compiled = cache(Statement)


class Prepared:
    """A statement that this connection has prepared for parameters of these types (0: not known yet).

    `fitting` are types of parameters that were found to go with them.
    """

    __slots__ = ("fitting", "name", "types")

    def __init__(self, name: bytes, types: list[int], fitting: tuple[int, ...]) -> None:
        self.name = name
        self.types = types
        self.fitting = fitting

    def takes(self, types: tuple[int, ...]) -> bool:
        """Whether it takes parameters of these types, which are nearly always those of before."""
        if types == self.fitting:
            return True
        if any(t and t != own for t, own in zip(types, self.types, strict=True)):
            return False
        self.fitting = types
        return True
