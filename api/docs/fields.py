"""The fields of bodies, answers and queries as rows to read; what they say is Markdown."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from api.answers import MINOR_UNITS

Json = dict[str, Any]

_REFERENCE = "#/components/schemas/"
_FORMATS = {
    "uuid": "UUID",
    "date-time": "time",
    "date": "date",
    "int64": "money",
    "decimal": "decimal",
    "binary": "file",
}
_DEEPEST = 3
# A limit that only computers meet is none for people.
_ENDLESS = 10**12


@dataclass(frozen=True, kw_only=True)
class Field:
    """One row: a field by its path, what it is, and what it means."""

    name: str
    kind: str
    meaning: str
    limits: str
    is_required: bool


def fields_of(schema: Json, schemas: Json, *, deep: bool) -> Iterator[Field]:
    """The fields of an object; with `deep`, those of what it contains as well."""
    yield from _rows(schema, schemas, "", deep=deep)


def parameters_of(operation: Json, where: tuple[str, ...] = ("path", "query")) -> list[Field]:
    """The parameters of an operation's own, of the path first."""
    return [
        _row(
            parameter["name"],
            parameter["schema"],
            parameter["description"],
            is_required=parameter["required"],
            note=parameter["in"],
        )
        for parameter in operation["parameters"]
        if "$ref" not in parameter and parameter["in"] in where
    ]


def name_of(schema: Json) -> str | None:
    """The component that a schema, a list of it, or it-or-null refers to; None where it is one of several."""
    inners = (schema, schema.get("items", {}), *schema.get("anyOf", ()))
    names = {str(inner["$ref"]).removeprefix(_REFERENCE) for inner in inners if "$ref" in inner}
    return names.pop() if len(names) == 1 else None


def referred(content: Any) -> list[str]:
    """The components that something refers to, in any depth."""
    if isinstance(content, dict):
        reference = str(content.get("$ref", ""))
        here = [reference.removeprefix(_REFERENCE)] if reference.startswith(_REFERENCE) else []
        return here + [name for inner in content.values() for name in referred(inner)]
    return [name for inner in content for name in referred(inner)] if isinstance(content, list) else []


def _rows(schema: Json, schemas: Json, path: str, *, deep: bool) -> Iterator[Field]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        inner = name_of(field)
        meaning, linked = field.get("description", ""), inner if not deep else None
        # Of an answer all there is in it is always there, and only a body is shown in depth.
        yield _row(path + name, field, meaning, is_required=deep and name in required, linked=linked)
        if deep and inner is not None and path.count(".") < _DEEPEST:
            below = f"{path}{name}{'[]' if field.get('type') == 'array' else ''}."
            yield from _rows(schemas[inner], schemas, below, deep=deep)


def _row(
    name: str, schema: Json, meaning: str, *, is_required: bool, linked: str | None = None, note: str = ""
) -> Field:
    kind = _type_of(schema, linked)
    return Field(
        name=name,
        kind=f"{kind}, {note}" if note in ("path", "header") else kind,
        meaning=" ".join(meaning.removesuffix(MINOR_UNITS).split()),
        limits=" ".join(f"{limit}." for limit in _limits(schema)),
        is_required=is_required,
    )


def _type_of(schema: Json, linked: str | None) -> str:
    types = schema.get("type", [])
    kinds = [types] if isinstance(types, str) else list(types)
    nullable = "null" in kinds or any(inner == {"type": "null"} for inner in schema.get("anyOf", ()))
    name = linked or name_of(schema)
    if name is not None:
        shown = f"[{name}](#object-{name})" if linked else "object"
        shown = f"list of {shown}" if "array" in kinds else shown
        shown = f"{shown} or `{schema['pattern'].strip('^$')}`" if "string" in kinds else shown
    elif "array" in kinds:
        shown = f"list of {_type_of(schema['items'], None)}"
    else:
        shown = _FORMATS.get(schema.get("format", ""), kinds[0] if kinds else "object")
    return f"{shown} or null" if nullable else shown


def _limits(schema: Json) -> Iterator[str]:
    """What a value must keep to, after its meaning."""
    if "enum" in schema:
        yield "One of " + ", ".join(_visible(choice) for choice in schema["enum"] if choice is not None)
    low, high = schema.get("minimum", schema.get("exclusiveMinimum")), schema.get("maximum")
    if "exclusiveMinimum" in schema:
        yield f"Above {low}"
    elif low is not None and schema.get("format") != "int64":
        yield f"{low} to {high:,}" if high is not None and high < _ENDLESS else f"At least {low}"
    longest, most = schema.get("maxLength"), schema.get("maxItems", schema.get("maxProperties"))
    if longest is not None:
        yield f"At most {longest:,} characters"
    if most is not None:
        yield f"{'1 to' if schema.get('minItems') else 'At most'} {most:,}"
    for default in (schema[key] for key in ("default", "x-default") if key in schema):
        yield f"Default `{default if default and isinstance(default, str) else json.dumps(default)}`"


def _visible(choice: Any) -> str:
    """A choice as code; a tab, which nobody sees, as JSON writes it."""
    return f"`{json.dumps(choice)[1:-1] if str(choice).isspace() else choice}`"
