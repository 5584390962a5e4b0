"""What happens to every request around its responder: identity, rights, validation, headers, one log line."""

import re
import time
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from secrets import token_hex
from typing import Any

import structlog
from falcon import HTTP_METHODS, HTTPMethodNotAllowed, HTTPNotFound, Request, Response
from prometheus_client import Counter, Histogram
from structlog.contextvars import bind_contextvars, clear_contextvars

from api.addresses import sender_of
from api.operations import PUBLIC, Operation, operations_of
from api.paths import is_spelt_right
from api.rate_limits import RequestLimits
from api.requests import (
    check_choices,
    load_body,
    load_form,
    load_query,
    read_body,
    read_csv,
    read_form,
    substance_of,
)
from api.resource import visitor_of
from api.services import Services
from api.watchers import WATCHED, is_on_this_machine
from commands.access import NoToken, OtherScheme, Unauthenticated
from commands.ports import Caller
from commands.signing_in import TooManyRequests, neighbourhood_of
from domain.approvals import ApprovalNotValid
from domain.errors import NotAllowed, Refusal

log = structlog.get_logger("request")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}\Z")
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})

REQUESTS = Counter("mipos_http_requests_total", "Answered requests.", ["method", "route", "status"])
SECONDS = Histogram(
    "mipos_http_request_seconds",
    "How long requests take.",
    ["method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
# To look a series up takes longer than to count.
_requests, _seconds = cache(REQUESTS.labels), cache(SECONDS.labels)

_SECURITY_HEADERS = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
]
#: An answer of the API is no page: a browser that shows it loads nothing, and nobody frames it.
_SECURITY_POLICY = "default-src 'none'; frame-ancestors 'none'"
#: For whoever came encrypted: do not come otherwise for two years.
_ONLY_ENCRYPTED = "max-age=63072000"


#: What asks again and again whether all is well.
_PROBED = WATCHED | {"/health"}


def _is_probe(req: Request, resp: Response) -> bool:
    """Whether this machine itself asks how the service is, and all is well: nobody wants to read of that."""
    return req.path in _PROBED and resp.status_code < HTTPStatus.BAD_REQUEST and is_on_this_machine(req)


class Gatekeeper:
    """Lets a request through to its responder only when its operation's declaration is satisfied."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._operations: dict[int, dict[str, Operation]] = {}
        self._limits = RequestLimits(services.requests_per_minute, services.processes)

    def process_request(self, req: Request, resp: Response) -> None:
        """Give every request an id and a start, count it, and look whether its path can lead anywhere."""
        # A request that was put off runs again in the same environment, and goes on counting.
        req.context.started = req.env.setdefault("mipos.started", time.perf_counter())
        req.context.method = req.method
        own_id = req.get_header("X-Request-Id") or ""
        req.context.request_id = own_id if _REQUEST_ID.match(own_id) else token_hex(16)
        # In each line that the request causes, whoever writes it; a thread serves one request after another.
        clear_contextvars()
        bind_contextvars(request_id=req.context.request_id)
        req.context.caller = None
        resp.set_header("X-Request-Id", req.context.request_id)
        req.context.address = sender_of(req, self._services.trusted_proxies)
        self._identify(req)
        if req.path != "/health":
            self._limit(req, resp)
        if not is_spelt_right(req):
            raise HTTPNotFound
        if req.method == "HEAD":
            # Whatever is answered to GET is answered, and its body left out when all is done.
            req.method = "GET"

    def process_resource(self, req: Request, resp: Response, resource: Any, params: dict[str, Any]) -> None:
        """Authenticate, authorise, validate: in this order, so that nobody learns what they may not."""
        operation = self._operation(resource, req.method)
        if operation is None:
            self._name_methods(req, resp, resource)
            return
        bind_contextvars(route=req.uri_template)
        req.context.lengthy = operation.lengthy
        if operation.permission == PUBLIC:
            self._read_of_anyone(req, operation)
            return
        caller = req.context.caller
        if caller is None:
            raise req.context.stranger
        try:
            caller = req.context.caller = self._approved(req, operation, caller)
            if not operation.is_open_to(caller.permissions):
                raise NotAllowed.without(operation.permission, *operation.alternatives)
            self._read(req, operation)
            if caller.approval:
                caller.approval.check_order(_order_of(req, params))
            check_choices(operation.query, req.context.query, caller.permissions)
        except Refusal:
            # The responder's own transaction would find an ended session; here is none, so it is asked for.
            self._services.application.check(caller)
            raise

    def _approved(self, req: Request, operation: Operation, caller: Caller) -> Caller:
        """The caller with what the request's approval grants, if it brings one. Raises ApprovalNotValid."""
        token = req.get_header("X-Approval") if operation.approvals else None
        if token is None:
            return caller
        approval = self._services.authentication.find_approval(token, caller)
        if approval.key not in operation.approvals:
            raise ApprovalNotValid("The approval is for something else.")
        return caller.under(approval)

    def _read_of_anyone(self, req: Request, operation: Operation) -> None:
        """Take in what anyone may send; what cannot be read counts like a wrong password, for its address.

        It names no account for certain, and tries no password. Raises TooManyRequests.
        """
        try:
            self._read(req, operation)
        except Refusal:
            if req.method in _WRITES:
                self._services.authentication.count_attempt(visitor_of(req))
            raise

    def _name_methods(self, req: Request, resp: Response, resource: Any) -> None:
        """Tell anyone what a route can be asked (OPTIONS). Raises HTTPMethodNotAllowed, saying the same."""
        methods = [*self._operations[id(resource)], "OPTIONS"]
        allowed = sorted([*methods, "HEAD"] if "GET" in methods else methods)
        if req.method != "OPTIONS":
            raise HTTPMethodNotAllowed(allowed)
        resp.set_header("Allow", ", ".join(allowed))
        resp.status = 204
        resp.complete = True

    def _read(self, req: Request, operation: Operation) -> None:
        """Take in parameters and body as the operation declares them."""
        req.context.operation = operation
        req.context.query = load_query(req, operation.query)
        if req.method in _WRITES:
            req.context.raw_body = read_body(req, operation.max_body_bytes or self._services.max_body_bytes)
            if operation.body_is_optional and not req.context.raw_body:
                req.context.body = operation.body.load({}) if operation.body else {}
            elif operation.body is not None:
                req.context.body = load_body(req, req.context.raw_body, operation.body)
            elif operation.file is not None:
                req.context.raw_body = read_csv(req, req.context.raw_body)
            elif operation.form is not None:
                parts = read_form(req, req.context.raw_body)
                req.context.raw_body = substance_of(parts)
                req.context.body = load_form(parts, operation.form)

    def process_response(self, req: Request, resp: Response, resource: Any, req_succeeded: bool) -> None:
        """Set the headers every answer carries, count it, and write its log line."""
        del resource, req_succeeded
        if req.context.method == "HEAD":
            req.method = "HEAD"
            _close(resp.stream)
        resp.set_headers(_SECURITY_HEADERS)
        if resp.get_header("Content-Security-Policy") is None:
            resp.set_header("Content-Security-Policy", _SECURITY_POLICY)
        if self._services.cors_origins:
            # Whoever keeps an answer must not give one origin's to another.
            resp.append_header("Vary", "Origin")
        if req.scheme == "https":
            resp.set_header("Strict-Transport-Security", _ONLY_ENCRYPTED)
        if resp.get_header("Cache-Control") is None:
            resp.set_header("Cache-Control", "no-store")
        seconds = time.perf_counter() - req.context.started
        route = req.uri_template or "unknown"
        # A client may send any word as its method; each would be a series of its own for ever.
        method = req.method if req.method in HTTP_METHODS else "other"
        status = resp.status_code
        # A method that a route does not take is one of many that it could be asked with.
        counted = "other" if status == HTTPStatus.METHOD_NOT_ALLOWED else method
        # Traces tell the same of it.
        req.env["mipos.counted"] = counted, route
        _requests(counted, route, status).inc()
        _seconds(counted, route).observe(seconds)
        caller = req.context.caller
        (log.debug if _is_probe(req, resp) else log.info)(
            "answered",
            method=method,
            # What stands in a path may be a secret, or somebody's name.
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 2),
            **({"role": caller.role} if caller else {}),
        )
        clear_contextvars()

    def _operation(self, resource: Any, method: str) -> Operation | None:
        # Resources live as long as the application, so their identity is a sound and quick key.
        operations = self._operations.get(id(resource))
        if operations is None:
            operations = self._operations[id(resource)] = dict(operations_of(resource))
        return operations.get(method)

    def _identify(self, req: Request) -> None:
        """Find out who asks; why somebody stays a stranger is told only where strangers may not go."""
        try:
            caller = req.context.caller = self._caller(req)
            bind_contextvars(company_id=caller.company_id, user_id=caller.user_id)
        except Unauthenticated as refusal:
            req.context.stranger = refusal

    def _limit(self, req: Request, resp: Response) -> None:
        """Count the request for its user, else for its address, and say what is left.

        Raises TooManyRequests, but not for what watches over the service on its own machine.
        """
        allowance = req.env.get("mipos.allowance")
        if allowance is None:
            caller = req.context.caller
            # Users of two companies may have the same id.
            sender = (caller.company_id, caller.user_id) if caller else neighbourhood_of(req.context.address)
            allowance = req.env["mipos.allowance"] = self._limits.take(sender)
        resp.set_headers(
            (
                ("RateLimit-Limit", str(allowance.limit)),
                ("RateLimit-Remaining", str(allowance.remaining)),
                ("RateLimit-Reset", str(allowance.reset)),
            )
        )
        if allowance.is_exceeded and not (req.path in WATCHED and is_on_this_machine(req)):
            raise TooManyRequests(allowance.reset)

    def _caller(self, req: Request) -> Caller:
        scheme, _, token = (req.get_header("Authorization") or "").partition(" ")
        if not scheme:
            raise NoToken
        if scheme.lower() != "bearer" or not token:
            raise OtherScheme
        return self._services.authentication.caller_of(token.strip()).within(req.context.request_id)


def _order_of(req: Request, params: Mapping[str, Any]) -> Any:
    """The order that a request is about: the one of its path, else of its body, else the one it makes."""
    body = getattr(req.context, "body", {})
    return params.get("order_id") or body.get("order_id") or body.get("id")


def _close(stream: Any) -> None:
    """Let go of a file that nobody will read."""
    if hasattr(stream, "close"):
        stream.close()
