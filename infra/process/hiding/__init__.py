"""Hides from logs what nobody may read there: by the name that it has, and by what it looks like.

What comes out is data for JSON, of a bounded size, whatever went in: a line of a log must cost little.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from infra.process.hiding.looks import HIDDEN, is_card, without_looks
from infra.process.hiding.names import is_secret
from infra.process.troubles import described

__all__ = ["HIDDEN", "hidden", "is_secret", "without_looks"]

#: How long a text may be and all of them together, in characters; how deep values may lie; how many a list or
#: an object may have, and how many there may be in all.
LONGEST, LONGEST_TOGETHER, DEEPEST, WIDEST, MOST = 4000, 16_000, 8, 100, 1000
#: What stands for what is left out.
CUT: Final = "…"
#: So much more of a long text is looked through: what begins before the end may be known by what follows.
_BEYOND = 1000
#: What has no text of its own that anybody could have typed.
_PLAIN = (UUID, date, Decimal)
#: How pairs are called where a name stands in an object beside its value.
_NAMING = ("name", "key", "field", "header")


def hidden(value: Any) -> Any:
    """A value without what must not be read, however deep that stands in it."""
    return _Look().at(value, 0)


class _Look:
    """One look at a value; it sees so many parts and no more."""

    def __init__(self) -> None:
        self._left = MOST
        self._room = LONGEST_TOGETHER

    def at(self, value: Any, depth: int) -> Any:
        """The value as it may be read."""
        self._left -= 1
        if value is None or isinstance(value, bool | float):
            return value
        if isinstance(value, int):
            return _whole(value)
        if isinstance(value, str):
            return self._text(value)
        if self._left <= 0 or depth >= DEEPEST:
            return CUT
        return self._within(value, depth + 1)

    def _within(self, value: Any, depth: int) -> Any:
        if isinstance(value, Mapping):
            return self._object(value.items(), depth, _named_in(value))
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return self._object(zip(value._fields, value, strict=False), depth)
        if isinstance(value, list | tuple | set | frozenset):
            return self._list(value, depth)
        if is_dataclass(value) and not isinstance(value, type):
            return self._object(((one.name, getattr(value, one.name, None)) for one in fields(value)), depth)
        if hasattr(type(value), "__struct_fields__"):
            names = type(value).__struct_fields__
            return self._object(((name, getattr(value, name, None)) for name in names), depth)
        return self._text(_text_of(value)) if not isinstance(value, _PLAIN) else str(value)

    def _text(self, text: str) -> str:
        self._room -= min(len(text), LONGEST)
        return shortened(text) if self._room >= 0 else CUT

    def _object(
        self, items: Iterable[tuple[Any, Any]], depth: int, secret: str | None = None
    ) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        for name, value in items:
            if len(shown) >= WIDEST or self._left <= 0:
                shown[CUT] = CUT
                break
            key = str(name)
            is_hidden = key == secret or is_secret(key)
            shown[self._text(key)] = HIDDEN if is_hidden and value is not None else self.at(value, depth)
        return shown

    def _list(self, values: Any, depth: int) -> list[Any]:
        if isinstance(values, tuple) and len(values) == 2 and _is_secret_name(values[0]):  # noqa: PLR2004
            # A header, or another name with its value.
            return [values[0], HIDDEN]
        shown: list[Any] = []
        for value in values:
            if len(shown) >= WIDEST or self._left <= 0:
                shown.append(CUT)
                break
            shown.append(self.at(value, depth))
        return shown


def shortened(text: str) -> str:
    """A text without what must not be read, and not longer than it may be; every database can keep it."""
    if not text.isascii():
        text = text.encode(errors="replace").decode()
    if "\0" in text:
        text = text.replace("\0", CUT)
    if len(text) <= LONGEST:
        return without_looks(text)
    # It is cut once it was looked through: half a secret looks like none.
    return without_looks(text[: LONGEST + _BEYOND])[:LONGEST] + CUT


def _whole(value: int) -> int | str:
    if -(2**63) <= value < 2**63:
        return HIDDEN if is_card(value) else value
    # Numbers of any length take ever longer to be written.
    return CUT


def _text_of(value: Any) -> str:
    """What else there is as it would be written."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value[: LONGEST + _BEYOND]).decode(errors="replace")
    if isinstance(value, BaseException):
        return described(value)
    try:
        return str(value)
    except Exception:  # noqa: BLE001 whatever cannot say what it is must not keep a line from the log
        return f"<{type(value).__name__}>"


def _is_secret_name(value: Any) -> bool:
    return isinstance(value, str) and is_secret(value)


def _named_in(value: Mapping[Any, Any]) -> str | None:
    """Under which key an object has what is hidden because of the name that it has beside it."""
    if "value" in value and any(_is_secret_name(value.get(name)) for name in _NAMING):
        return "value"
    return None
