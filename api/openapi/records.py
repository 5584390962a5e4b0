"""Turns the records of answers into JSON Schema, as the document's components."""

import inspect
from datetime import date, datetime
from decimal import Decimal
from types import NoneType
from typing import Any, Literal, get_args, get_origin
from uuid import UUID

from api.answers.record import (
    NULL,
    VIEW_EXPECTED,
    Answer,
    AnswerField,
    Format,
    annotations_of,
    fields_of,
    members_of,
)

Json = dict[str, Any]

_PLAIN: dict[Any, Json] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    UUID: {"type": "string", "format": "uuid"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    Decimal: {"type": "string", "format": "decimal", "pattern": r"^-?\d+(\.\d+)?$"},
    Any: {},
}


class Records:
    """The records that answers consist of, by the names of their components."""

    def __init__(self) -> None:
        self._records: dict[str, type[Answer]] = {}
        self._components: dict[str, Json] = {}

    def components(self) -> dict[str, Json]:
        """The schema of every record that was referred to."""
        return self._components

    def schema_of(self, hint: Any) -> Json:
        """The JSON Schema of a type; records are referred to, and written down if they are new."""
        if (annotations := annotations_of(hint)) != ():
            inner = self.schema_of(get_args(hint)[0])
            formats = [format_.schema for format_ in annotations if isinstance(format_, Format)]
            return {name: value for part in (inner, *formats) for name, value in part.items()}
        if hint in _PLAIN:
            return dict(_PLAIN[hint])
        if isinstance(hint, type) and issubclass(hint, Answer):
            return self._refer(hint)
        return self._composed(hint)

    def _composed(self, hint: Any) -> Json:
        origin, inner = get_origin(hint), get_args(hint)
        if origin in (list, tuple):
            return {"type": "array", "items": self.schema_of(inner[0])}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.schema_of(inner[1])}
        if origin is Literal:
            return {"type": "string", "enum": list(inner)}
        if len(members := members_of(hint)) == 1:
            raise NotAnAnswer(f"No answer is made of {hint}.")
        return self._any_of(members)

    def _any_of(self, members: tuple[Any, ...]) -> Json:
        """A union: null joins the types of a plain value, and stands beside a record."""
        schemas = [self.schema_of(member) for member in members if member is not NoneType]
        if NoneType not in members:
            return {"anyOf": schemas}
        if len(schemas) == 1 and "type" in schemas[0]:
            return _or_null(schemas[0])
        return {"anyOf": [*schemas, {"type": "null"}]}

    def _refer(self, record: type[Answer]) -> Json:
        name = record.__name__.removesuffix("Answer")
        if self._records.setdefault(name, record) is not record:
            raise TwoRecordsOfOneName(f"Two records of answers are called {name}.")
        if name not in self._components:
            self._components[name] = {}
            self._components[name] = self._component(record)
        return {"$ref": f"#/components/schemas/{name}"}

    def _component(self, record: type[Answer]) -> Json:
        fields = fields_of(record)
        return {
            "type": "object",
            "description": " ".join(inspect.cleandoc(record.__doc__ or "").split()),
            "properties": {field.name: self._property(field) for field in fields},
            "required": [field.name for field in fields if field.is_required],
        }

    def _property(self, field: AnswerField) -> Json:
        units = [format_.unit for format_ in field.formats if format_.unit]
        permission = field.meaning.permission
        where = ", where the company has drawers counted blind" if permission == VIEW_EXPECTED else ""
        who = [f"Only with `{permission}`{where}."] if permission else []
        schema = {
            **self.schema_of(field.type),
            "description": " ".join([field.meaning.text, *who, *units[-1:]]),
        }
        if field.example is not None:
            schema["examples"] = [None if field.example is NULL else field.example]
        if permission:
            schema["x-permission"] = permission
        return schema


class NotAnAnswer(Exception):
    """A field of an answer has a type that clients could make nothing of."""


class TwoRecordsOfOneName(Exception):
    """Two records of answers have the same name, and clients would take one for the other."""


def _or_null(schema: Json) -> Json:
    enum = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [schema["type"], "null"], **enum}
