"""What no client should send: each is refused in one shape, named, and leaves nothing behind."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from gzip import compress
from http.client import HTTPConnection, HTTPResponse
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from marshmallow import Schema, fields

from api.app import create_app
from api.fields import (
    Anything,
    Day,
    Exact,
    Flag,
    Id,
    Moment,
    Money,
    PositionOrMoment,
    SignedMoney,
    Text,
    Whole,
)
from api.openapi.document import Route, routes_of
from api.services import Services
from domain.permissions import PERMISSIONS, permissions_of
from tests.waiting import PATIENCE

NOTHING = cast("Any", None)
BRANDS = "/api/admin/settings/brands"
USERS = "/api/admin/settings/users"
Wrong = tuple[str, Any]


def routes_with_bodies() -> list[Route]:
    services = Services(
        application=NOTHING, authentication=NOTHING, health=NOTHING, pictures=NOTHING, now=NOTHING
    )
    return [route for route in routes_of(create_app(services)) if route.operation.body is not None]


def path_of(route: Route) -> str:
    parts = route.template.split("/")
    return "/".join(str(uuid4()) if part.startswith("{") else part for part in parts)


NEITHER = [True, [], {}]
#: Values that a field of a kind can never take; the first kind that a field is of decides.
WRONG_VALUES: tuple[tuple[type[fields.Field[Any]], list[Any]], ...] = (
    (Id, ["x", 1, *NEITHER, "00000000-0000-0000-0000-00000000000g"]),
    (Money, [1.5, "x", *NEITHER, "1", -1, 2**53 + 1, 10**40]),
    (SignedMoney, [1.5, "x", *NEITHER, "1", 2**53 + 1, 10**40]),
    (Whole, [1.5, "x", *NEITHER, "1.0", "٣", 10**40]),
    (Exact, ["x", "", *NEITHER, "1e3", "NaN", "Infinity", "٣", 10**40, 1e300, "0.000001"]),
    (PositionOrMoment, ["x", 0, -1, 1.5, *NEITHER, 10**40, "2024-01-01"]),
    (Moment, ["x", 1, *NEITHER, "2024-01-01", "2024-02-30T00:00:00Z", "0000-01-01T00:00:00Z"]),
    (Day, ["x", 1, *NEITHER, "2024-02-30", "20240101", "2024-01-01T00:00:00Z", "0000-01-01"]),
    (Flag, ["x", 1, 0, "yes", [], {}]),
    (Text, [1, 1.5, *NEITHER, "x" * 100_001, "a\u0000b", "\u001b[31m", "\u007f"]),
    (fields.String, [1, *NEITHER, "x" * 100_001]),
    (Anything, ["x", 1, True, []]),
    (fields.Dict, ["x", 1, [], {"a": 1}, {"a": "b" * 1000}]),
    (fields.List, ["x", 1, True, {"a": 1}, [None]]),
    (fields.Nested, ["x", 1, True, []]),
)


def wrong_values(field: fields.Field[Any]) -> list[Any]:
    return next(values for kind, values in WRONG_VALUES if isinstance(field, kind))


def wrongs(schema: Schema) -> Iterator[Wrong]:
    """Each field with each wrong value, down to the fields of what lies within: a path and a body."""
    for field in schema.fields.values():
        name = field.data_key or str(field.name)
        if not field.allow_none:
            yield name, {name: None}
        for value in wrong_values(field):
            yield name, {name: value}
        if isinstance(field, fields.Nested):
            yield from ((f"{name}.{path}", {name: body}) for path, body in wrongs(field.schema))
        if isinstance(field, fields.List) and isinstance(field.inner, fields.Nested):
            for path, body in wrongs(field.inner.schema):
                yield f"{name}.0.{path}", {name: [body]}


def is_refused(answer: Any) -> bool:
    """Whether a failure has its documented shape."""
    body = answer.json
    return bool(
        answer.headers["content-type"] == "application/json"
        and body.keys() == {"success", "message", "error", "request_id"}
        and body["success"] is False
        and body["message"]
        and body["error"].keys() == {"code", "details", "doc_url"}
        and body["error"]["doc_url"].endswith(f"/docs/errors#{answer.code}")
        and body["request_id"] == answer.headers["x-request-id"]
        and all(detail.keys() == {"field", "code", "message"} for detail in body["error"]["details"])
    )


@pytest.fixture
def whoever_may(unharmed: Any, platform: Any) -> Callable[[Route], Any]:
    """Finds somebody who may call an operation: an administrator, or else the platform."""

    def find(route: Route) -> Any:
        needed = route.operation.permission
        is_platforms = needed in PERMISSIONS and needed not in permissions_of("Admin")
        return platform if is_platforms else unharmed

    return find


@pytest.fixture
def unharmed(shop: Any) -> Iterator[Any]:
    """An administrator whose company is, after the test, what it was before."""
    before = len(shop.events())
    yield shop.client()
    assert len(shop.events()) == before


class TestBodies:
    @pytest.mark.parametrize(
        "path", [BRANDS, "/api/admin/stores", "/api/admin/products", "/api/pos/orders", USERS]
    )
    def test_what_is_made_is_not_called_by_the_nil_uuid(self, unharmed: Any, path: str) -> None:
        refused = unharmed.post(path, {"id": str(UUID(int=0))})
        assert refused.status == 422
        assert "id" in refused.fields

    def test_what_is_no_json_is_malformed(self, unharmed: Any) -> None:
        bodies = [
            b"",
            b"{",
            b"{}{}",
            b'{"name": "x",}',
            b"{'name': 'x'}",
            b'{"name": NaN}',
            b'{"name": Infinity}',
            b'{"name": 1e400}',
            b'{"name": -1e400}',
            b'{"name": 01}',
            b'{"name": "\x00"}',
            b'{"name": "\n"}',
            b'{"name": "\xff"}',
            b'{"name": "\xc0\x80"}',
            b'{"name": "\xed\xa0\x80"}',
            b'{"name": "\\ud800"}',
            b'{"name": "\\udc00 and more"}',
            b'{"name": "\\ud800\\u0041"}',
            b'{"na\\ud800me": "x"}',
            '{"name": "x"}'.encode("utf-16"),
            b"\xef\xbb\xbf{}",
            b"\x00",
            b"[" * 100_000,
            b'{"a":' * 100_000,
            b'{"name": ' + b"[" * 20 + b"]" * 20 + b"}",
        ]
        for raw in bodies:
            answer = unharmed.call("POST", BRANDS, raw=raw)
            assert (answer.status, answer.code) == (400, "malformed_json"), raw[:40]
            assert is_refused(answer)

    def test_what_is_no_object_is_invalid(self, unharmed: Any) -> None:
        for raw in (b"null", b"[]", b'"name"', b"1", b"true", b"[{}]"):
            answer = unharmed.call("POST", BRANDS, raw=raw)
            assert (answer.status, answer.code) == (422, "validation_failed"), raw
            assert is_refused(answer)

    def test_what_is_not_said_to_be_json_is_not_read(self, unharmed: Any) -> None:
        for media_type in ("", "text/plain", "application/xml", "application/x-www-form-urlencoded", "json"):
            headers = {"Content-Type": media_type}
            answer = unharmed.call("POST", BRANDS, raw=b'{"name": "x"}', headers=headers)
            assert (answer.status, answer.code) == (415, "unsupported_media_type"), media_type
            assert is_refused(answer)

    def test_what_is_compressed_is_not_called_malformed(self, unharmed: Any) -> None:
        packed = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        answer = unharmed.call("POST", BRANDS, raw=compress(b'{"name": "Acme"}'), headers=packed)
        assert (answer.status, answer.code) == (415, "unsupported_media_type")
        assert "compressed" in answer.json["message"]

    @pytest.mark.parametrize("charset", ["utf-8", '"UTF-8"', "utf8", "us-ascii"])
    def test_json_may_say_how_it_is_encoded(self, shop: Any, charset: str) -> None:
        headers = {"Content-Type": f"Application/JSON; charset={charset}"}
        assert shop.client().call("POST", BRANDS, raw=b'{"name": "x"}', headers=headers).status == 201

    @pytest.mark.parametrize("charset", ["latin-1", "ISO-8859-1", "utf-16", '"windows-1252"', '""'])
    def test_what_is_said_to_be_no_utf_8_is_not_read_as_such(self, unharmed: Any, charset: str) -> None:
        headers = {"Content-Type": f"application/json; charset={charset}"}
        answer = unharmed.call("POST", BRANDS, raw='{"name": "Caf\u00e9"}'.encode(), headers=headers)
        assert (answer.status, answer.code) == (415, "unsupported_media_type")
        assert f"charset={charset}: send `Content-Type: application/json`" in answer.json["message"]

    def test_a_number_has_no_end_and_is_refused_all_the_same(self, unharmed: Any) -> None:
        raw = b'{"name": "x", "symbol": "x", "precision": ' + b"9" * 5000 + b"}"
        answer = unharmed.call("POST", "/api/admin/settings/units", raw=raw)
        assert answer.status in (400, 422)
        assert is_refused(answer)

    def test_every_unknown_field_is_named(self, whoever_may: Callable[[Route], Any]) -> None:
        for route in routes_with_bodies():
            answer = whoever_may(route).call(route.method, path_of(route), {"colour": "red", "__class__": {}})
            assert answer.status == 422, route.template
            assert answer.fields >= {"colour", "__class__"}, route.template
            assert is_refused(answer)

    def test_every_wrong_value_of_every_field_is_named(self, whoever_may: Callable[[Route], Any]) -> None:
        missed = []
        for route in routes_with_bodies():
            path = path_of(route)
            schema = route.operation.body
            assert schema is not None
            for field, body in wrongs(schema):
                answer = whoever_may(route).call(route.method, path, body)
                named = answer.status == 422 and any(
                    one == field or one.startswith(f"{field}.") for one in answer.fields
                )
                if not (named and is_refused(answer)):
                    missed.append((route.method, route.template, field, str(body)[:60], answer.status))
        assert missed == []

    def test_every_required_field_is_asked_for(self, whoever_may: Callable[[Route], Any]) -> None:
        for route in routes_with_bodies():
            schema = route.operation.body
            assert schema is not None
            required = {field.data_key or name for name, field in schema.fields.items() if field.required}
            if required and not schema.partial:
                answer = whoever_may(route).call(route.method, path_of(route), {})
                assert (answer.status, answer.fields) == (422, required), route.template


class TestSizes:
    def test_a_body_that_says_it_is_too_large_is_not_read(self, unharmed: Any) -> None:
        headers = {"Content-Length": str(10 * 2**20)}
        answer = unharmed.call("POST", BRANDS, raw=b"", headers=headers)
        assert (answer.status, answer.code) == (413, "body_too_large")
        assert is_refused(answer)

    def test_ten_megabytes_are_refused_before_they_have_all_arrived(self, unharmed: Any) -> None:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {unharmed.token}"}
        for _ in range(3):
            host, port = unharmed.address
            connection = HTTPConnection(host, port, timeout=PATIENCE)
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request("POST", BRANDS, b'{"name": "' + b"x" * (10 * 2**20) + b'"}', headers)
            answer = connection.getresponse()
            assert (answer.status, json.load(answer)["error"]["code"]) == (413, "body_too_large")
            connection.close()
            assert unharmed.get(BRANDS).status == 200

    def test_a_body_that_turns_out_too_large_is_not_kept(self, shop: Any) -> None:
        before = len(shop.events())
        with socket.create_connection(shop.client().address, timeout=PATIENCE) as connection:
            head = (
                f"POST {BRANDS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {shop.token()}\r\n"
                "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            connection.sendall(head.encode())
            chunk = b"%x\r\n" % 65_536 + b" " * 65_536 + b"\r\n"
            for _ in range(20):
                connection.sendall(chunk)
            connection.sendall(b"0\r\n\r\n")
            assert connection.recv(12) == b"HTTP/1.1 413"
        assert len(shop.events()) == before

    def test_nobody_unknown_is_listened_to_for_long(self, service: Any) -> None:
        headers = {"Content-Length": str(10 * 2**20)}
        answer = service.client().call("POST", BRANDS, raw=b"", headers=headers)
        assert (answer.status, answer.code) == (401, "unauthenticated")
        answer = service.client().call("POST", "/api/auth/login", raw=b"", headers=headers)
        assert (answer.status, answer.code) == (413, "body_too_large")

    def test_lists_have_an_end(self, unharmed: Any) -> None:
        line = {"variant_id": str(uuid4()), "quantity": 1}
        answer = unharmed.post("/api/pos/orders", {"lines": [line] * 501})
        assert (answer.status, answer.fields) == (422, {"lines"})


class TestHeadersAndQueries:
    @pytest.fixture
    def brand(self, shop: Any) -> str:
        registered = shop.client().post(BRANDS, {"name": "Acme"}).data
        return f"{BRANDS}/{registered['id']}"

    def test_a_header_that_means_nothing_is_named(self, shop: Any, brand: str) -> None:
        admin, before = shop.client(), len(shop.events())
        wrong: list[tuple[str, str, str]] = [
            ("PATCH", "If-Match", "x"),
            ("PATCH", "If-Match", "1"),
            ("PATCH", "If-Match", ""),
            ("PATCH", "If-Match", ","),
            ("PATCH", "If-Match", '"1'),
            ("PATCH", "If-Match", '"1" "2"'),
            ("PATCH", "If-Match", '*, "1"'),
            ("PATCH", "If-Match", 'w/"1"'),
            ("GET", "If-None-Match", "1"),
            ("GET", "If-None-Match", '"1", 2'),
            ("PATCH", "Idempotency-Key", "x" * 256),
            ("PATCH", "Idempotency-Key", ""),
            ("PATCH", "Idempotency-Key", "a\tb"),
            ("GET", "X-Wait-For-Position", "x"),
            ("GET", "X-Wait-For-Position", "-1"),
            ("GET", "X-Wait-For-Position", "1.5"),
            ("GET", "X-Wait-For-Position", "9" * 30),
            ("GET", "X-Wait-For-Position", ""),
        ]
        for method, header, value in wrong:
            body = {"name": "New"} if method == "PATCH" else None
            answer = admin.call(method, brand, body, headers={header: value})
            assert (answer.status, answer.code) == (400, "invalid_parameter"), (header, value)
            assert answer.fields == {header}
            assert is_refused(answer)
        assert len(shop.events()) == before

    @pytest.mark.parametrize("other", ["two", "one", ""])
    def test_two_keys_of_a_request_are_not_one(self, shop: Any, brand: str, other: str) -> None:
        admin, before = shop.client(), len(shop.events())
        host, port = admin.address
        connection = HTTPConnection(host, port, timeout=PATIENCE)
        connection.putrequest("PATCH", brand)
        for name, value in (
            ("Authorization", f"Bearer {admin.token}"),
            ("Content-Type", "application/json"),
            ("Content-Length", "15"),
            ("Idempotency-Key", "one"),
            ("Idempotency-Key", other),
        ):
            connection.putheader(name, value)
        connection.endheaders(b'{"name": "New"}')
        answer = connection.getresponse()
        error = json.load(answer)["error"]
        assert (answer.status, error["code"]) == (400, "invalid_parameter")
        assert [(one["field"], one["code"]) for one in error["details"]] == [("Idempotency-Key", "duplicate")]
        assert len(shop.events()) == before
        connection.close()
        assert admin.patch(brand, {"name": "New"}, Idempotency_Key="one,two").status == 200

    @pytest.mark.parametrize(
        "versions", ['"2"', '"2", "3"', 'W/"1"', '"01"', '"-1"', '"1.5"', '"99999999999999999999"', '""']
    )
    def test_what_no_version_is_called_is_the_version_of_nothing(
        self, brand: str, shop: Any, versions: str
    ) -> None:
        answer = shop.client().patch(brand, {"name": "New"}, If_Match=versions)
        assert (answer.status, answer.code) == (412, "precondition_failed")

    def test_what_the_server_cannot_even_read_is_refused_in_the_same_shape(self, service: Any) -> None:
        line, ending = b"GET /api/auth/me HTTP/1.1\r\n", b"Host: x\r\n\r\n"
        unreadable = {
            b"GET /api/" + b"x" * 9000 + b" HTTP/1.1\r\n" + ending: (414, "uri_too_long"),
            line + b"Authorization: Bearer " + b"x" * 9000 + b"\r\n" + ending: (431, "headers_too_large"),
            line + b"No colon\r\n" + ending: (400, "malformed_request"),
            b"nonsense\r\n\r\n": (400, "malformed_request"),
        }
        for request, (status, code) in unreadable.items():
            with socket.create_connection((service.host, service.port), timeout=PATIENCE) as connection:
                connection.sendall(request)
                answer = HTTPResponse(connection)
                answer.begin()
                envelope = json.loads(answer.read())
            assert (answer.status, envelope["error"]["code"]) == (status, code)
            assert envelope["success"] is False
            assert envelope["request_id"] == answer.headers["X-Request-Id"]

    def test_a_parameter_that_has_one_value_is_named_once(self, unharmed: Any) -> None:
        refused = unharmed.get(f"{BRANDS}?limit=1&limit=2&search=a&search=b&cheap=1&cheap=1")
        assert (refused.status, refused.code) == (400, "invalid_parameter")
        told = {detail["field"]: detail["message"] for detail in refused.json["error"]["details"]}
        assert told["limit"] == told["search"] == "Must be named once."
        assert told["cheap"].startswith("Unknown field.")
        several = f"store_id={uuid4()}&store_id=x&from=2026-03-01&to=2026-03-31"
        refused = unharmed.get(f"/api/admin/reports/sales-summary/overview?{several}")
        assert refused.fields == {"store_id"}
        assert "UUID" in refused.json["error"]["details"][0]["message"]

    def test_what_is_true_or_false_is_said_to_be(self, unharmed: Any) -> None:
        refused = unharmed.get("/api/admin/products?in_stock=yes")
        assert refused.json["error"]["details"][0]["message"] == "Must be true or false."

    def test_a_parameter_where_there_are_none_is_named(self, unharmed: Any) -> None:
        answer = unharmed.get("/api/auth/me?verbose=1&x=")
        assert (answer.status, answer.fields) == (400, {"verbose", "x"})

    def test_what_is_no_text_is_named(self, unharmed: Any) -> None:
        for wrong in ("%ff", "caf%e9", "%ed%a0%80", "%C3"):
            answer = unharmed.get(f"{BRANDS}?search={wrong}&limit=5")
            assert (answer.status, answer.code) == (400, "invalid_parameter"), wrong
            assert (answer.fields, answer.codes) == ({"search"}, {"not_utf8"}), wrong
        for right in ("caf%C3%A9", "%EF%BF%BD", "100%25", "%F0%9F%8D%B7"):
            assert unharmed.get(f"{BRANDS}?search={right}").status == 200, right

    def test_strange_bytes_in_an_address_do_no_harm(self, unharmed: Any) -> None:
        for query in ("search=%ff", "search=%00", "search=%ED%A0%80", "%00=1", "search=a&search=b", "&&=&"):
            answer = unharmed.get(f"{BRANDS}?{query}")
            assert answer.status in (200, 400), query
        for path in ("/api/%ff", "/api/admin/products/%2e%2e", "/api/admin/products/" + "0" * 5000):
            answer = unharmed.get(path)
            assert answer.status in (400, 404, 414), path


class TestTextsThatAreOnlyTexts:
    def test_what_looks_like_code_is_kept_as_it_is(self, shop: Any) -> None:
        admin = shop.client()
        names = [
            "Robert'); DROP TABLE events;--",
            "{{7*7}} ${7*7} %(company_id)s %s",
            "<script>alert(1)</script>",
            "名前 😀 e\u0301 a\u200db",
            "\\x00 \\u0000 NULL",
        ]
        for name in names:
            registered = admin.post(BRANDS, {"name": name})
            assert (registered.status, registered.data["name"]) == (201, name)
            assert admin.get(f"{BRANDS}/{registered.data['id']}").data == registered.data
        assert {row["name"] for row in admin.get(BRANDS).data} == set(names)

    def test_limits_are_counted_in_characters(self, shop: Any) -> None:
        admin = shop.client()
        assert admin.post(BRANDS, {"name": "é" * 200}).status == 201
        assert admin.post(BRANDS, {"name": "é" * 201}).fields == {"name"}


class TestNumbersThatAreTooLarge:
    def test_a_basket_worth_more_than_can_be_counted(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        variant = f"/api/admin/products/{stocked.product['id']}/variants/{stocked.variant_id}"
        admin.patch(variant, {"price": 2**53})
        for quantity in (2, 1_000_000_000):
            refused = stocked.sell(lines=[{"variant_id": stocked.variant_id, "quantity": quantity}])
            assert (refused.status, refused.code) == (422, "amount_too_large")
        assert json.dumps(admin.get(f"/api/admin/products/{stocked.product['id']}").data)

    def test_money_is_a_whole_number(self, stocked: Any) -> None:
        for amount in (1.0, "119", 119.5, True, None, -119):
            refused = stocked.sell(payments=[{"method": "cash", "amount": amount}])
            assert (refused.status, refused.fields) == (422, {"payments.0.amount"}), amount
