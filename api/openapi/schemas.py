"""Turns the schemas of bodies and queries into JSON Schema, as the document's components."""

import inspect
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields

from api.answers import MINOR_UNITS
from api.fields import (
    Anything,
    Body,
    Code,
    Currency,
    DayCut,
    Email,
    Exact,
    File,
    ManyOrWord,
    PositionOrMoment,
    SignedMoney,
)
from api.fields.places import FARTHEST
from domain import emails

Json = dict[str, Any]

_PATTERNS: Mapping[type[fields.Field[Any]], str] = {
    Code: r"^[A-Za-z0-9._-]{1,40}$",
    Currency: r"^[A-Z]{3}$",
    Email: rf"^{emails.PATTERN}$",
    DayCut: r"^([01]\d|2[0-3]):[0-5]\d$",
}


class Schemas:
    """The schemas of what is asked of clients, by the names of their components."""

    def __init__(self) -> None:
        self._first: dict[tuple[Any, ...], Schema] = {}
        self._kinds: dict[str, type[Schema]] = {}
        # NOTE: apispec says that it passes classes, and passes the schemas it was given.
        plugin = MarshmallowPlugin(schema_name_resolver=cast("Any", self._resolve))
        self._spec = APISpec("", "", "3.1.0", plugins=[plugin])
        self._converter = cast("Any", plugin.converter)
        for refine in (_write_exactly, _allow_word, _allow_time, _leave_out_noise, _refer_to_shapes):
            self._converter.add_attribute_function(refine)

    def refer(self, schema: Schema) -> Json:
        """A reference to the schema's component, which is written if it is new."""
        # Schemas made from a declaration may be made twice; they are the same if they look the same.
        look = (type(schema).__name__, tuple(schema.fields), bool(schema.partial))
        reference: Json = self._converter.resolve_nested_schema(self._first.setdefault(look, schema))
        return reference

    def properties(self, schema: Schema) -> dict[str, tuple[Json, bool]]:
        """The fields of a schema by the name clients use: JSON Schema, and whether it is required."""
        return {
            field.data_key or name: (self._converter.field2property(field), field.required)
            for name, field in schema.fields.items()
        }

    def _resolve(self, schema: Schema) -> str:
        """The component's name; of two schemas called the same, the later is called by its module."""
        kind = type(schema)
        if self._kinds.setdefault(kind.__name__, kind) is kind:
            return kind.__name__
        return f"{kind.__module__.rpartition('.')[2].title().replace('_', '')}{kind.__name__}"

    def components(self) -> dict[str, Json]:
        """Every schema that was referred to."""
        written: dict[str, Json] = self._spec.to_dict().get("components", {}).get("schemas", {})
        for (kind, *_), name in self._converter.refs.items():
            if kind.__doc__:
                written[name]["description"] = " ".join(inspect.cleandoc(kind.__doc__).split())
            for field in written[name]["properties"].values():
                # Clients of strict types take a `default` for what is always there, and it may be left out.
                if "default" in field:
                    field["x-default"] = field.pop("default")
            if issubclass(kind, Body) and kind.example:
                written[name]["examples"] = [kind.example]
        return written


def _write_exactly(_converter: Any, field: fields.Field[Any], *, ret: Json, **_: Any) -> Json:
    """Patterns, limits and units that apispec cannot know of our own fields."""
    if isinstance(field, SignedMoney):
        return {"format": "int64", "description": f"{ret.get('description', '')} {MINOR_UNITS}"}
    if isinstance(field, Exact):
        return _decimal(field)
    if isinstance(field, File):
        return {"type": "string", "format": "binary"}
    if isinstance(field, fields.Dict) and "maxLength" in ret:
        return {"maxProperties": ret.pop("maxLength")}
    pattern = _PATTERNS.get(type(field))
    if pattern is None:
        return {}
    ret.pop("maxLength", None)
    return {"pattern": pattern}


def _allow_word(_converter: Any, field: fields.Field[Any], **_: Any) -> Json:
    """A list that one word may stand for."""
    if not isinstance(field, ManyOrWord):
        return {}
    types = ["array", "string", *(["null"] if field.allow_none else [])]
    return {"type": types, "pattern": f"^{field.word}$"}


def _allow_time(_converter: Any, field: fields.Field[Any], **_: Any) -> Json:
    """A position that a time may stand for."""
    if not isinstance(field, PositionOrMoment):
        return {}
    return {"type": ["integer", "string"], "minimum": 1, "maximum": FARTHEST, "format": "date-time"}


def _decimal(field: Exact) -> Json:
    floor = field.above if field.above is not None else field.least
    sign = "" if floor is not None and floor >= 0 else "-?"
    schema: Json = {
        "type": ["string", "number", *(["null"] if field.allow_none else [])],
        "format": "decimal",
        "pattern": rf"^{sign}\d{{1,12}}(\.\d{{1,5}})?$",
        "maximum": field.most,
    }
    if field.above is not None:
        schema["exclusiveMinimum"] = field.above
    if field.least is not None:
        schema["minimum"] = field.least
    return schema


def _leave_out_noise(_converter: Any, field: fields.Field[Any], *, ret: Json, **_: Any) -> Json:
    """A default of null, an empty minimum, or a default that an edit does not apply says nothing.

    A default that is a decimal is written as clients write it.
    """
    if ret.get("minLength") == 0:
        del ret["minLength"]
    if "default" in ret and (ret["default"] is None or getattr(field.parent, "partial", None)):
        del ret["default"]
    if isinstance(ret.get("default"), Decimal):
        ret["default"] = f"{ret['default']:f}"
    return {}


def _refer_to_shapes(converter: Any, field: fields.Field[Any], **_: Any) -> Json:
    """Of an object that whoever takes it looks at: what it may be."""
    shapes = field.shapes if isinstance(field, Anything) else ()
    return {"anyOf": [converter.resolve_nested_schema(shape) for shape in shapes]} if shapes else {}
