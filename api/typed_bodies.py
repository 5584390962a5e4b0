"""Bodies decoded straight into types that follow from their schema, as long as nothing is wrong with them.

A schema finds whatever is wrong and says it well, for which it takes ten times as long as to see that all is
right. Nothing is declared or decided here: a body that its types do not fit is loaded by the schema itself.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, cast
from uuid import UUID

import msgspec
from marshmallow import Schema, ValidationError, fields, missing
from msgspec import UNSET, UnsetType

from api.fields import Body, Choice, Day, Exact, Flag, Id, Many, Moment, Object, Secret, Text, Whole

#: Makes of what was decoded what a field makes of it. Raises ValidationError.
Convert = Callable[[Any], Any]
#: How it is told that a body is to be loaded by its schema.
UNFIT = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValidationError)

# Larger ones are not read alike by all.
_Number = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
#: How JSON says what these fields hold, in the way that most clients choose.
_KINDS: Mapping[tuple[type[Any], ...], Any] = {
    (Text, Choice, Secret, Moment, Day, Id): str,
    (Exact,): str | _Number,
    (Whole,): _Number,
    (Flag,): bool,
}


class _Untyped(Exception):
    """Types do not say all that this schema or field does."""


@cache
def decoder_of(schema: Schema) -> Callable[[bytes], dict[str, Any]] | None:
    """Decodes a body as the schema would load it, or raises one of UNFIT; None where no types follow."""
    try:
        kind, convert = _object(schema)
    except _Untyped:
        return None
    decode = msgspec.json.Decoder(kind).decode
    return lambda raw: cast("dict[str, Any]", convert(decode(raw)))


def _object(schema: Schema) -> tuple[Any, Convert]:
    """The type of what a schema loads, and what makes of it what the schema would."""
    # NOTE: marshmallow tells nowhere else whether a schema does more than its fields.
    if not isinstance(schema, Body) or schema.partial or any(schema._hooks.values()):  # noqa: SLF001
        raise _Untyped
    declared: list[Any] = []
    steps: list[tuple[str, Convert | None, Any]] = []
    for key, field in schema.load_fields.items():
        name = field.attribute or key
        if not name.isidentifier():
            raise _Untyped
        kind, convert = _value(field)
        encoded = msgspec.field(name=field.data_key or key, **_default(field))
        declared.append((name, kind | UnsetType, encoded))
        if convert is not None or not (field.required or field.load_default is None):
            steps.append((name, convert, field.load_default))
    made = msgspec.defstruct(
        type(schema).__name__, declared, kw_only=True, forbid_unknown_fields=True, gc=False
    )
    return made, lambda record: _loaded(record, steps)


def _default(field: fields.Field[Any]) -> dict[str, Any]:
    """What stands for a field that is left out, until it is known what that is to be."""
    if field.required:
        return {}
    return {"default": None if field.load_default is None else UNSET}


def _loaded(record: msgspec.Struct, steps: list[tuple[str, Convert | None, Any]]) -> dict[str, Any]:
    values = msgspec.structs.asdict(record)
    for name, convert, default in steps:
        value = values[name]
        if value is UNSET:
            if default is missing:
                del values[name]
            else:
                values[name] = default() if callable(default) else default
        elif value is not None and convert is not None:
            values[name] = convert(value)
    return values


def _value(field: fields.Field[Any]) -> tuple[Any, Convert | None]:
    """The type of a field's values, and what is left to be made of them."""
    kind, convert = _bare(field)
    return (kind | None if field.allow_none else kind), convert


def _bare(field: fields.Field[Any]) -> tuple[Any, Convert | None]:
    if type(field) is Id:
        return UUID, None
    if type(field) is Object and not field.many:
        return _object(field.schema)
    if type(field) is Many:
        return _list(field)
    for classes, kind in _KINDS.items():
        if isinstance(field, classes) and not (field.pre_load or field.post_load):
            return kind, field.taken
    raise _Untyped


def _list(field: Many) -> tuple[Any, Convert]:
    kind, convert = _value(field.inner)

    def converted(members: list[Any]) -> list[Any]:
        for validate in field.validators:
            validate(members)
        if convert is None:
            return members
        return [None if member is None else convert(member) for member in members]

    return list[kind], converted  # type: ignore[valid-type]
