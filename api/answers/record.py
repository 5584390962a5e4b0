"""The record that an answer is, and what is declared of its fields.

    class LineAnswer(Answer):
        name: Annotated[str, Meaning("What it is called.", "Espresso beans")]
        unit_cost: Annotated[Money, Cost("What one of them cost, rounded.")]

The presenter constructs it and msgspec encodes it; the document and what is hidden follow from it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from types import UnionType
from typing import Annotated, Any, Final, Self, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec
from msgspec import UnsetType


class Answer(msgspec.Struct, gc=False):
    """Base of the records; what is left out for somebody is set to UNSET, which is not encoded."""

    @classmethod
    def of(cls, source: Any) -> Self:
        """The record of a row, an aggregate or a value that has its fields, those within it included."""
        return msgspec.convert(source, cls, from_attributes=True)


#: The example of a field that is null where nothing of it has happened, as in most answers.
NULL: Final = object()


@dataclass(frozen=True, eq=False)
class Meaning:
    """What a field means, by an example, and the permission without which it is left out."""

    text: str
    example: Any = None
    permission: str | None = None


A = TypeVar("A", bound=Answer)


@dataclass(frozen=True, eq=False)
class Cost(Meaning):
    """The meaning of what tells of costs, margins or profits."""

    permission: str | None = "costs.view"


#: What takes to see what a drawer should hold, where the company has drawers counted blind.
VIEW_EXPECTED = "shifts.view_expected"


@dataclass(frozen=True, eq=False)
class Expected(Meaning):
    """The meaning of what tells what a drawer should hold, or what was paid by method."""

    permission: str | None = VIEW_EXPECTED


@dataclass(frozen=True, eq=False)
class Format:
    """How values of a type are written, beyond the type itself, and the unit they are in."""

    schema: Mapping[str, Any] = field(default_factory=dict)
    unit: str = ""
    example: Any = None


@dataclass(frozen=True, kw_only=True)
class AnswerField:
    """A field as it is declared: how the record and clients call it, its type, and its meaning."""

    attribute: str
    name: str
    type: Any
    meaning: Meaning
    #: Whether every answer has it, for those who may see it.
    is_required: bool

    @cached_property
    def formats(self) -> list[Format]:
        """How its values are written; what is nearest to the field comes last."""
        return [annotation for annotation in _all_annotations(self.type) if isinstance(annotation, Format)]

    @cached_property
    def example(self) -> Any:
        """That of its meaning, else of its type; None for none."""
        examples = [self.meaning.example, *(format_.example for format_ in reversed(self.formats))]
        return next((example for example in examples if example is not None), None)


class FieldWithoutMeaning(Exception):
    """A field of an answer says nothing of what it means; clients would have to guess."""


@cache
def fields_of(answer: type[Answer]) -> tuple[AnswerField, ...]:
    """The fields of an answer, in order. Raises FieldWithoutMeaning."""
    hints = get_type_hints(answer, include_extras=True)
    names = zip(answer.__struct_fields__, answer.__struct_encode_fields__, strict=True)
    return tuple(_field(answer, attribute, name, hints[attribute]) for attribute, name in names)


def with_examples(answer: type[A], name: str, **examples: Any) -> type[A]:
    """The same record, with other examples of these fields; None: those of what is in the field."""
    hints = get_type_hints(answer, include_extras=True)
    fields = []
    for attribute, example in examples.items():
        declared = next(one for one in fields_of(answer) if one.attribute == attribute)
        meaning = replace(declared.meaning, example=example)
        fields.append((attribute, Annotated[get_args(hints[attribute])[0], meaning]))
    made = msgspec.defstruct(name, fields, bases=(answer,), kw_only=True, gc=False, module=answer.__module__)
    made.__doc__ = answer.__doc__
    return cast("type[A]", made)


def meanings_of(answer: type[Answer]) -> Mapping[str, Mapping[str, Any]]:
    """What the fields of an answer mean, by their names, for the fields of a body that mean the same."""
    return {
        field.name: {"meaning": field.meaning.text, "example": field.example} for field in fields_of(answer)
    }


def _field(answer: type[Answer], attribute: str, name: str, hint: Any) -> AnswerField:
    members = members_of(hint)
    declared = tuple(member for member in members if member is not UnsetType)
    hint = Union[declared] if len(declared) < len(members) else hint  # noqa: UP007 its members are known only here
    meanings = [annotation for annotation in annotations_of(hint) if isinstance(annotation, Meaning)]
    if not meanings:
        raise FieldWithoutMeaning(f"{answer.__name__}.{attribute} declares no Meaning.")
    return AnswerField(
        attribute=attribute,
        name=name,
        type=hint,
        meaning=meanings[-1],
        is_required=UnsetType not in members and meanings[-1].permission is None,
    )


def annotations_of(hint: Any) -> tuple[Any, ...]:
    """What a type is annotated with, from the inside out."""
    return hint.__metadata__ if get_origin(hint) is Annotated else ()


def _all_annotations(hint: Any) -> list[Any]:
    """What a type, or what may stand in its place, is annotated with; the outermost comes last."""
    here = list(annotations_of(hint))
    bare = get_args(hint)[0] if here else hint
    within = [
        annotation
        for member in members_of(bare)
        if member is not bare
        for annotation in _all_annotations(member)
    ]
    return within + here


def members_of(hint: Any) -> tuple[Any, ...]:
    """The types that a union consists of; any other is alone."""
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def records_in(hint: Any) -> Iterator[type[Answer]]:
    """The records that values of a type are, or are lists of."""
    if isinstance(hint, type) and issubclass(hint, Answer):
        yield hint
    for inner in get_args(hint):
        yield from records_in(inner)


def check_meanings(answer: Any) -> None:
    """Raise FieldWithoutMeaning unless every field of an answer, and of the records within it, has one."""
    for record in records_in(answer):
        for declared in fields_of(record):
            check_meanings(declared.type)
