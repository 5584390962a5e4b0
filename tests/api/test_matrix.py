"""Who may call what: the table in PERMISSIONS.md, compared with what the server does."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest

from api.app import create_app
from api.openapi.document import Route, routes_of
from api.operations import PUBLIC
from api.services import Services
from domain.permissions import PERMISSIONS, ROLES, SUPER_ADMIN

NOTHING = cast("Any", None)
TABLE = Path(__file__).parents[2] / "PERMISSIONS.md"
YES, NO = "yes", "no"
#: Ends the session it is called with, so it gets a session of its own.
ENDS_THE_SESSION = "/api/auth/logout"


@dataclass(frozen=True)
class Line:
    """One line of the table: an operation, what it needs, and the roles that may call it."""

    method: str
    path: str
    needs: str
    allowed: frozenset[str]


def lines() -> dict[tuple[str, str], Line]:
    """The table, read as a person reads it."""
    lines_by_route = {}
    for text in TABLE.read_text().splitlines():
        cells = [cell.strip().strip("`") for cell in text.strip("|").split("|")]
        method = cells[0].partition(" ")[0]
        if method not in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            continue
        path = cells[0].partition(" ")[2]
        marks = dict(zip(ROLES, cells[2:], strict=True))
        assert set(marks.values()) <= {YES, NO}, text
        allowed = frozenset(role for role, mark in marks.items() if mark == YES)
        assert (method, path) not in lines_by_route, text
        lines_by_route[method, path] = Line(method, path, cells[1], allowed)
    return lines_by_route


def routes() -> list[Route]:
    """Every operation there is; nobody stands behind these routes, they are only read."""
    services = Services(
        application=NOTHING, authentication=NOTHING, health=NOTHING, pictures=NOTHING, now=NOTHING
    )
    return list(routes_of(create_app(services)))


def in_table() -> Iterator[tuple[Route, Line]]:
    """The operations with their lines; one test fails for all that have none."""
    table = lines()
    return ((route, table[key]) for route in routes() if (key := (route.method, route.path)) in table)


def is_open(route: Route) -> bool:
    return route.operation.permission == PUBLIC


def path_of(route: Route) -> str:
    """The route's path with ids that nothing has."""
    parts = route.template.split("/")
    return "/".join(_stand_in(part) if "{" in part else part for part in parts)


def _stand_in(part: str) -> str:
    return str(uuid4()) if ":uuid" in part else "1" if ":int" in part else "nothing"


def call(client: Any, route: Route, query: str = "") -> Any:
    return client.call(route.method, path_of(route) + query, None if route.method == "GET" else {})


def is_refused(answer: Any) -> bool:
    """Whether the door stayed shut; what is refused further in has other codes, or names the reason."""
    return bool(answer.status == 403 and answer.code == "forbidden")


@pytest.fixture
def client_of(shop: Any, platform: Any) -> Any:
    """Gives a client in any role."""
    return lambda role: platform if role == SUPER_ADMIN else shop.client(role)


class TestTheTable:
    def test_has_a_line_for_every_operation_and_no_other(self) -> None:
        declared = {(route.method, route.path) for route in routes()}
        missing, extra = sorted(declared - lines().keys()), sorted(lines().keys() - declared)
        assert not missing, f"PERMISSIONS.md has no line for {missing}"
        assert not extra, f"PERMISSIONS.md has lines for what is no operation: {extra}"

    def test_names_what_each_operation_needs(self) -> None:
        for route, line in in_table():
            assert line.needs == route.operation.permission, line

    def test_says_of_each_role_what_the_role_holds(self) -> None:
        for line in lines().values():
            holders = frozenset(ROLES) if line.needs not in PERMISSIONS else None
            expected = frozenset(PERMISSIONS[line.needs][1]) if holders is None else holders
            assert line.allowed == expected, line


class TestWhatHappens:
    @pytest.mark.parametrize("role", ROLES)
    def test_is_what_the_table_says(self, client_of: Any, role: str) -> None:
        client, wrong = client_of(role), []
        for route, line in in_table():
            if route.template == ENDS_THE_SESSION:
                continue
            answer = call(client, route)
            allowed = role in line.allowed
            if is_refused(answer) == allowed or (answer.status == 401 and not is_open(route)):
                wrong.append((route.method, route.template, answer.status))
        assert wrong == []

    def test_nobody_unknown_gets_past_the_door(self, shop: Any) -> None:
        client = shop.service.client()
        for route in routes():
            answer = call(client, route)
            if is_open(route):
                assert not is_refused(answer), route.template
            else:
                assert (answer.status, answer.code) == (401, "unauthenticated"), route.template

    def test_an_ended_session_opens_nothing(self, shop: Any) -> None:
        client = shop.client()
        assert client.post(ENDS_THE_SESSION).status == 200
        for route in routes():
            if not is_open(route):
                answer = call(client, route)
                assert (answer.status, answer.code) == (401, "token_revoked"), route.template


class TestWhatNobodyDeclared:
    def test_a_field_that_is_not_known_is_refused(self, client_of: Any) -> None:
        for route, line in in_table():
            if route.operation.body is None:
                continue
            role = next(role for role in ROLES[::-1] if role in line.allowed)
            answer = client_of(role).call(route.method, path_of(route), {"surely_unknown": 1})
            assert (answer.status, answer.code) == (422, "validation_failed"), route.template
            assert "surely_unknown" in answer.fields, route.template

    def test_a_parameter_that_is_not_known_is_refused(self, client_of: Any) -> None:
        for route, line in in_table():
            if not line.allowed or route.template in ("/docs", "/health", "/ready", "/metrics"):
                continue
            role = next(role for role in ROLES[::-1] if role in line.allowed)
            answer = call(client_of(role), route, "?surely_unknown=1")
            assert (answer.status, answer.code) == (400, "invalid_parameter"), route.template
