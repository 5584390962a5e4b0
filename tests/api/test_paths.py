"""Paths, spelt in one way, and what they can be asked: HEAD and OPTIONS beside the declared methods."""

import json
import re
import socket
from collections.abc import Callable, Iterator
from http.client import HTTPResponse
from itertools import pairwise
from typing import Any, cast
from uuid import uuid4

import pytest

from api.app import create_app
from api.openapi.document import Route, routes_of
from api.services import Services
from tests.waiting import PATIENCE

NOTHING = cast("Any", None)
BRANDS = "/api/admin/settings/brands"
#: What some server or proxy takes for /api/openapi.json.
MISSPELT = (
    "//api/openapi.json",
    "/api//openapi.json",
    "/./api/openapi.json",
    "/api/../api/openapi.json",
    "/api/openapi.json/",
    "/api/openapi.json//",
    "/%2Fapi/openapi.json",
    "/api%2Fopenapi.json",
    "/%61pi/openapi.json",
    "/api/openapi%2Ejson",
    "/api/openapi.json;v=1",
    "/api;v=1/openapi.json",
    "/api/openapi.json%00",
    "/api/openapi.json%3F",
    "/api\\openapi.json",
    "/API/openapi.json",
    "/api/openapi.json%20",
    "http://anywhere//api/openapi.json",
)


_NOBODYS = str(uuid4())
NONCE = re.compile("'nonce-[^']+'")


def routes() -> list[Route]:
    services = Services(
        application=NOTHING, authentication=NOTHING, health=NOTHING, pictures=NOTHING, now=NOTHING
    )
    return list(routes_of(create_app(services)))


def path_of(route: Route) -> str:
    parts = route.template.split("/")
    return "/".join(_stand_in(part) if "{" in part else part for part in parts)


def _stand_in(part: str) -> str:
    return _NOBODYS if ":uuid" in part else "1" if ":int" in part else "x"


