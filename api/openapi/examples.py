"""Makes an example of a schema, so that every request and answer can be shown before it is sent."""

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.openapi.demo import DEMO_IDS

Json = dict[str, Any]

_REFERENCE = "#/components/schemas/"
#: What a request leaves out, unless it must say it.
_OURS = frozenset({"id", "occurred_at"})
#: What is shown though it may be null: nobody who serves in several stores can sell without it.
_NAMED = frozenset({"register_id"})


def example_of(schema: Json, schemas: Json, name: str = "") -> Any:
    """An example of a schema; `schemas` are the components it refers to, `name` the field it belongs to."""
    return _Maker(schemas).example(schema, name)


def request_example(schema: Json, schemas: Json) -> Any:
    """An example of a body that can be sent as it stands, also a second time.

    What the server says by itself is left out: an id (it would be taken), when it happened (long ago).
    """
    return _without_nulls(_Maker(schemas, leaves_out=True).example(schema))


@dataclass(frozen=True)
class _Maker:
    schemas: Json
    leaves_out: bool = False

    def example(self, schema: Json, name: str = "") -> Any:
        if "$ref" in schema and "examples" not in schema:
            return self.example(self.schemas[schema["$ref"].removeprefix(_REFERENCE)], name)
        if "anyOf" in schema and "examples" not in schema:
            return self.example(schema["anyOf"][0], name)
        chosen = [schema["const"]] if "const" in schema else schema.get("examples", [])[:1]
        defaults = [schema[key] for key in ("default", "x-default") if key in schema]
        chosen += defaults or schema.get("enum", [])[:1]
        return chosen[0] if chosen else self._invented(schema, name)

    def _invented(self, schema: Json, name: str) -> Any:
        types = schema.get("type", "object")
        kind = types if isinstance(types, str) else types[0]
        if kind == "object":
            return {
                inner: self.example(field, inner)
                for inner, field in schema.get("properties", {}).items()
                if not (self.leaves_out and _is_ours(inner, field, schema))
            }
        if kind == "array":
            return [self.example(schema["items"], name.removesuffix("s"))]
        if isinstance(types, list) and "null" in types and name not in _NAMED:
            return None
        return _plain(kind, schema.get("format", ""), name)


def _is_ours(name: str, field: Json, schema: Json) -> bool:
    """Whether the server says it where a client does not; an example of its own shows what it is for."""
    return name in _OURS and name not in schema.get("required", ()) and "examples" not in field


def _without_nulls(value: Any) -> Any:
    """The same without what is null: what a client would not bother to send."""
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value


def _plain(kind: str, form: str, name: str) -> Any:
    if form == "uuid":
        return DEMO_IDS.get(name) or str(UUID(bytes=hashlib.sha256(name.encode()).digest()[:16], version=4))
    if form in ("date", "date-time"):
        return "2026-03-14" if form == "date" else "2026-03-14T09:26:53Z"
    if form == "decimal":
        return "1"
    return {"integer": 0, "number": 0, "boolean": True}.get(kind, "…")
