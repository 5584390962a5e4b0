"""The record of a kind of setting, made from the fields that requests have of it."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from marshmallow import fields
from msgspec import UNSET, UnsetType

from api import fields as inputs
from api.answers import (
    Answer,
    Clock,
    Code,
    CreatedAt,
    Currency,
    Email,
    Id,
    Meaning,
    Money,
    OwnId,
    Percent,
    Quantity,
    UpdatedAt,
    Version,
)
from domain.settings import Setting

#: What is answered of a field, by its class or the first one it is made from.
_TYPES: Mapping[type[Any], Any] = {
    inputs.Text: str,
    inputs.Code: Code,
    inputs.Currency: Currency,
    inputs.DayCut: Clock,
    inputs.Email: Email,
    inputs.Flag: bool,
    inputs.Id: Id,
    inputs.Money: Money,
    inputs.Whole: int,
    inputs.Percent: Percent,
    inputs.Exact: Quantity,
}


def record_of(
    kind: type[Setting],
    declared: Mapping[str, fields.Field[Any]],
    *,
    owner: str | None,
    position: type[Answer] | None,
) -> type[Answer]:
    """The record: its id, its fields, to what it belongs, its life, and where in a tree it stands."""
    name = f"{kind.__name__}Answer"
    record: Any = msgspec.defstruct(name, [*_fields(kind, declared, owner, position)], bases=(Answer,))
    record.__doc__ = f"{kind.noun.capitalize()}: one of them as it stands."
    return record  # type: ignore[no-any-return] # it is made here


def _fields(
    kind: type[Setting],
    declared: Mapping[str, fields.Field[Any]],
    owner: str | None,
    position: type[Answer] | None,
) -> Iterator[Any]:
    statuses = ["active", *(["inactive"] if kind.switches() else []), "archived"]
    yield "id", OwnId
    for name, field in declared.items():
        yield name, Annotated[_nullable(field), _meaning(field)]
    if owner is not None and owner not in declared:
        yield owner, Annotated[Id, Meaning(f"The {owner.removesuffix('_id')} that it belongs to.")]
    yield "status", Annotated[Literal[tuple(statuses)], Meaning("Where it stands in its life.")]
    yield "version", Version
    yield "created_at", CreatedAt
    yield "updated_at", UpdatedAt
    for name, hint in get_type_hints(position, include_extras=True).items() if position else ():
        yield name, hint | UnsetType, UNSET


def _nullable(field: fields.Field[Any]) -> Any:
    answered = _type(field)
    return answered | None if field.allow_none else answered


def _type(field: fields.Field[Any]) -> Any:
    if isinstance(field, inputs.Choice):
        return Literal[field.words]
    if isinstance(field, inputs.Many):
        return list[_type(field.inner)]  # type: ignore[misc] # it is known only here
    return next(_TYPES[base] for base in type(field).__mro__ if base in _TYPES)


def _meaning(field: fields.Field[Any]) -> Meaning:
    metadata = field.metadata
    return Meaning(metadata.get("description", ""), next(iter(metadata.get("examples", ())), None))
