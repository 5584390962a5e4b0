"""How an operation may refuse: by status, with the stable codes, each with its meaning."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from api import errors
from api.answers import MINOR_UNITS
from api.operations import PUBLIC, SIGNED_IN, Operation
from commands.access import (
    CompanySuspended,
    SubscriptionExpired,
    TokenExpired,
    TokenRevoked,
    Unauthenticated,
)
from commands.outcomes import IdempotencyInProgress, IdempotencyKeyReused
from commands.unavailable import Busy, DatabaseFull, DatabaseUnavailable, OutcomeUnknown, TimedOut
from domain.approvals import ApprovalNotValid
from domain.errors import Invalid, NotAllowed, NotFound, Refusal
from projections.base import CompanyClosed, DamagedEvent, NewerEvent, ProjectionBehind, ServerOutdated

Json = dict[str, Any]
#: The refusals of a status by their code, the first that has it.
Codes = dict[str, type[Refusal]]

#: What the framework refuses before an operation is found, or when nothing else fits.
ELSEWHERE: tuple[tuple[int, str, str], ...] = (
    (404, "not_found", "There is no such thing here."),
    (405, "method_not_allowed", "The path has other methods; the Allow header names them."),
    (408, "request_timeout", "The request did not arrive in time."),
    (414, "uri_too_long", "The address is too long."),
    (417, "expectation_failed", "The only expectation that can be met is 100-continue."),
    (429, "too_many_requests", "Too much in too short a time; `Retry-After` says when to try again."),
    (431, "headers_too_large", "The headers are too large."),
    (500, "internal_error", "Something went wrong on our side; name the request's id when you report it."),
    (501, "coding_unsupported", "A body comes with a Content-Length, or in chunks."),
    (503, "overloaded", "Too many requests are waiting; `Retry-After` says when to try again."),
)

_TITLES = {
    400: "The request cannot be read",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    406: "Not to be had in that format",
    409: "A rule of the trade says no",
    412: "At none of the versions you named",
    413: "Too large",
    415: "Not the media type it takes",
    422: "Some fields are not valid",
    429: "Too many requests",
    503: "Not now; try again after `Retry-After` seconds",
}


def refusals_of(method: str, path: str, operation: Operation) -> dict[int, Codes]:
    """Every code the operation may refuse with, by status; what it declares itself first."""
    codes_by_status: dict[int, Codes] = {}
    for refusal in (*operation.refusals, *_general(method, path, operation), *_unavailable(method, path)):
        codes = codes_by_status.setdefault(errors.status_of(refusal), {})
        codes.setdefault(refusal.code, refusal)
    return dict(sorted(codes_by_status.items()))


def _general(method: str, path: str, operation: Operation) -> Iterable[type[Refusal]]:
    """What follows from the kind of operation, whatever it does."""
    yield from (errors.MalformedRequest, errors.InvalidParameter)
    if operation.body is not None:
        yield from (errors.MalformedJson, errors.UnsupportedMediaType, Invalid)
    if operation.file is not None:
        yield from (errors.NotCsv, Invalid)
    if operation.form is not None:
        yield from (errors.MalformedForm, errors.NotAForm, Invalid)
    yield from _of_the_caller(operation)
    if "{" in path:
        yield NotFound
    if method != "GET":
        yield errors.BodyTooLarge
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


def _unavailable(method: str, path: str) -> Iterable[type[Refusal]]:
    """How the database may be in trouble; what is answered without it never is."""
    if path.startswith("/api/") and path != "/api/openapi.json":
        yield from (DatabaseUnavailable, DatabaseFull, Busy, TimedOut, ServerOutdated, CompanyClosed)
        if method != "GET":
            yield OutcomeUnknown


def message_of(refusal: type[Refusal]) -> str:
    """What a refusal says when nothing more is known."""
    return refusal().message


def _code(codes: Codes) -> Json:
    return {"code": {"enum": list(codes)}}


def _amounts(codes: Codes) -> Json:
    """The amounts that errors have beside their code, each with the codes that it comes with."""
    meanings: dict[str, list[str]] = {}
    for code, refusal in codes.items():
        for name, meaning in refusal.amounts.items():
            meanings.setdefault(name, []).append(f"`{code}`: {meaning}")
    return {
        name: {"type": "integer", "format": "int64", "description": f"{' '.join(said)} {MINOR_UNITS}"}
        for name, said in meanings.items()
    }


def answer_of(status: int, codes: Codes) -> Json:
    """The response of one status with its codes."""
    listed = "\n".join(f"- `{code}`: {message_of(refusal)}" for code, refusal in codes.items())
    answer: Json = {
        "description": f"{_TITLES[status]}.\n\n{listed}",
        "headers": {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}},
        "content": {
            "application/json": {
                "schema": {
                    "allOf": [
                        {"$ref": "#/components/schemas/Error"},
                        {"properties": {"error": {"properties": {**_code(codes), **_amounts(codes)}}}},
                    ]
                }
            }
        },
    }
    if status == HTTPStatus.UNAUTHORIZED:
        answer["headers"]["WWW-Authenticate"] = {"$ref": "#/components/headers/WWW-Authenticate"}
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        answer["headers"]["Retry-After"] = {"$ref": "#/components/headers/Retry-After"}
    return answer
