"""Makes an example of a schema, so that every request and answer can be shown before it is sent."""

import hashlib
from typing import Any
from uuid import UUID

Json = dict[str, Any]

_REFERENCE = "#/components/schemas/"


def example_of(schema: Json, schemas: Json, name: str = "") -> Any:
    """An example of a schema; `schemas` are the components it refers to, `name` the field it belongs to."""
    if "$ref" in schema and "examples" not in schema:
        return example_of(schemas[schema["$ref"].removeprefix(_REFERENCE)], schemas, name)
    if "anyOf" in schema and "examples" not in schema:
        return example_of(schema["anyOf"][0], schemas, name)
    chosen = [schema["const"]] if "const" in schema else schema.get("examples", [])[:1]
    chosen += [schema["default"]] if "default" in schema else schema.get("enum", [])[:1]
    return chosen[0] if chosen else _invented(schema, schemas, name)


def _invented(schema: Json, schemas: Json, name: str) -> Any:
    types = schema.get("type", "object")
    kind = types if isinstance(types, str) else types[0]
    if kind == "object":
        return {
            inner: example_of(field, schemas, inner) for inner, field in schema.get("properties", {}).items()
        }
    if kind == "array":
        return [example_of(schema["items"], schemas, name.removesuffix("s"))]
    if isinstance(types, list) and "null" in types:
        return None
    return _plain(kind, schema.get("format", ""), name)


def without_nulls(value: Any) -> Any:
    """The same without what is null: what a client would not bother to send."""
    if isinstance(value, dict):
        return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list) else value


def _plain(kind: str, form: str, name: str) -> Any:
    if form == "uuid":
        return str(UUID(bytes=hashlib.sha256(name.encode()).digest()[:16], version=4))
    if form in ("date", "date-time"):
        return "2026-03-14" if form == "date" else "2026-03-14T09:26:53Z"
    if form == "decimal":
        return "1"
    return {"integer": 0, "number": 0, "boolean": True}.get(kind, "…")
