"""Turns the schemas of bodies and answers into JSON Schema, as the document's components."""

import inspect
from collections.abc import Mapping
from typing import Any, cast

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields

from api.fields import Code, Currency, DayCut, Email, Exact, File, Money
from api.openapi.vocabulary import meaning_of

Json = dict[str, Any]

#: Ends the description of every amount.
MINOR_UNITS = "In minor currency units."

_PATTERNS: Mapping[type[fields.Field[Any]], str] = {
    Code: r"^[A-Za-z0-9._-]{1,40}$",
    Currency: r"^[A-Z]{3}$",
    Email: r"^[^@\s]+@[^@\s]+$",
    DayCut: r"^([01]\d|2[0-3]):[0-5]\d$",
}
#: What is said of a field that is only asked of it, or only matters when it is sent.
_ASKED_ONLY = ("default", "minLength", "maxLength", "maxItems", "minItems", "maxProperties", "writeOnly")


class Book:
    """The schemas of one direction: what is asked of clients, or what they are answered.

    The same schema may serve both, but promises differ: a decimal may be sent as a number and is answered as
    a string, and answers may grow fields that clients do not know yet.
    """

    def __init__(self, *, answers: bool) -> None:
        self._answers = answers
        self._first: dict[tuple[Any, ...], Schema] = {}
        self._kinds: dict[str, type[Schema]] = {}
        # NOTE: apispec says that it passes classes, and passes the schemas it was given.
        plugin = MarshmallowPlugin(schema_name_resolver=cast("Any", self._resolve))
        self._spec = APISpec("", "", "3.1.0", plugins=[plugin])
        self._converter = cast("Any", plugin.converter)
        for refine in (_write_exactly, _explain, _leave_out_noise, *((_as_answered,) if answers else ())):
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
        name = _answer_name(kind) if self._answers else kind.__name__
        if self._kinds.setdefault(name, kind) is kind:
            return name
        return f"{kind.__module__.rpartition('.')[2].title().replace('_', '')}{name}"

    def components(self) -> dict[str, Json]:
        """Every schema that was referred to."""
        found: dict[str, Json] = self._spec.to_dict().get("components", {}).get("schemas", {})
        for (kind, *_), name in self._converter.refs.items():
            if kind.__doc__:
                found[name]["description"] = " ".join(inspect.cleandoc(kind.__doc__).split())
            if self._answers:
                found[name].pop("additionalProperties", None)
        return found


def _answer_name(kind: type[Schema]) -> str:
    return kind.__name__.removesuffix("Answer").removesuffix("Body")


def _write_exactly(_converter: Any, field: fields.Field[Any], *, ret: Json, **_: Any) -> Json:
    """Patterns and limits that apispec cannot know of our own fields."""
    if isinstance(field, Money):
        return {"format": "int64"}
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


def _decimal(field: Exact) -> Json:
    floor = field.above if field.above is not None else field.least
    sign = "" if floor is not None and floor >= 0 else "-?"
    told: Json = {
        "type": ["string", "number", *(["null"] if field.allow_none else [])],
        "format": "decimal",
        "pattern": rf"^{sign}\d{{1,12}}(\.\d{{1,5}})?$",
        "maximum": field.most,
    }
    if field.above is not None:
        told["exclusiveMinimum"] = field.above
    if field.least is not None:
        told["minimum"] = field.least
    return told


def _explain(_converter: Any, field: fields.Field[Any], *, ret: Json, **_: Any) -> Json:
    """Add what the field means, and an example, unless its metadata said so."""
    if not isinstance(field.parent, Schema):
        return {}
    name = field.data_key or str(field.name)
    meaning, example = meaning_of(type(field.parent).__name__, name)
    told: Json = {}
    if meaning := ret.get("description", meaning):
        told["description"] = f"{meaning} {MINOR_UNITS}" if isinstance(field, Money) else meaning
    if example is not None and not {"enum", "examples"} & ret.keys() and _is_of_type(example, ret):
        told["examples"] = [example]
    return told


def _is_of_type(example: Any, told: Json) -> bool:
    kinds = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict, "number": int}
    types: str | list[str] = told.get("type", [])
    return any(isinstance(example, kinds[name]) for name in _listed(types) if name in kinds)


def _leave_out_noise(_converter: Any, field: fields.Field[Any], *, ret: Json, **_: Any) -> Json:
    """A default of null, an empty minimum, or a default that an edit does not apply says nothing."""
    if ret.get("minLength") == 0:
        del ret["minLength"]
    if "default" in ret and (ret["default"] is None or getattr(field.parent, "partial", None)):
        del ret["default"]
    return {}


def _as_answered(_converter: Any, field: fields.Field[Any], *, ret: Json, **_: Any) -> Json:
    """What an answer promises of a field."""
    for name in _ASKED_ONLY:
        ret.pop(name, None)
    ret.pop("maximum", None)
    if field.metadata.get("is_cost"):
        ret["x-permission"] = "costs.view"
    if not isinstance(field, Exact):
        return {}
    for name in ("minimum", "exclusiveMinimum"):
        ret.pop(name, None)
    return {
        "type": ["string", "null"] if field.allow_none else "string",
        "pattern": r"^-?\d+(\.\d+)?$",
    }


def _listed(types: str | list[str]) -> list[str]:
    return [types] if isinstance(types, str) else list(types)
