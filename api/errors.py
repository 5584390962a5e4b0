"""Where refusals become HTTP: one table of families to status codes, one shape for every failure."""

import http
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import falcon
import structlog
from falcon import Request, Response
from structlog.contextvars import bind_contextvars

from api.envelope import encode
from commands.access import Unauthenticated
from commands.ports import StaleVersion
from commands.signing_in import TooManyRequests
from commands.unavailable import Unavailable
from domain.errors import Conflict, Detail, Invalid, NotAllowed, NotFound, Refusal
from projections.base import (
    CompanyClosed,
    DamagedEvent,
    EventNotReadable,
    NewerEvent,
    ProjectionBehind,
    ServerOutdated,
)

log = structlog.get_logger("api")


class MalformedRequest(Refusal):
    """The request cannot be read."""

    code = "malformed_request"


class MalformedJson(MalformedRequest):
    """The body is not valid JSON."""

    code = "malformed_json"


class MalformedForm(MalformedRequest):
    """The form in the body cannot be read."""

    code = "malformed_form"


class InvalidParameter(MalformedRequest):
    """A parameter of the request is unknown or not valid."""

    code = "invalid_parameter"


class BodyTooLarge(Refusal):
    """The body is larger than this server accepts."""

    code = "body_too_large"


class UnsupportedMediaType(Refusal):
    """The body must be JSON (application/json)."""

    code = "unsupported_media_type"


class NotAcceptable(Refusal):
    """It is not to be had in that format."""

    code = "not_acceptable"


class NotAForm(UnsupportedMediaType):
    """The body must be a form (multipart/form-data)."""


class NotCsv(UnsupportedMediaType):
    """The body must be CSV (text/csv)."""


class PackedBody(UnsupportedMediaType):
    """The body must be sent as it is, not compressed (Content-Encoding)."""


#: The first entry that a refusal is an instance of decides.
STATUSES: tuple[tuple[type[Refusal], int], ...] = (
    (MalformedRequest, 400),
    (Unauthenticated, 401),
    (NotAllowed, 403),
    (NotFound, 404),
    (NotAcceptable, 406),
    (StaleVersion, 412),
    (Conflict, 409),
    (BodyTooLarge, 413),
    (UnsupportedMediaType, 415),
    (Invalid, 422),
    (TooManyRequests, 429),
    (ProjectionBehind, 503),
    (Unavailable, 503),
    # Another server of the same service can answer, this one when it is replaced: a client tries again.
    (NewerEvent, 503),
    # No repetition helps, until somebody has looked at the log.
    (DamagedEvent, 409),
    (ServerOutdated, 503),
    (CompanyClosed, 503),
)

#: How many details a refusal has at most, before one that counts the others, …
MOST_DETAILS = 100
#: … and how many characters of a field and of a message are repeated.
LONGEST_FIELD, LONGEST_MESSAGE = 100, 300
_MORE = "more"

_UNREADABLE = ("malformed_request", "The request cannot be read.")
_FAILED = ("internal_error", "Something went wrong on our side.")
_REFUSALS_OF_FALCON = {
    400: _UNREADABLE,
    404: ("not_found", "There is no such route."),
    405: (
        "method_not_allowed",
        "This route does not take that method; the Allow header says which it takes.",
    ),
    406: ("not_acceptable", "The answer is only to be had as JSON."),
    408: ("request_timeout", "The request did not arrive in time."),
    413: ("body_too_large", "The body is larger than this server accepts."),
    414: ("uri_too_long", "The address is too long."),
    415: ("unsupported_media_type", "The body must be JSON (application/json)."),
    417: ("expectation_failed", "The only expectation that can be met is 100-continue."),
    431: ("headers_too_large", "The headers are too large."),
    501: ("coding_unsupported", "A body comes with a Content-Length, or in chunks."),
    503: ("overloaded", "Too many requests are waiting; try again shortly."),
}


def status_of(refusal: Refusal | type[Refusal]) -> int:
    """The HTTP status of a refusal."""
    kind = refusal if isinstance(refusal, type) else type(refusal)
    return next(status for family, status in STATUSES if issubclass(kind, family))


def _answer(req: Request, resp: Response, status: int, message: str, error: dict[str, Any]) -> None:
    resp.status = status
    resp.content_type = falcon.MEDIA_JSON
    resp.data = _body(message, error, getattr(req.context, "request_id", None))


def _body(message: str, error: dict[str, Any], request_id: str | None) -> bytes:
    return encode({"success": False, "message": message, "error": error, "request_id": request_id})


def _error(code: str, details: Sequence[Detail] = ()) -> dict[str, Any]:
    return {"code": code, "details": [_cut(detail) for detail in shortened(details)]}


def shortened(details: Iterable[Detail]) -> list[Detail]:
    """The first of many details, and after them one that says how many more there are."""
    others = iter(details)
    first = list(islice(others, MOST_DETAILS))
    last = next(others, None)
    if last is None or last["code"] == _MORE:
        return first if last is None else [*first, last]
    return [*first, Detail("", _MORE, f"At least {1 + sum(1 for _ in others):,} more.")]


def _cut(detail: Detail) -> Detail:
    """A detail that repeats nothing at length of what was sent."""
    if len(detail["field"]) <= LONGEST_FIELD and len(detail["message"]) <= LONGEST_MESSAGE:
        return detail
    field, message = detail["field"][:LONGEST_FIELD], detail["message"][:LONGEST_MESSAGE]
    return Detail(field, detail["code"], message)


def refuse(req: Request, resp: Response, refusal: Refusal, _params: Any) -> None:
    """Answer a refusal."""
    status = status_of(refusal)
    if isinstance(refusal, EventNotReadable):
        log.error("an event cannot be read", exc_info=refusal)
    bind_contextvars(code=refusal.code)
    error = {**_error(refusal.code, refusal.details), **refusal.beside}
    _answer(req, resp, status, refusal.message, error)
    if status == http.HTTPStatus.UNAUTHORIZED:
        resp.set_header("WWW-Authenticate", "Bearer")
    if isinstance(refusal, TooManyRequests | Unavailable | CompanyClosed):
        resp.set_header("Retry-After", str(refusal.retry_after))
    elif status == http.HTTPStatus.SERVICE_UNAVAILABLE:
        resp.set_header("Retry-After", "1")


def refuse_http(req: Request, resp: Response, error: falcon.HTTPError, _params: Any) -> None:
    """Answer what the framework itself refuses: unknown routes, wrong methods, unreadable requests."""
    status = error.status_code
    code, message = _REFUSALS_OF_FALCON.get(status, _UNREADABLE)
    bind_contextvars(code=code)
    _answer(req, resp, status, message, _error(code))
    if error.headers:
        resp.set_headers(error.headers)


def unread(status: int, request_id: str) -> bytes:
    """The body of the refusal of a request that never became one: its line or its headers made no sense."""
    fallback = _FAILED if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR else _UNREADABLE
    code, message = _REFUSALS_OF_FALCON.get(status, fallback)
    return _body(message, _error(code), request_id)


def fail(req: Request, resp: Response, error: Exception, _params: Any) -> None:
    """Answer what nobody expected: the log has everything, the client only the request's id."""
    log.error("unexpected error", exc_info=error)
    code, message = _FAILED
    _answer(req, resp, 500, message, _error(code))
