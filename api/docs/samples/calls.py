"""What a sample sends: an operation with an example of everything that it cannot do without."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from api.media import CSV, ESCPOS, FORM, HTML, ICO, JAVASCRIPT, JSON, PDF, SVG, TEXT, WEBP, XLSX
from api.openapi.examples import example_of

Json = dict[str, Any]

_PLACE = re.compile(r"{(\w+)}")
#: What parts of paths are that are no ids; none of these are in the document.
_WORDS: Mapping[str, str] = {
    "name": "report_sales",
    "position": "1",
    "size": "1",
    "epoch": "1",
    "level": "0",
    "tile": "000",
    "code": "MI-T1-000001",
    "token": "rcpt_1",
}
#: A month, of which the reports are.
_DAYS: Mapping[str, str] = {"from": "2026-03-01", "to": "2026-03-31"}
#: How the files are called that answers are kept in, by their media type; what is no file is shown.
_ENDINGS: Mapping[str, str] = {
    CSV: "csv",
    XLSX: "xlsx",
    PDF: "pdf",
    WEBP: "webp",
    ICO: "ico",
    ESCPOS: "bin",
}
_SHOWN = frozenset({HTML, TEXT, JAVASCRIPT, SVG})


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request, in no language yet."""

    method: str
    path: str
    #: Parameters of the path by their names, each with an example.
    ids: Mapping[str, str]
    query: tuple[tuple[str, str], ...]
    is_signed: bool
    #: Whether repeating it would do it twice, but for a key.
    takes_key: bool
    body: Any = None
    #: The media type of a file that is sent, and what it is called.
    file: tuple[str, str] | None = None
    #: The fields of a form that are files.
    form: tuple[str, ...] = ()
    #: What the answer is kept in, if it is a file.
    kept: str | None = None
    #: Whether the answer is an envelope, whose data are shown.
    has_data: bool = True


def call_of(method: str, path: str, operation: Json, body: Json | None = None) -> Call:
    """An operation with its examples, or with another body."""
    content = operation.get("requestBody", {}).get("content", {})
    media = next(iter(_success(operation)), JSON)
    is_json = JSON in _success(operation) or media == JSON
    return Call(
        method=method.upper(),
        path=path,
        ids=dict(_ids(path, operation)),
        query=tuple(_query(operation)),
        is_signed=operation.get("security") != [],
        takes_key=method == "post"
        and not path.endswith("/quote")
        and _has_header(operation, "Idempotency-Key"),
        body=body if body is not None else content.get(JSON, {}).get("example"),
        file=(CSV, "products.csv") if CSV in content else None,
        form=tuple(content.get(FORM, {}).get("encoding", ())),
        kept=None if is_json or media in _SHOWN else _file_name(path, media),
        has_data=is_json and path != "/api/openapi.json",
    )


def _success(operation: Json) -> Json:
    """The contents that the operation answers with when it has done what it was asked."""
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            content: Json = answer.get("content", {})
            return content
    return {}


def _has_header(operation: Json, name: str) -> bool:
    return any(parameter.get("$ref", "").endswith(f"/{name}") for parameter in operation["parameters"])


def _ids(path: str, operation: Json) -> Iterator[tuple[str, str]]:
    schemas = {
        parameter["name"]: parameter["schema"]
        for parameter in operation["parameters"]
        if parameter.get("in") == "path"
    }
    for name in _PLACE.findall(path):
        schema = schemas.get(name, {})
        is_word = "enum" not in schema and schema.get("format") != "uuid"
        yield name, _WORDS.get(name, "1") if is_word else str(example_of(schema, {}, name))


def _query(operation: Json) -> Iterator[tuple[str, str]]:
    for parameter in operation["parameters"]:
        if parameter.get("in") == "query" and parameter["required"]:
            name, schema = parameter["name"], parameter["schema"]
            known = _DAYS.get(name) if schema.get("format") == "date" else None
            yield name, str(known or parameter.get("example", example_of(schema, {}, name)))


def _file_name(path: str, media: str) -> str:
    parts = [part for part in path.split("/") if part and "{" not in part]
    named = [part for part in parts if part not in ("api", "admin", "export", "file")]
    return f"{named[-1].partition('.')[0]}.{_ENDINGS.get(media, 'bin')}"
