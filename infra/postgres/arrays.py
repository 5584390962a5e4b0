"""Lists as PostgreSQL arrays: in binary, and without looking every element up.

The driver asks for a dumper element by element, which for the short lists of a sale costs more than the
database's own work on them. Our lists are of one type, so their first element speaks for all.
"""

from array import array
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from struct import Struct, pack
from sys import byteorder
from typing import Any
from uuid import UUID

from psycopg.abc import AdaptContext
from psycopg.adapt import PyFormat
from psycopg.types.array import ListBinaryDumper, ListDumper

_NULL = pack("!i", -1)
_HEAD = Struct("!5i").pack
_INTEGER = Struct("!iq").pack
_UUID_LENGTH = pack("!i", 16)
_LENGTH = Struct("!i").pack
#: The day from which PostgreSQL counts days and microseconds.
_FIRST_DAY = date(2000, 1, 1).toordinal()
_FIRST_MOMENT, _MICROSECOND = datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


class ArrayDumper(ListBinaryDumper):
    """Dumps lists of UUIDs, numbers, texts, dates and times itself, and leaves others to the driver."""

    def get_key(self, obj: list[Any], format: PyFormat) -> Any:  # noqa: A002 the driver names it so
        """Which dumper a list needs."""
        kind = _kind_of(obj)
        return (list, kind) if kind in _DUMPERS else super().get_key(obj, format)

    def upgrade(self, obj: list[Any], format: PyFormat) -> Any:  # noqa: A002
        """The dumper for lists of this kind."""
        dumper: Any = _DUMPERS.get(_kind_of(obj))
        return dumper(list, self._tx) if dumper else super().upgrade(obj, format)


class _Flat(ListBinaryDumper):
    """An array of one dimension whose elements we write ourselves."""

    array_oid: int
    element_oid: int

    def __init__(self, cls: type, context: AdaptContext | None = None) -> None:
        super().__init__(cls, context)
        self.oid = self.array_oid

    def dump(self, obj: list[Any]) -> bytes:
        """The array's bytes: dimensions, whether there are nulls, element type, length, first index."""
        elements = self.elements(obj)
        # Each element is a length and its bytes, so that none but a null is the null; to look for None among
        # values would ask each of them whether it equals that.
        head = _HEAD(1, _NULL in elements, self.element_oid, len(obj), 1)
        return head + b"".join(elements)

    def elements(self, obj: list[Any]) -> Sequence[bytes | bytearray]:
        """Each element, its length before it."""
        raise NotImplementedError


class _Uuids(_Flat):
    array_oid, element_oid = 2951, 2950

    def elements(self, obj: list[UUID | None]) -> list[bytes]:
        return [_NULL if item is None else _UUID_LENGTH + item.bytes for item in obj]


class _Integers(_Flat):
    array_oid, element_oid = 1016, 20

    def elements(self, obj: list[int | None]) -> Sequence[bytes | bytearray]:
        if len(obj) >= _MANY:
            with suppress(TypeError):
                return [_packed(obj)]
        return [_NULL if item is None else _INTEGER(8, item) for item in obj]


#: From how many numbers on it pays to turn them around together: it takes a tenth of the time for thousands.
_MANY = 50
_EIGHT = pack("!i", 8)


def _packed(numbers: list[Any]) -> bytearray:
    """Whole numbers in the order of the network, the length of each before it: three words a number.

    Raises TypeError where one is None.
    """
    values = array("q", numbers)
    if byteorder == "little":
        values.byteswap()
    packed = bytearray(_EIGHT * 3 * len(numbers))
    words, halves = memoryview(packed).cast("i"), memoryview(values).cast("B").cast("i")
    words[1::3], words[2::3] = halves[0::2], halves[1::2]
    return packed


class _Nothing(ListDumper):
    """A list of nothing but nulls, of which the statement says what they would be."""

    def dump(self, obj: list[None]) -> bytes:
        """The array as text: only so is its type left open."""
        return b"{" + b",".join([b"NULL"] * len(obj)) + b"}"


class _Texts(_Flat):
    array_oid, element_oid = 1009, 25

    def elements(self, obj: list[str | None]) -> list[bytes]:
        # Of long columns most texts are there many times: kinds, names, ids of places.
        return _each_once(obj, lambda item: _text(item.encode()))


class _Decimals(_Texts):
    """As texts, which their statement makes numbers of: the driver takes several times as long for digits."""

    def elements(self, obj: list[Any]) -> list[bytes]:
        # Equal ones may have other places: they are the same only where their texts are.
        return super().elements([None if item is None else str(item) for item in obj])


def _text(encoded: bytes) -> bytes:
    return _LENGTH(len(encoded)) + encoded


def _each_once(obj: list[Any], write: Callable[[Any], bytes]) -> list[bytes]:
    """The elements, of which equal ones are written once."""
    written = {item: _NULL if item is None else write(item) for item in set(obj)}
    return [written[item] for item in obj]


class _Dates(_Flat):
    array_oid, element_oid = 1182, 1082

    def elements(self, obj: list[date | None]) -> list[bytes]:
        return _each_once(obj, lambda item: pack("!ii", 4, item.toordinal() - _FIRST_DAY))


class _Times(_Flat):
    array_oid, element_oid = 1185, 1184

    def elements(self, obj: list[datetime | None]) -> list[bytes]:
        return _each_once(obj, lambda item: _INTEGER(8, (item - _FIRST_MOMENT) // _MICROSECOND))


_DUMPERS: dict[Any, type[_Flat | _Nothing]] = {
    type(None): _Nothing,
    UUID: _Uuids,
    int: _Integers,
    str: _Texts,
    Decimal: _Decimals,
    date: _Dates,
    datetime: _Times,
}


def _kind_of(obj: list[Any]) -> type:
    for item in obj:
        if item is not None:
            return type(item)
    return type(None)
