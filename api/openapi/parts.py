"""What many operations share: envelopes, headers, parameters, and the few answers that are not JSON."""

from typing import Any, Protocol

from marshmallow import Schema

from api.answers.record import Answer, fields_of, members_of
from api.failures import Overloaded
from api.fields import File
from api.media import (
    CSV,
    ESCPOS,
    EXCEL_CSV,
    FORM,
    HTML,
    ICO,
    JAVASCRIPT,
    JSON,
    MARKDOWN,
    PDF,
    SVG,
    TEXT,
    WEBP,
    XLSX,
)
from api.openapi.envelopes import envelope
from api.openapi.refusals import is_repeatable, waits
from api.operations import PUBLIC, Operation
from commands.ports import StaleVersion

Json = dict[str, Any]


class Route(Protocol):
    """What of a route is looked at here."""

    @property
    def method(self) -> str:
        """The HTTP method."""

    @property
    def path(self) -> str:
        """The path."""

    @property
    def operation(self) -> Operation:
        """What is declared."""


_COUNT = {"type": "integer", "minimum": 0}

SCHEMAS: Json = {
    "Error": {
        "type": "object",
        "description": "Every failure. Decide by `error.code`; `message` is for people.",
        "required": ["success", "message", "error", "request_id"],
        "properties": {
            "success": {"const": False, "description": "Never true."},
            "message": {"type": "string", "description": "One sentence for a person."},
            "error": {"$ref": "#/components/schemas/Refusal"},
            "request_id": {"type": ["string", "null"], "description": "The answer's `X-Request-Id`."},
        },
    },
    "Refusal": {
        "type": "object",
        "description": "What was refused, and why.",
        "required": ["code", "details", "doc_url"],
        "properties": {
            "code": {
                "type": "string",
                "description": "Stable; the operation names those it may answer with.",
                "examples": ["validation_failed"],
            },
            "details": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/ErrorDetail"},
                "description": "Every field that stands in the way, up to a hundred.",
            },
            "doc_url": {
                "type": "string",
                "description": "Where the code is explained.",
                "examples": ["https://shop.example/docs/errors#validation_failed"],
            },
        },
    },
    "ErrorDetail": {
        "type": "object",
        "description": "One offending field.",
        "required": ["field", "code", "message"],
        "properties": {
            "field": {"type": "string", "description": "Where it is.", "examples": ["lines.0.quantity"]},
            "code": {"type": "string", "description": "Stable.", "examples": ["required"]},
            "message": {"type": "string", "description": "One sentence for a person."},
            "customer_id": {
                "type": "string",
                "format": "uuid",
                "description": "The customer that a new one may be (`possible_duplicate`).",
            },
            "id": {
                "type": "string",
                "format": "uuid",
                "description": "What has it already (`duplicate_…`); of a variant, its product.",
            },
            "name": {"type": "string", "description": "What that is called.", "examples": ["Oat milk"]},
            "status": {
                "type": "string",
                "description": "Where that stands in its life, if it has one.",
                "examples": ["active"],
            },
        },
    },
    "Pagination": {
        "type": "object",
        "description": "Where a page stands in its list.",
        "required": ["page", "limit", "total", "pages"],
        "properties": {
            "page": {**_COUNT, "description": "This page, from 1.", "examples": [1]},
            "limit": {**_COUNT, "description": "Rows on a page.", "examples": [20]},
            "total": {**_COUNT, "description": "Rows in all.", "examples": [1]},
            "pages": {**_COUNT, "description": "Pages in all.", "examples": [1]},
        },
    },
    "Cursor": {
        "type": "object",
        "description": "Where to go on in a log of facts.",
        "required": ["next_after", "has_more"],
        "properties": {
            "next_after": {
                "type": ["integer", "null"],
                "description": "Pass it as `after` to go on; null when there are no rows.",
                "examples": [42],
            },
            "has_more": {"type": "boolean", "description": "Whether there is more now.", "examples": [False]},
        },
    },
    "CursorBackwards": {
        "type": "object",
        "description": "Where to go on in what is told from its end.",
        "required": ["next_before", "has_more"],
        "properties": {
            "next_before": {
                "type": ["string", "null"],
                "format": "uuid",
                "description": "Pass it as `before` to go on; null when there is no more.",
            },
            "has_more": {"type": "boolean", "description": "Whether there is more.", "examples": [False]},
        },
    },
    "CursorBothWays": {
        "type": "object",
        "description": "Where to go on in a log of facts that is read from either end.",
        "required": ["has_more"],
        "properties": {
            "next_after": {
                "type": ["integer", "null"],
                "description": "Pass it as `after` to go on; null when there are no rows.",
                "examples": [42],
            },
            "next_before": {
                "type": ["integer", "null"],
                "description": "Where `before` was asked for: pass it as `before` to go on.",
            },
            "has_more": {"type": "boolean", "description": "Whether there is more now.", "examples": [False]},
        },
    },
}

