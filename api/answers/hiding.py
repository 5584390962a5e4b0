"""Leaves out of answers what their reader may not see, by what the records declare of their fields."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from msgspec import UNSET

from api.answers.record import Answer, fields_of, records_in

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Hidden:
    """A field that is left out, or (`within`) what is left out of the records in it."""

    attribute: str
    name: str
    within: tuple["Hidden", ...] = ()


@cache
def permissions_in(answer: Any) -> frozenset[str]:
    """The permissions without which something of such an answer is left out, at any depth."""
    permissions: set[str] = set()
    for record in records_in(answer):
        for field in fields_of(record):
            permissions |= permissions_in(field.type) | {field.meaning.permission or ""}
    return frozenset(permissions - {""})


@cache
def hidden_in(answer: Any, lacking: frozenset[str]) -> tuple[Hidden, ...]:
    """What of such an answer is left out for whoever lacks these permissions."""
    hidden = []
    for field in (field for record in records_in(answer) for field in fields_of(record)):
        if field.meaning.permission in lacking:
            hidden.append(Hidden(field.attribute, field.name))
        elif within := hidden_in(field.type, lacking):
            hidden.append(Hidden(field.attribute, field.name, within))
    return tuple(hidden)


def hide(answer: Any, data: Any, permissions: frozenset[str]) -> None:
    """Leave out of an answer that is about to be encoded what takes other permissions than these."""
    if lacking := permissions_in(answer) - permissions:
        _leave_out(hidden_in(answer, lacking), data)


def hide_in_body(answer: Any, body: bytes, permissions: frozenset[str]) -> bytes:
    """The same of a body that was stored for the rights of then."""
    if not permissions_in(answer) - permissions:
        return body
    envelope = _decode(body)
    hide(answer, envelope["data"], permissions)
    return _encode(envelope)


def _leave_out(hidden: tuple[Hidden, ...], data: Any) -> None:
    if isinstance(data, (list, tuple)):
        for one in data:
            _leave_out(hidden, one)
    elif isinstance(data, Answer):
        for field in hidden:
            # Of rows of several records each has its own fields.
            inner = getattr(data, field.attribute, UNSET)
            if field.within:
                _leave_out(field.within, inner)
            elif inner is not UNSET:
                setattr(data, field.attribute, UNSET)
    elif isinstance(data, dict):
        for field in hidden:
            if field.within:
                _leave_out(field.within, data.get(field.name))
            else:
                data.pop(field.name, None)
