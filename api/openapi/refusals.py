"""How an operation may refuse: by status, with the stable codes, each with its meaning."""

from collections.abc import Iterable
from http import HTTPStatus
from itertools import chain
from typing import Any

from api import failures
from api.answers import MINOR_UNITS
from api.errors import status_of
from api.media import JSON
from api.operations import PUBLIC, SIGNED_IN, Operation
from commands.access import (
    CompanySuspended,
    SubscriptionExpired,
    TokenExpired,
    TokenRevoked,
    Unauthenticated,
)
from commands.outcomes import IdempotencyInProgress, IdempotencyKeyReused
from commands.signing_in import TooManyRequests
from commands.unavailable import Busy, DatabaseFull, DatabaseUnavailable, OutcomeUnknown, TimedOut
from domain.approvals import ApprovalNotValid
from domain.errors import Invalid, NotAllowed, NotFound, Refusal
from projections.base import CompanyClosed, DamagedEvent, NewerEvent, ProjectionBehind, ServerOutdated

Json = dict[str, Any]
#: The refusals of a status by their code, the first that has it.
Codes = dict[str, type[Refusal]]

_AMOUNT = {"type": "integer", "format": "int64"}

#: What is refused before an operation is found.
ELSEWHERE: tuple[type[Refusal], ...] = (failures.UnknownRoute, failures.MethodNotAllowed)

_TITLES = {
    400: "The request cannot be read",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    406: "Not to be had in that format",
    408: "Not arrived in time",
    409: "A rule of the trade says no",
    412: "At none of the versions you named",
    413: "Too large",
    414: "An address that is too long",
    415: "Not the media type it takes",
    417: "An expectation that nobody meets",
    422: "Some fields are not valid",
    429: "Too many requests; try again after `Retry-After` seconds",
    431: "Headers that are too large",
    500: "Our own fault",
    501: "A body that comes in a way that is not understood",
    503: "Not now; try again after `Retry-After` seconds",
}


def refusals_of(method: str, path: str, operation: Operation) -> dict[int, Codes]:
    """Every code the operation may refuse with, by status; what it declares itself first."""
    codes_by_status: dict[int, Codes] = {}
    kinds = (_general, _unavailable, _of_the_server)
    follow = chain.from_iterable(kind(method, path, operation) for kind in kinds)
    for refusal in (*operation.refusals, *follow):
        codes = codes_by_status.setdefault(status_of(refusal), {})
        codes.setdefault(refusal.code, refusal)
    return dict(sorted(codes_by_status.items()))


def _general(method: str, path: str, operation: Operation) -> Iterable[type[Refusal]]:
    """What follows from the kind of operation, whatever it does."""
    yield from (failures.MalformedRequest, failures.InvalidParameter)
    if operation.body is not None:
        yield from (failures.MalformedJson, failures.UnsupportedMediaType, Invalid)
    if operation.file is not None:
        yield from (failures.NotCsv, failures.MalformedForm, Invalid)
    if operation.form is not None:
        yield from (failures.MalformedForm, failures.NotAForm, Invalid)
    yield from _of_the_caller(operation)
    if "{" in path:
        yield NotFound
    if method != "GET":
        yield failures.BodyTooLarge
    if is_repeatable(method, operation):
        yield from (CompanySuspended, SubscriptionExpired)
        yield from (IdempotencyInProgress, IdempotencyKeyReused)
    if waits(method, operation):
        yield ProjectionBehind


def _of_the_caller(operation: Operation) -> Iterable[type[Refusal]]:
    """What follows from who may call it."""
    if operation.permission != PUBLIC:
        yield from (Unauthenticated, TokenExpired, TokenRevoked)
        # Whatever is decided or told about something is read from its events.
        yield from (NewerEvent, DamagedEvent)
    if operation.permission not in (PUBLIC, SIGNED_IN):
        yield NotAllowed
    if operation.approvals:
        yield ApprovalNotValid


def is_repeatable(method: str, operation: Operation) -> bool:
    """Whether it is a write that takes an Idempotency-Key."""
    return method != "GET" and operation.permission != PUBLIC and operation.repeatable


def waits(method: str, operation: Operation) -> bool:
    """Whether it is a read that can wait for a position of the log."""
    return method == "GET" and operation.permission != PUBLIC


def _unavailable(method: str, path: str, _operation: Operation) -> Iterable[type[Refusal]]:
    """How the database may be in trouble; what is answered without it never is."""
    if path.startswith("/api/") and path != "/api/openapi.json":
        yield from (DatabaseUnavailable, DatabaseFull, Busy, TimedOut, ServerOutdated, CompanyClosed)
        if method != "GET":
            yield OutcomeUnknown


def _of_the_server(method: str, path: str, _operation: Operation) -> Iterable[type[Refusal]]:
    """What the web server, or whoever counts requests, may refuse whatever is asked."""
    yield from (failures.UriTooLong, failures.HeadersTooLarge, failures.ExpectationFailed)
    yield from (failures.Overloaded, failures.InternalError)
    if path != "/health":
        yield TooManyRequests
    if method != "GET":
        yield from (failures.RequestTimeout, failures.CodingUnsupported)


def message_of(refusal: type[Refusal]) -> str:
    """What a refusal says when nothing more is known."""
    return refusal().message


def with_what_they_tell(schema: Json, refusals: Iterable[type[Refusal]]) -> Json:
    """The schema of errors with what some have beside code and details, each with the codes it comes with."""
    meanings: dict[str, dict[str, None]] = {}
    amounts: set[str] = set()
    for refusal in sorted(refusals, key=lambda one: one.code):
        amounts |= refusal.amounts.keys()
        in_units = {name: f"{meaning} {MINOR_UNITS}" for name, meaning in refusal.amounts.items()}
        for name, meaning in (*refusal.facts.items(), *in_units.items()):
            meanings.setdefault(name, {})[f"`{refusal.code}`: {meaning}"] = None
    told = {
        name: {**(_AMOUNT if name in amounts else {}), "description": " ".join(said)}
        for name, said in meanings.items()
    }
    return {**schema, "properties": {**schema["properties"], **told}}


def answer_of(status: int, codes: Codes) -> Json:
    """The response of one status with its codes."""
    listed = "\n".join(f"- `{code}`: {message_of(refusal)}" for code, refusal in codes.items())
    answer: Json = {
        "description": f"{_TITLES[status]}.\n\n{listed}",
        "headers": {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}},
        "content": {JSON: {"schema": {"$ref": "#/components/schemas/Error"}}},
        "x-error-codes": list(codes),
    }
    if status == HTTPStatus.UNAUTHORIZED:
        answer["headers"]["WWW-Authenticate"] = {"$ref": "#/components/headers/WWW-Authenticate"}
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        answer["headers"]["Retry-After"] = {"$ref": "#/components/headers/Retry-After"}
    return answer
