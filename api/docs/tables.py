"""Tables of fields: their names, types, limits and meanings."""

import json
from collections.abc import Iterator
from typing import Any

from api.answers import MINOR_UNITS
from api.docs.markup import attribute, code, escape, markdown

Json = dict[str, Any]

_REFERENCE = "#/components/schemas/"
_FORMATS = {
    "uuid": "UUID",
    "date-time": "time",
    "date": "date",
    "int64": "money",
    "decimal": "decimal",
}
_DEEPEST = 3
# A limit that only computers meet is none for people.
_ENDLESS = 10**12


def table_of(schema: Json, schemas: Json, *, deep: bool) -> str:
    """The fields of an object; with `deep`, those of what it contains as well."""
    rows = "".join(_rows(schema, schemas, "", deep=deep))
    return _table("Field", rows) if rows else ""


def table_of_parameters(parameters: list[Json]) -> str:
    """The parameters of an operation."""
    rows = "".join(
        _row(
            parameter["name"],
            parameter["schema"],
            parameter["description"],
            is_required=parameter["required"],
            note=parameter["in"],
        )
        for parameter in parameters
    )
    return _table("Parameter", rows) if rows else ""


def answered_objects(document: Json) -> list[str]:
    """The names of the objects that answers consist of, those within others included."""
    schemas = document["components"]["schemas"]
    waiting = [
        inner
        for methods in document["paths"].values()
        for operation in methods.values()
        for status, answer in operation["responses"].items()
        if status.startswith("2")
        for inner in _referred(answer)
    ]
    names: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in names:
            names.add(name)
            waiting += _referred(schemas[name])
    return sorted(names)


def name_of(schema: Json) -> str | None:
    """The component that a schema, a list of it, or it-or-null refers to."""
    for inner in (schema, schema.get("items", {}), *schema.get("anyOf", ())):
        if "$ref" in inner:
            return str(inner["$ref"]).removeprefix(_REFERENCE)
    return None


def _referred(content: Any) -> list[str]:
    if isinstance(content, dict):
        reference = str(content.get("$ref", ""))
        here = [reference.removeprefix(_REFERENCE)] if reference.startswith(_REFERENCE) else []
        return here + [name for inner in content.values() for name in _referred(inner)]
    return [name for inner in content for name in _referred(inner)] if isinstance(content, list) else []


def _table(title: str, rows: str) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in (title, "Type", "Meaning"))
    return (
        f'<div class="wide"><table class="fields"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _rows(schema: Json, schemas: Json, path: str, *, deep: bool) -> Iterator[str]:
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
) -> str:
    path, _, last = name.rpartition(".")
    shown = (f"<small>{escape(path)}.</small><wbr>" if path else "") + escape(last)
    marks = '<em class="must">required</em>' if is_required else ""
    kind = _type_of(schema, linked)
    where = f" <small>{escape(note)}</small>" if note in ("path", "header") else ""
    return (
        f"<tr><th><code>{shown}</code>{marks}</th><td>{kind}{where}</td>"
        f"<td>{_inline(meaning.removesuffix(MINOR_UNITS))}{_limits(schema)}</td></tr>"
    )


def _inline(text: str) -> str:
    return markdown(text).strip().removeprefix("<p>").removesuffix("</p>")


def _type_of(schema: Json, linked: str | None) -> str:
    types = schema.get("type", [])
    kinds = [types] if isinstance(types, str) else list(types)
    nullable = "null" in kinds or any(inner == {"type": "null"} for inner in schema.get("anyOf", ()))
    name = linked or name_of(schema)
    if name is not None:
        shown = f'<a href="#object-{attribute(name)}">{escape(name)}</a>' if linked else "object"
        shown = f"list of {shown}" if "array" in kinds else shown
        shown = f"{shown} or {code(schema['pattern'].strip('^$'))}" if "string" in kinds else shown
    elif "array" in kinds:
        shown = f"list of {_type_of(schema['items'], None)}"
    else:
        shown = escape(_FORMATS.get(schema.get("format", ""), kinds[0] if kinds else "object"))
    return f"{shown} or null" if nullable else shown


def _limits(schema: Json) -> str:
    """What a value must keep to, after its meaning."""
    limits = []
    if "enum" in schema:
        limits.append(
            "One of " + ", ".join(code(str(choice)) for choice in schema["enum"] if choice is not None)
        )
    low, high = schema.get("minimum", schema.get("exclusiveMinimum")), schema.get("maximum")
    if "exclusiveMinimum" in schema:
        limits.append(f"Above {low}")
    elif low is not None and schema.get("format") != "int64":
        limits.append(f"{low} to {high:,}" if high is not None and high < _ENDLESS else f"At least {low}")
    longest, most = schema.get("maxLength"), schema.get("maxItems", schema.get("maxProperties"))
    if longest is not None:
        limits.append(f"At most {longest:,} characters")
    if most is not None:
        limits.append(f"{'1 to' if schema.get('minItems') else 'At most'} {most:,}")
    if "default" in schema:
        limits.append(f"Default {code(_written(schema['default']))}")
    return "".join(f' <span class="limit">{limit}.</span>' for limit in limits)


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