#: The envelope of whoever is asked whether they are ready, and is not.
SCHEMAS["NotReady"] = envelope({"$ref": "#/components/schemas/Ready"}, None, success=False)

SECURITY: Json = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The `token` that signing in answers with.",
    }
}

_POSITION = {"type": "integer", "format": "int64", "minimum": 0}
_ETAG = {"type": "string", "examples": ['"3"']}
_ETAGS = {"type": "string", "pattern": r'^(\*|(W/)?"[!#-~]*"(, ?(W/)?"[!#-~]*")*)$', "examples": ['"3"']}


def _header(description: str, schema: Json) -> Json:
    return {"description": description, "schema": schema}


HEADERS: Json = {
    "X-Request-Id": _header("The request's id: yours, or a new one.", {"type": "string"}),
    "X-Event-Position": _header("The position in the log that this write reached.", _POSITION),
    "X-Read-Position": _header("The position of the log that this answer knows.", _POSITION),
    "X-Log-Epoch": _header("Of which epoch of the log positions are.", {"type": "string"}),
    "ETag": _header("The version of the resource.", _ETAG),
    "Idempotent-Replayed": _header("`true` if this outcome was given before.", {"const": "true"}),
    "Retry-After": _header("Seconds to wait before trying again.", {"type": "integer"}),
    "WWW-Authenticate": _header("`Bearer`.", {"type": "string"}),
}


def _parameter(name: str, description: str, schema: Json) -> Json:
    return {"name": name, "in": "header", "required": False, "description": description, "schema": schema}


PARAMETERS: Json = {
    "Idempotency-Key": _parameter(
        "Idempotency-Key",
        "A name of your own for this request; repeating it gives the first outcome again.",
        {"type": "string", "minLength": 1, "maxLength": 255},
    ),
    "X-Approval": _parameter(
        "X-Approval",
        "The `approval` that somebody gave at this till, for whoever lacks the right; good once.",
        {"type": "string"},
    ),
    "If-Match": _parameter(
        "If-Match",
        "The `ETag` you have seen, several, or `*` for any; refused with `precondition_failed` if it is "
        "another by now. A weak one (`W/`) matches nothing.",
        _ETAGS,
    ),
    "If-None-Match": _parameter(
        "If-None-Match",
        "The `ETag` you have, or several; `304` if it is still the same.",
        _ETAGS,
    ),
    "X-Wait-For-Position": _parameter(
        "X-Wait-For-Position",
        "Answer once this position of the log is known, for at most five seconds.",
        {**_POSITION, "maximum": 10**18 - 1},
    ),
    "X-Request-Id": _parameter(
        "X-Request-Id",
        "An id of your own for this request, for its answer, log lines and events: up to 128 letters, digits "
        "and `._:-`. Anything else is replaced by an id of ours.",
        {"type": "string"},
    ),
}

#: How path fields are written, by falcon's converter.
CONVERTED: dict[str | None, Json] = {
    "uuid": {"type": "string", "format": "uuid"},
    "int": {"type": "integer"},
    "path": {"type": "string"},
    None: {"type": "string"},
}

OUTCOMES = {200: "Done", 201: "Created", 202: "Accepted"}
UNCHANGED: Json = {"304": {"description": "Unchanged since the version you named; without a body."}}

