"""Objects in Markdown."""

from typing import Any

from api.docs.fields import fields_of
from api.docs.plain.tables import plain_table

Json = dict[str, Any]


def plain_objects(document: Json, names: list[str]) -> str:
    """Objects, each under a heading of its own."""
    schemas = document["components"]["schemas"]
    return "\n\n".join(
        f'### <a id="object-{name}"></a>{name}\n\n{schemas[name].get("description", "")}\n\n'
        f"{plain_table(fields_of(schemas[name], schemas, deep=False))}".strip()
        for name in names
    )
