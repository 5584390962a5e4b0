"""What read models read of events: fields declared beside the model, as records that decode nothing else."""

import dataclasses
from collections.abc import Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from msgspec.structs import fields as fields_of_record

from domain.entities import HEADER, fields_of

Record = type[msgspec.Struct]
#: The type of an id that a statement takes. It is decoded as others read it, as text if need be.
StatementId = NewType("StatementId", UUID)


class Reading:
    """Which fields a read model reads of an event, or of a value within: their names and the event's types.

    An id may be read as text by an asynchronous read model that compares or passes it on: text is decoded in
    a third of the time. A record of this kind is decoded from the log; in the transaction that records it,
    the event itself stands in for it.
    """


class WronglyRead(TypeError):
    """A read model reads a field that the event has not, or as something that it is not."""


@cache
def whole(kind: Any) -> Any:
    """A type in which every dataclass is replaced by a record of the same fields, without its behaviour."""
    if dataclasses.is_dataclass(kind):
        types = {name: whole(hint) for name, hint in get_type_hints(kind).items()}
        return record(getattr(kind, "__name__", "Record"), kind, types)
    arguments = get_args(kind)
    return generic(kind, tuple(map(whole, arguments))) if arguments else kind


@cache
def statement_type(kind: Any) -> Any:
    """The type of a field that a statement takes: whole, save that others may read its ids as text."""
    if kind is UUID:
        return StatementId
    arguments = get_args(kind)
    return generic(kind, tuple(map(statement_type, arguments))) if arguments else whole(kind)


@cache
def id_types(event: Any) -> Mapping[str, Any]:
    """The fields of an event whose ids others may read as text, each with the type that it has itself."""
    hints = get_type_hints(event)
    return {
        name: hints[name] for name in fields_of(event) if statement_type(hints[name]) != whole(hints[name])
    }


def narrowed(own: Any, reading: Any, path: str, *, ids_as_text: bool = False) -> Any:
    """The type that decodes of a type what is read of it. Raises WronglyRead, naming the path."""
    if isinstance(reading, type) and issubclass(reading, Reading):
        return _record_of(own, reading, path, ids_as_text=ids_as_text)
    if reading == own:
        return whole(own)
    if own is UUID and reading is str and ids_as_text:
        return str
    pairs = list(zip(get_args(own), get_args(reading), strict=False))
    if not pairs or _shape(own) != _shape(reading):
        raise WronglyRead(f"{path} is {own}, and is read as {reading}")
    return generic(own, tuple(narrowed(*pair, path, ids_as_text=ids_as_text) for pair in pairs))


def _record_of(own: Any, reading: type[Reading], path: str, *, ids_as_text: bool) -> Record:
    if not dataclasses.is_dataclass(own):
        raise WronglyRead(f"{path} is {own}, and is read as a record of several fields")
    hints, names = get_type_hints(own), {one.name for one in dataclasses.fields(own)} - HEADER
    types = {}
    for name, hint in get_type_hints(reading).items():
        if name not in names:
            raise WronglyRead(f"{path} has no field {name}")
        types[name] = narrowed(hints[name], hint, f"{path}.{name}", ids_as_text=ids_as_text)
    return record(reading.__name__, own, types)


def merged(one: Any, other: Any, path: str) -> Any:
    """The type that decodes what two decode, each of the same field. Raises WronglyRead, naming the path."""
    if one == other or other is StatementId:
        return one
    if one is StatementId:
        return other
    if _is_record(one) and _is_record(other):
        return _union(one, other, path)
    pairs = list(zip(get_args(one), get_args(other), strict=False))
    if not pairs or _shape(one) != _shape(other):
        raise WronglyRead(f"{path} is read as {one} and as {other}; let both read it alike, an id as text")
    return generic(one, tuple(merged(*pair, path) for pair in pairs))


def _union(one: Record, other: Record, path: str) -> Record:
    by_name = {field.name: field for field in fields_of_record(one)}
    types = {name: field.type for name, field in by_name.items()}
    for field in fields_of_record(other):
        own = types.get(field.name, field.type)
        types[field.name] = merged(own, field.type, f"{path}.{field.name}")
        by_name[field.name] = field
    return _defined(one.__name__, [(name, types[name], *_default(by_name[name])) for name in types])


def paths_of(kind: Any, prefix: str = "") -> Iterator[str]:
    """The fields of a record, and of the records within it, each by its way from the event."""
    if not _is_record(kind):
        for argument in get_args(kind):
            yield from paths_of(argument, prefix)
        return
    for field in fields_of_record(kind):
        yield prefix + field.name
        yield from paths_of(field.type, f"{prefix}{field.name}.")


def record(name: str, of: Any, types: Mapping[str, Any]) -> Record:
    """A record with the fields and defaults of a dataclass or an event, as far as types are given."""
    own = [one for one in dataclasses.fields(of) if one.name in types and one.name not in HEADER]
    return _defined(name, [(one.name, types[one.name], *_default(one)) for one in own])


def _defined(name: str, fields: list[Any]) -> Record:
    return msgspec.defstruct(name, fields, frozen=True, kw_only=True, gc=False)


def _default(field: Any) -> tuple[Any, ...]:
    """The default of a field of a dataclass or of a record, if it has one."""
    if field.default_factory not in (dataclasses.MISSING, msgspec.NODEFAULT):
        return (msgspec.field(default_factory=field.default_factory),)
    return () if field.default in (dataclasses.MISSING, msgspec.NODEFAULT) else (field.default,)


def _is_record(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _shape(kind: Any) -> tuple[Any, int]:
    origin = get_origin(kind)
    return Union if origin is UnionType else origin, len(get_args(kind))


def generic(kind: Any, arguments: tuple[Any, ...]) -> Any:
    """The same type of other arguments."""
    if arguments == get_args(kind):
        return kind
    if _shape(kind)[0] is Union:
        return Union[arguments]  # noqa: UP007 the members are not known beforehand
    return get_origin(kind)[arguments]