#: What changes only with the program.
UNCHANGING = (
    *("/", "/api", "/api/openapi.json", "/pages/{script}"),
    *("/docs", "/docs/{section}", "/docs/search.json", "/llms.txt", "/llms-full.txt"),
    *("/favicon.ico", "/icon.svg", "/robots.txt"),
)
#: Says the version that was asked for, which is no version to compare a change with.
A_FORMER_STATE = "/api/audit/streams/{stream_id}/state"
#: What those answers and files hold that are no envelopes, by media type.
CONTENTS: Json = {
    TEXT: {"type": "string"},
    HTML: {"type": "string"},
    MARKDOWN: {"type": "string"},
    JAVASCRIPT: {"type": "string"},
    WEBP: {"type": "string", "format": "binary"},
    ICO: {"type": "string", "format": "binary"},
    SVG: {"type": "string"},
    CSV: {"type": "string"},
    PDF: {"type": "string", "format": "binary"},
    ESCPOS: {"type": "string", "format": "binary"},
    XLSX: {"type": "string", "format": "binary"},
    JSON: {"type": "object"},
}


def file_content(media_type: str) -> Json:
    """A file as the body, by whichever name it is sent, or in a form."""
    schema = CONTENTS[media_type]
    part = {"type": "string", "format": "binary", "description": "Its bytes, under a name of your own."}
    form = {"type": "object", "required": ["file"], "properties": {"file": part}}
    workbook = {"schema": CONTENTS[XLSX]}
    names = {media_type: {"schema": schema}, EXCEL_CSV: {"schema": schema}}
    return {**names, XLSX: workbook, FORM: {"schema": form}}


def encoding_of(form: Schema) -> Json:
    """What the files of a form may be."""
    return {
        name: {"contentType": ", ".join(field.media_types)}
        for name, field in form.fields.items()
        if isinstance(field, File)
    }


def is_versioned(route: Route) -> bool:
    """Whether it shows one thing that carries its version, or one that never changes."""
    answer = route.operation.answer
    carries_it = route.path.endswith("}") if answer is None else has_version(answer)
    is_one = not route.operation.many and route.path != A_FORMER_STATE
    return route.method == "GET" and ((carries_it and is_one) or route.path in UNCHANGING)


def has_version(answer: Any) -> bool:
    """Whether such an answer carries its version; the records of a list each have one of their own."""
    records = [one for one in members_of(answer) if isinstance(one, type) and issubclass(one, Answer)]
    return any(field.name == "version" for record in records for field in fields_of(record))


def request_headers(route: Route) -> list[Json]:
    """The headers an operation takes."""
    operation = route.operation
    names = [
        *(["Idempotency-Key"] if is_repeatable(route.method, operation) else []),
        *(["X-Approval"] if operation.approvals else []),
        *(["If-Match"] if StaleVersion in operation.refusals else []),
        *(["If-None-Match"] if is_versioned(route) else []),
        *(["X-Wait-For-Position"] if waits(route.method, operation) else []),
        "X-Request-Id",
    ]
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def answer_headers(route: Route) -> Json:
    """The headers an operation answers with."""
    operation = route.operation
    is_write = is_repeatable(route.method, operation)
    names = [
        *(["X-Event-Position", "Idempotent-Replayed"] if is_write else []),
        *(["ETag"] if is_versioned(route) or (is_write and has_version(operation.answer)) else []),
        *(["X-Read-Position"] if waits(route.method, operation) else []),
        *operation.headers,
        "X-Request-Id",
    ]
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


_NOT_READY, _ERROR = ({"$ref": f"#/components/schemas/{name}"} for name in ("NotReady", "Error"))


def also(route: Route) -> Json:
    """Answers that only one operation has."""
    if route.path != "/ready" or route.operation.permission != PUBLIC:
        return {}
    return {
        "503": {
            "description": "Not ready, and the data say why; or nobody has time to look.",
            "headers": {"Retry-After": {"$ref": "#/components/headers/Retry-After"}},
            "content": {JSON: {"schema": {"anyOf": [_NOT_READY, _ERROR]}}},
            "x-error-codes": [Overloaded.code],
        }
    }
