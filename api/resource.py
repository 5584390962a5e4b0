"""What every resource does the same way: run a command, ask a question, put the answer on the wire."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID

from falcon import Request, Response

from api.costs import without_costs
from api.envelope import encode, etag_of
from api.errors import InvalidParameter
from api.etags import is_known
from api.requests import defaults_of, is_confidential
from api.services import Reading, Services
from commands.creations import Content
from commands.outcomes import IdempotencyKey
from commands.outcomes import Response as Written
from commands.ports import Caller, UnitOfWork
from commands.signing_in import Visitor
from domain.errors import Detail
from domain.settings import OtherStore

#: How many characters an Idempotency-Key may have.
LONGEST_KEY = 255

_DIGITS = re.compile(r"[0-9]{1,18}\Z")
_NOTHING: Mapping[str, Any] = MappingProxyType({})

C = TypeVar("C")
R = TypeVar("R")


class Resource:
    """Base of the resources."""

    def __init__(self, services: Services) -> None:
        self.services = services

    def write(
        self,
        req: Request,
        resp: Response,
        handler: Callable[[C, UnitOfWork], R],
        command: C,
        present: Callable[[R], Written],
        *,
        within: UUID | None = None,
        content: Content | None = None,
    ) -> None:
        """Run a command and answer with what `present` makes of its result; a client's key stores it.

        `within` is the company whose log it writes when that is not the caller's own.
        """
        outcome = self.services.application.run(
            req.context.caller,
            handler,
            command,
            present,
            idempotency_key(req, self.services.peppers),
            within=within,
            content=content,
            lengthy=req.context.lengthy,
        )
        body = outcome.response.body
        if outcome.replayed and not req.context.caller.sees_costs:
            # It was stored for the rights of then.
            body = without_costs(body, req.context.operation.answer)
        resp.status = outcome.response.status
        resp.data = body
        resp.set_header("X-Event-Position", str(outcome.position))
        if outcome.response.etag:
            resp.set_header("ETag", outcome.response.etag)
        if outcome.replayed:
            resp.set_header("Idempotent-Replayed", "true")

    def create(
        self,
        req: Request,
        resp: Response,
        handler: Callable[[C, UnitOfWork], R],
        command: C,
        present: Callable[[R], Written],
        *,
        within: UUID | None = None,
        beside: Mapping[str, Any] = _NOTHING,
    ) -> None:
        """Run a command that makes something; whoever repeats the request gets the first answer, marked.

        What is made is known by the body, and by what the path says `beside` it. A body that tells a secret
        or a cost is known only to who sent it first: to others an answer would say that they guessed right.
        """
        operation = req.context.operation
        schema = operation.body or operation.form
        defaults = defaults_of(schema)
        if is_confidential(schema):
            beside = {**beside, "by": req.context.caller.user_id}
        content = Content.of({**beside, **req.context.body}, self.services.peppers, defaults)
        self.write(req, resp, handler, command, present, within=within, content=content)

    def ask(
        self,
        req: Request,
        resp: Response,
        question: Callable[[Reading], R],
        projection: str | None = None,
        *,
        within: UUID | None = None,
    ) -> R:
        """Ask a question of the caller's company, waiting for the position the client wants to have seen.

        `within` is the company that is asked about when that is not the caller's own.
        """
        answer, position = self.services.application.read(
            req.context.caller,
            question,
            projection=projection,
            wait_for=_wait_for(req),
            # Our web server runs the request again later, and needs no thread meanwhile.
            put_off=req.env.get("mipos.put_off"),
            within=within,
            lengthy=req.context.lengthy,
        )
        resp.set_header("X-Read-Position", str(position))
        return answer

    def show(self, req: Request, resp: Response, body: dict[str, Any], version: int) -> None:
        """Answer with one resource, or with 304 if the client has this version."""
        etag = etag_of(version)
        resp.set_header("ETag", etag)
        if is_known(req, etag):
            resp.status = 304
            return
        resp.data = encode(body)


def idempotency_key(req: Request, peppers: Sequence[bytes]) -> IdempotencyKey | None:
    """The request's Idempotency-Key with the fingerprint of the request. Raises InvalidParameter.

    Bodies may hold passwords, so the fingerprint is made with a key of the server's own, the first pepper.
    """
    given = req.get_header("Idempotency-Key")
    if given is None:
        return None
    if not 1 <= len(given) <= LONGEST_KEY or not given.isprintable():
        message = "1 to 255 printable characters."
        raise InvalidParameter(details=[Detail("Idempotency-Key", "invalid", message)])
    caller = str(req.context.caller.user_id).encode()
    parts: tuple[bytes, ...] = (caller, req.method.encode(), req.path.encode(), req.context.raw_body)
    if req.context.query:
        # Tried and done are not the same request, so that a key for the one is none for the other.
        parts += (repr(sorted(req.context.query.items())).encode(),)
    return IdempotencyKey.of(given, *parts, peppers=peppers)


def visitor_of(req: Request) -> Visitor:
    """Whoever sent the request, whether signed in or not."""
    return Visitor.of(req.context.address, req.user_agent, req.context.request_id)


def stores_asked(store_id: UUID | None, caller: Caller) -> tuple[UUID, ...]:
    """The stores that are asked about: the one that was named, else the caller's; none for all.

    Raises OtherStore for a store the caller does not work in.
    """
    if store_id is None:
        return caller.store_ids
    if caller.store_ids and store_id not in caller.store_ids:
        raise OtherStore
    return (store_id,)


def _wait_for(req: Request) -> int | None:
    given = req.get_header("X-Wait-For-Position")
    if given is None:
        return None
    if not _DIGITS.match(given):
        message = "A position of the log, such as 42."
        raise InvalidParameter(details=[Detail("X-Wait-For-Position", "invalid", message)])
    return int(given)
