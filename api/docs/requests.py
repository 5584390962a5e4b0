"""An operation as a request to copy, in each language there is."""

from typing import Any

from api.docs.markup import json_of
from api.media import CSV, JSON

Json = dict[str, Any]


def samples_of(method: str, path: str, operation: Json) -> list[tuple[str, str]]:
    """The request in each language of the tabs (`markup.LANGUAGES`), by its key."""
    return [("curl", curl(method, path, operation))]


def curl(method: str, path: str, operation: Json, body: Json | None = None) -> str:
    """The operation as a command line, with its example or another body."""
    query = "&".join(
        f"{parameter['name']}={_sample(parameter['schema'])}"
        for parameter in operation["parameters"]
        if parameter.get("in") == "query" and parameter["required"]
    )
    address = f"$MIPOS{path}" + (f"?{query}" if query else "")
    verb = "" if method == "get" else f"-X {method.upper()} "
    lines = [f'curl {verb}"{address}"']
    if operation.get("security") != []:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if "requestBody" in operation:
        lines += _sent({JSON: {"example": body}} if body else operation["requestBody"]["content"])
    return " \\\n  ".join(lines)


def _sent(content: Json) -> list[str]:
    if JSON in content:
        body = json_of(content[JSON]["example"]).replace("'", "'\\''")
        return [f'-H "Content-Type: {JSON}"', f"-d '{body}'"]
    if CSV in content:
        return [f'-H "Content-Type: {CSV}"', "--data-binary @products.csv"]
    return [f'-F "{name}=@picture.jpg"' for form in content.values() for name in form.get("encoding", ())]


def _sample(schema: Json) -> str:
    return "2026-03-14" if schema.get("format") == "date" else str(schema.get("default", "…"))
