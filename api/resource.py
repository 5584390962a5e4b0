"""What every resource does the same way: run a command, ask a question, put the answer on the wire."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID

from falcon import Request, Response

from api.answers.hiding import hide, hide_in_body
from api.answers.record import VIEW_EXPECTED
from api.envelope import after_of, before_of, encode, etag_of, ok, page_of
from api.etags import matches_etag
from api.failures import InvalidParameter
from api.requests import defaults_of, is_confidential
from api.services import Reading, Services
from api.work import Work
from commands.access import Access
from commands.creations import Content
from commands.outcomes import IdempotencyKey, Outcome
from commands.outcomes import Response as Written
from commands.ports import Caller
from commands.signing_in import Visitor
from domain.errors import Detail
from domain.settings import OtherStore

#: How many characters an Idempotency-Key may have.
LONGEST_KEY = 255

_DIGITS = re.compile(r"[0-9]{1,18}\Z")
_NOTHING: Mapping[str, Any] = MappingProxyType({})
#: For how many seconds a request that may take long waits for its turn.
_LENGTHY_PATIENCE = 60.0

C = TypeVar("C")
P = TypeVar("P")
R = TypeVar("R")


class Resource:
    """Base of the resources."""

    def __init__(self, services: Services) -> None:
        self.services = services

    def write(
        self,
        req: Request,
        resp: Response,
        handler: Callable[[C, Work], R],
        command: C,
        present: Callable[[R], Any],
        *,
        message: str,
        status: int | None = None,
        version: Callable[[R], int] | None = None,
        within: UUID | None = None,
        content: Content | None = None,
    ) -> None:
        """Run a command and answer with what `present` makes of its result; a client's key stores it.

        That is a record, or the bytes of a file, of which the caller says what they are.
        The ETag is the `version` of the answer, unless it has none of its own. `within` is the company whose
        log it writes when that is not the caller's own.
        """

        def respond(result: R) -> Written:
            data = present(result)
            number = version(result) if version else getattr(data, "version", None)
            return Written(
                status=status or req.context.operation.status,
                etag=None if number is None else etag_of(number),
                body=data if isinstance(data, bytes) else self._encode(req, data, ok(data, message)),
            )

        outcome = self.services.application.run(
            req.context.caller,
            handler,
            command,
            respond,
            idempotency_key(req, self.services.peppers),
            within=within,
            content=content,
            lengthy=req.context.lengthy,
            tell=partial(_note_access, req),
        )
        _send(req, resp, outcome)

    def write_in_parts(
        self,
        req: Request,
        resp: Response,
        part: tuple[Callable[[P, Work], bool], P],
        rest: tuple[Callable[[C, Work], R], C],
        present: Callable[[R], Any],
        *,
        message: str,
    ) -> None:
        """Run a command that is too large for one decision.

        The handler of `part` decides about some of it and is run for as long as it says so, that of `rest`
        about what is left; its answer is stored under a client's key. Whoever repeats a request that broke
        off goes on where it stopped.
        """
        application, caller = self.services.application, req.context.caller
        if self.send_stored(req, resp):
            return
        decided = [True]

        def note(has_decided: bool) -> Written:
            decided.append(has_decided)
            return Written(status=200, etag=None, body=b"")

        while decided[-1]:
            application.run(caller, *part, note, lengthy=req.context.lengthy)
        self.write(req, resp, *rest, present, message=message)

    def send_stored(self, req: Request, resp: Response) -> bool:
        """Answer as before to a request whose key has been used for it, for one that is many decisions."""
        key = idempotency_key(req, self.services.peppers)
        earlier = self.services.application.stored(req.context.caller, key) if key else None
        if earlier:
            _send(req, resp, earlier)
        return earlier is not None

    def create(
        self,
        req: Request,
        resp: Response,
        handler: Callable[[C, Work], R],
        command: C,
        present: Callable[[R], Any],
        *,
        message: str,
        version: Callable[[R], int] | None = None,
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
        self.write(
            req,
            resp,
            handler,
            command,
            present,
            message=message,
            version=version,
            within=within,
            content=content,
        )

    def ask(
        self,
        req: Request,
        resp: Response,
        question: Callable[[Reading], R],
        *,
        within: UUID | None = None,
        of_primary: bool = False,
    ) -> R:
        """Ask a question of the caller's company, waiting for the position the client wants to have seen.

        It is answered from the read models that the operation declares. `within` is the company that is asked
        about when that is not the caller's own; `of_primary` is what no copy of the database can answer.
        """
        answer, position = self.services.application.read(
            req.context.caller,
            question,
            projections=req.context.operation.sources(req.context.query),
            wait_for=_wait_for(req),
            # Our web server runs the request again later, and needs no thread meanwhile.
            put_off=req.env.get("mipos.put_off"),
            within=within,
            lengthy=req.context.lengthy,
            tell=partial(_note_access, req),
            of_primary=of_primary,
        )
        resp.set_header("X-Read-Position", str(position))
        return answer

    def come_again(self, req: Request) -> None:
        """Have our web server run the request again shortly; returns if that has lasted too long."""
        put_off = req.env.get("mipos.put_off")
        if put_off is not None:
            put_off(_LENGTHY_PATIENCE if req.context.lengthy else None)

    def listen(
        self, req: Request, seconds: float, has_news: Callable[[], bool], *, patient: bool = False
    ) -> None:
        """Have our web server run the request again once there is news, or when so many seconds are over.

        These count from its first run. `has_news` is asked often and must be quick; who is `patient`, because
        the last news were none for them, may be left alone for a while. Returns in the end.
        """
        listen = req.env.get("mipos.listen")
        if listen is not None:
            listen(seconds, has_news, patient=patient)

    def answer(self, req: Request, resp: Response, data: Any, message: str = "OK") -> None:
        """Answer with a record, or with all of a short list."""
        resp.data = self._encode(req, data, ok(data, message))

    def answer_page(self, req: Request, resp: Response, rows: list[Any], total: int) -> None:
        """Answer with the page of a list that the query asks for."""
        query = req.context.query
        resp.data = self._encode(req, rows, page_of(rows, total, query["page"], query["limit"]))

    def answer_all(self, req: Request, resp: Response, rows: list[Any]) -> None:
        """Answer with all of a list on one page."""
        resp.data = self._encode(req, rows, page_of(rows, len(rows), 1, max(len(rows), 1)))

    def answer_stretch(
        self, req: Request, resp: Response, rows: list[Any], next_after: int | None, *, has_more: bool
    ) -> None:
        """Answer with a stretch of a log of facts."""
        resp.data = self._encode(req, rows, after_of(rows, next_after, has_more=has_more))

    def answer_backwards(
        self, req: Request, resp: Response, rows: list[Any], next_before: UUID | int | None, *, has_more: bool
    ) -> None:
        """Answer with a stretch of what is told from its end."""
        resp.data = self._encode(req, rows, before_of(rows, next_before, has_more=has_more))

    def show(self, req: Request, resp: Response, data: Any, *, is_whole: bool = True) -> None:
        """Answer with one resource, or with 304 if the client has this version and that tells all of it."""
        etag = etag_of(data.version)
        resp.set_header("ETag", etag)
        if matches_etag(req, etag) and is_whole:
            resp.status = 304
        else:
            self.answer(req, resp, data)

    def _encode(self, req: Request, data: Any, envelope: dict[str, Any]) -> bytes:
        """The bytes of an answer, without what the caller may not see."""
        hide(req.context.operation.answer, data, permissions_of(req))
        return encode(envelope)


def _send(req: Request, resp: Response, outcome: Outcome) -> None:
    """Answer with what became of a write, whether just now or before."""
    response = outcome.response
    resp.status, resp.data = response.status, response.body
    resp.set_header("X-Event-Position", str(outcome.position))
    if response.etag:
        resp.set_header("ETag", response.etag)
    if outcome.replayed:
        # It was stored for the rights of then.
        resp.data = hide_in_body(req.context.operation.answer, response.body, permissions_of(req))
        resp.set_header("Idempotent-Replayed", "true")


def _note_access(req: Request, access: Access) -> None:
    req.context.is_blind = access.is_blind


def permissions_of(req: Request) -> frozenset[str]:
    """What the caller holds. Where counts are not blind, everybody may see what drawers should hold."""
    caller: Caller | None = req.context.caller
    if caller is None:
        return frozenset()
    if getattr(req.context, "is_blind", True):
        return caller.permissions
    return caller.permissions | {VIEW_EXPECTED}


def idempotency_key(req: Request, peppers: Sequence[bytes]) -> IdempotencyKey | None:
    """The request's Idempotency-Key with the fingerprint of the request. Raises InvalidParameter.

    Bodies may hold passwords, so the fingerprint is made with a key of the server's own, the first pepper.
    """
    key = req.get_header("Idempotency-Key")
    if key is None:
        return None
    if "\n" in key:
        # Our web server keeps several lines of it apart in this way.
        raise InvalidParameter(details=[Detail("Idempotency-Key", "duplicate", "Must be sent once.")])
    if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
        message = "1 to 255 printable characters."
        raise InvalidParameter(details=[Detail("Idempotency-Key", "invalid", message)])
    caller = str(req.context.caller.user_id).encode()
    parts: tuple[bytes, ...] = (caller, req.method.encode(), req.path.encode(), req.context.raw_body)
    if req.context.query:
        # Tried and done are not the same request, so that a key for the one is none for the other.
        parts += (repr(sorted(req.context.query.items())).encode(),)
    return IdempotencyKey.of(key, *parts, peppers=peppers)


def visitor_of(req: Request) -> Visitor:
    """Whoever sent the request, whether signed in or not."""
    return Visitor.of(req.context.address, req.user_agent, req.context.request_id)


def requested_stores(store_id: UUID | None, caller: Caller) -> tuple[UUID, ...]:
    """The stores that are asked about: the one that was named, else the caller's; none for all.

    Raises OtherStore for a store the caller does not work in.
    """
    if store_id is None:
        return caller.store_ids
    if caller.store_ids and store_id not in caller.store_ids:
        raise OtherStore
    return (store_id,)


def _wait_for(req: Request) -> int | None:
    position = req.get_header("X-Wait-For-Position")
    if position is None:
        return None
    if not _DIGITS.match(position):
        message = "A position of the log, such as 42."
        raise InvalidParameter(details=[Detail("X-Wait-For-Position", "invalid", message)])
    return int(position)