def ask(service: Any, target: str, method: str = "GET") -> tuple[HTTPResponse, bytes]:
    """What is answered to a target that is sent as it stands."""
    with socket.create_connection((service.host, service.port), timeout=PATIENCE) as connection:
        connection.sendall(f"{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = HTTPResponse(connection, method=method)
        answer.begin()
        return answer, answer.read()


class TestSpelling:
    @pytest.mark.parametrize("target", MISSPELT)
    def test_there_is_one_and_any_other_is_no_path(self, service: Any, target: str) -> None:
        answer, body = ask(service, target)
        assert (answer.status, json.loads(body)["error"]["code"]) == (404, "not_found")
        assert json.loads(body)["request_id"] == answer.headers["X-Request-Id"]

    def test_what_a_proxy_sends_whole_is_understood(self, service: Any) -> None:
        assert ask(service, "http://anywhere/api/openapi.json")[0].status == 200

    def test_an_id_may_be_of_capital_letters_and_of_no_other_shape(self, shop: Any) -> None:
        admin = shop.client()
        brand_id = admin.post(BRANDS, {"name": "Acme"}).data["id"]
        assert admin.get(f"{BRANDS}/{brand_id.upper()}").data["id"] == brand_id
        for other in (brand_id.replace("-", ""), f"urn:uuid:{brand_id}", f"%7B{brand_id}%7D"):
            assert admin.get(f"{BRANDS}/{other}").code == "not_found", other

    def test_no_spelling_escapes_the_count(
        self, serve_here: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("api.rate_limits.WINDOW", 10**10)
        with serve_here(MIPOS_REQUESTS_PER_MINUTE="1000000") as small:
            remaining = [
                int(ask(small, target, method)[0].headers["RateLimit-Remaining"])
                for method in ("GET", "HEAD", "OPTIONS", "POST", "FOO")
                for target in (*MISSPELT, "/", "/docs", "/api", "/ready", "/metrics", "/favicon.ico")
            ]
        assert all(later == earlier - 1 for earlier, later in pairwise(remaining))


@pytest.fixture
def somebody(shop: Any, platform: Any) -> Callable[[Route], Iterator[Any]]:
    """The clients that may ask an operation what it knows: an administrator, else the platform."""

    def find(route: Route) -> Iterator[Any]:
        return (one for one in (shop.client(), platform) if one.get(path_of(route)).status != 403)

    return find


#: What differs from one answer to the next.
PASSING = frozenset(
    {"x-request-id", "x-report-about", "ratelimit-remaining", "ratelimit-reset", "date", "content-length"}
)


class TestHead:
    def test_is_answered_like_get_without_the_body(self, somebody: Callable[[Route], Iterator[Any]]) -> None:
        for route in routes():
            if route.method != "GET":
                continue
            for client in somebody(route):
                shown, head = client.get(path_of(route)), client.call("HEAD", path_of(route))
                assert (head.status, head.body) == (shown.status, b""), route.template
                lasting = [
                    # Each page has scripts of its own: what lets them run is used once.
                    {name: NONCE.sub("", answer.headers[name]) for name in answer.headers.keys() - PASSING}
                    for answer in (shown, head)
                ]
                assert lasting[0] == lasting[1], route.template
                assert head.headers.keys() == shown.headers.keys(), route.template

    def test_names_version_and_length(self, shop: Any) -> None:
        admin = shop.client()
        path = f"{BRANDS}/{admin.post(BRANDS, {'name': 'Acme'}).data['id']}"
        head = admin.call("HEAD", path)
        assert head.headers["etag"] == '"1"'
        assert int(head.headers["content-length"]) == len(admin.get(path).body)
        assert admin.call("HEAD", path, headers={"If-None-Match": '"1"'}).status == 304

    def test_of_a_file_is_as_long_as_the_file(self, stocked: Any) -> None:
        admin, path = stocked.shop.client(), "/api/admin/products/export"
        head = admin.call("HEAD", path)
        assert int(head.headers["content-length"]) == len(admin.get(path).body) > 0
        assert head.body == b""

    def test_takes_what_get_takes(self, shop: Any) -> None:
        assert shop.service.client().call("HEAD", BRANDS).status == 401
        assert shop.client("Cashier").call("HEAD", BRANDS).status == 403
        refused = shop.client().call("HEAD", "/api/auth/login")
        assert (refused.status, refused.headers["allow"], refused.body) == (405, "OPTIONS, POST", b"")

    def test_leaves_the_connection_in_order(self, shop: Any) -> None:
        with socket.create_connection(shop.client().address, timeout=PATIENCE) as connection:
            for method in ("HEAD", "GET", "HEAD", "HEAD", "GET"):
                connection.sendall(f"{method} /health HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                answer = HTTPResponse(connection, method=method)
                answer.begin()
                assert (answer.status, bool(answer.read())) == (200, method == "GET")


class TestOptions:
    def test_name_what_a_route_can_be_asked_to_anyone(self, service: Any) -> None:
        declared: dict[str, set[str]] = {}
        for route in routes():
            more = {"HEAD", "OPTIONS"} if route.method == "GET" else {"OPTIONS"}
            declared.setdefault(path_of(route), set()).update({route.method}, more)
        for path, methods in declared.items():
            for method in ("OPTIONS", "TRACE"):
                answer = service.client().call(method, path)
                assert answer.status == (204 if method == "OPTIONS" else 405), path
                assert answer.headers["allow"] == ", ".join(sorted(methods)), path

    def test_tell_nothing_of_what_there_is(self, shop: Any) -> None:
        brand_id = shop.client().post(BRANDS, {"name": "Acme"}).data["id"]
        answers = [shop.service.client().call("OPTIONS", f"{BRANDS}/{one}") for one in (brand_id, uuid4())]
        assert [(answer.status, answer.body, answer.headers["allow"]) for answer in answers] == [
            (204, b"", "DELETE, GET, HEAD, OPTIONS, PATCH")
        ] * 2

    def test_of_no_route_are_not_found(self, service: Any) -> None:
        assert service.client().call("OPTIONS", "/api/nowhere").code == "not_found"

    @pytest.mark.parametrize("method", ["FOO", "TRACE", "CONNECT", "WEBSOCKET"])
    def test_a_method_that_nothing_takes_is_refused_in_one_shape(self, service: Any, method: str) -> None:
        answer, body = ask(service, "/api/auth/me", method)
        assert answer.status in (400, 405)
        assert json.loads(body)["error"]["code"] in ("method_not_allowed", "malformed_request")
        assert answer.headers["X-Request-Id"] == json.loads(body)["request_id"]
