"""Where refusals become HTTP: one table of families to status codes, one shape for every failure."""

import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from itertools import islice
from typing import Any

import falcon
import structlog
from falcon import Request, Response
from structlog.contextvars import bind_contextvars

from api.envelope import encode
from api.failures import (
    BodyTooLarge,
    CodingUnsupported,
    ExpectationFailed,
    HeadersTooLarge,
    InternalError,
    MalformedRequest,
    MethodNotAllowed,
    NotAcceptable,
    Overloaded,
    RequestTimeout,
    UnknownRoute,
    UnsupportedMediaType,
    UriTooLong,
)
from api.near_routes import NearRoutes
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

_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?\Z")


#: The first entry that a refusal is an instance of decides.
STATUSES: tuple[tuple[type[Refusal], int], ...] = (
    (MalformedRequest, 400),
    (Unauthenticated, 401),
    (NotAllowed, 403),
    (NotFound, 404),
    (MethodNotAllowed, 405),
    (NotAcceptable, 406),
    (RequestTimeout, 408),
    (StaleVersion, 412),
    (Conflict, 409),
    (BodyTooLarge, 413),
    (UriTooLong, 414),
    (UnsupportedMediaType, 415),
    (ExpectationFailed, 417),
    (Invalid, 422),
    (TooManyRequests, 429),
    (HeadersTooLarge, 431),
    (InternalError, 500),
    (CodingUnsupported, 501),
    (Overloaded, 503),
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

#: What the framework and the web server refuse by themselves, by its status.
_REFUSALS_OF_HTTP: Mapping[int, Refusal] = {
    HTTPStatus.BAD_REQUEST: MalformedRequest(),
    HTTPStatus.NOT_FOUND: UnknownRoute(),
    HTTPStatus.METHOD_NOT_ALLOWED: MethodNotAllowed(),
    HTTPStatus.NOT_ACCEPTABLE: NotAcceptable("The answer is only to be had as JSON."),
    HTTPStatus.REQUEST_TIMEOUT: RequestTimeout(),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: BodyTooLarge(),
    HTTPStatus.REQUEST_URI_TOO_LONG: UriTooLong(),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: UnsupportedMediaType(),
    HTTPStatus.EXPECTATION_FAILED: ExpectationFailed(),
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: HeadersTooLarge(),
    HTTPStatus.INTERNAL_SERVER_ERROR: InternalError(),
    HTTPStatus.NOT_IMPLEMENTED: CodingUnsupported(),
    HTTPStatus.SERVICE_UNAVAILABLE: Overloaded(),
}


def _refusal_of_http(status: int) -> Refusal:
    is_ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    fallback = HTTPStatus.INTERNAL_SERVER_ERROR if is_ours else HTTPStatus.BAD_REQUEST
    return _REFUSALS_OF_HTTP.get(status, _REFUSALS_OF_HTTP[fallback])


def status_of(refusal: Refusal | type[Refusal]) -> int:
    """The HTTP status of a refusal."""
    kind = refusal if isinstance(refusal, type) else type(refusal)
    return next(status for family, status in STATUSES if issubclass(kind, family))


def doc_url_of(code: str, base: str) -> str:
    """Where the reference explains a code, below the address at which this service is reached."""
    return f"{base}/docs/errors#{code}"


def body_of(refusal: Refusal, request_id: str | None, base: str) -> bytes:
    """The answer to what was refused."""
    error = {
        "code": refusal.code,
        "details": [_cut(detail) for detail in shortened(refusal.details)],
        "doc_url": doc_url_of(refusal.code, base),
        **refusal.beside,
    }
    return encode({"success": False, "message": refusal.message, "error": error, "request_id": request_id})


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
    cut = Detail(field, detail["code"], message)
    cut.update((name, text) for name, text in detail.items() if name not in cut)
    return cut


class Failures:
    """Answers every failure in one shape; `public_url` is where this service is reached, if that is known.

    What is not found is left to `show_missing` first, which says whether it has answered.
    """

    def __init__(
        self, public_url: str | None, show_missing: Callable[[Request, Response, Refusal], bool]
    ) -> None:
        self._public_url = public_url
        self._show_missing = show_missing
        #: Knows which route a path is nearest to, once there are routes.
        self.routes = NearRoutes(())

    def refuse(self, req: Request, resp: Response, refusal: Refusal, _params: Any) -> None:
        """Answer a refusal."""
        status = status_of(refusal)
        if isinstance(refusal, EventNotReadable):
            log.error("an event cannot be read", exc_info=refusal)
        self._answer(req, resp, status, refusal)
        if status == HTTPStatus.UNAUTHORIZED:
            resp.set_header("WWW-Authenticate", "Bearer")
        if isinstance(refusal, TooManyRequests | Unavailable | CompanyClosed):
            resp.set_header("Retry-After", str(refusal.retry_after))
        elif status == HTTPStatus.SERVICE_UNAVAILABLE:
            resp.set_header("Retry-After", "1")

    def refuse_http(self, req: Request, resp: Response, error: falcon.HTTPError, _params: Any) -> None:
        """Answer what the framework itself refuses: unknown routes, wrong methods, unreadable requests."""
        self._answer(req, resp, error.status_code, self._taught(req, error))
        if error.headers:
            resp.set_headers(error.headers)

    def _taught(self, req: Request, error: falcon.HTTPError) -> Refusal:
        """What was refused; of a path or a method that there is not, with what there is."""
        refusal = _refusal_of_http(error.status_code)
        if isinstance(refusal, UnknownRoute) and (hint := self.routes.hint(req.path)):
            return UnknownRoute(f"{refusal.message} {hint}")
        allowed = dict(error.headers or {}).get("Allow") if isinstance(refusal, MethodNotAllowed) else None
        if allowed:
            return MethodNotAllowed(f"This route takes {allowed}, and no other method.")
        return refusal

    def fail(self, req: Request, resp: Response, error: Exception, _params: Any) -> None:
        """Answer what nobody expected: the log has everything, the client only the request's id."""
        log.error("unexpected error", exc_info=error)
        self._answer(req, resp, 500, _REFUSALS_OF_HTTP[500])

    def _answer(self, req: Request, resp: Response, status: int, refusal: Refusal) -> None:
        bind_contextvars(code=refusal.code)
        resp.status = status
        if status == HTTPStatus.NOT_FOUND and self._show_missing(req, resp, refusal):
            return
        resp.content_type = falcon.MEDIA_JSON
        base = base_of(req) if self._public_url is None else self._public_url
        resp.data = body_of(refusal, getattr(req.context, "request_id", None), base)


def base_of(req: Request) -> str:
    """The address that the client reached this service at, as far as it makes sense; else none."""
    return f"{req.scheme}://{req.netloc}" if _HOST.match(req.netloc) else ""


def unread(public_url: str | None, status: int, request_id: str) -> bytes:
    """The body of the refusal of a request that never became one: its line or its headers made no sense."""
    return body_of(_refusal_of_http(status), request_id, public_url or "")
