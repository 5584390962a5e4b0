"""Bodies as large as they may be and as bad as they can be: each costs little, and is answered briefly."""

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest
from marshmallow import Schema, fields

from api.app import create_app
from api.fields import Many
from api.openapi.document import Route, routes_of
from api.services import Services
from domain.permissions import PERMISSIONS, permissions_of
from tests.conftest import Database, start_afresh, started_by

NOTHING = cast("Any", None)
#: The most that is taken, less what the rest of a body needs.
ROOM = 1_048_576 - 2_000
#: What an answer may be long at most, and what it may cost of the server's processor, on a slow machine too.
LONGEST_ANSWER, MOST_SECONDS = 65_536, 10.0
#: By how much memory may still grow once every kind of body has been met.
MOST_GROWTH = 48 * 2**20
#: What a body is called, and how it is made when its turn comes.
Body = tuple[str, Callable[[], bytes]]


def routes() -> list[Route]:
    services = Services(
        application=NOTHING, authentication=NOTHING, health=NOTHING, pictures=NOTHING, now=NOTHING
    )
    return list(routes_of(create_app(services)))


def path_of(route: Route) -> str:
    parts = route.template.split("/")
    return "/".join(str(uuid4()) if part.startswith("{") else part for part in parts)


def filled(head: str, member: Callable[[int], str], tail: str, room: int = ROOM) -> bytes:
    """As many members as there is room for, divided by commas."""
    members, number = [], 0
    while room > 0:
        members.append(member(number))
        room, number = room - len(members[-1]) - 1, number + 1
    return f"{head}{','.join(members)}{tail}".encode()


def repeated(head: str, member: str, tail: str) -> bytes:
    """The same member again and again."""
    return f"{head}{','.join([member] * (ROOM // (len(member) + 1)))}{tail}".encode()


def unknown(head: str = "{", tail: str = "}", value: str = "1") -> Callable[[], bytes]:
    """Fields that nothing has."""
    return lambda: filled(head, lambda number: f'"{number:x}":{value}', tail)


def of_any_schema() -> Iterator[Body]:
    yield "unknown fields", unknown()
    yield "unknown lists", unknown(value="[]")
    yield "a name without end", lambda: b'{"' + b"x" * ROOM + b'":1}'
    yield "one name again and again", partial(repeated, "{", '"name":1', "}")
    yield "depth", lambda: b'{"name":' * (ROOM // 10)
    yield "depth that ends", lambda: b'{"name":' + b"[" * (ROOM // 2) + b"]" * (ROOM // 2) + b"}"
    yield "a number without end", lambda: b'{"name":' + b"9" * ROOM + b"}"
    yield "a fraction without end", lambda: b'{"name":0.' + b"0" * (ROOM - 1) + b"1}"
    yield "long numbers", partial(repeated, '{"name":[', "9" * 4000, "]}")
    yield "long fractions", partial(repeated, '{"name":[', "0." + "3" * 800, "]}")
    yield "exponents", partial(repeated, '{"name":[', "1e-999999999", "]}")
    yield "blanks", lambda: b" " * ROOM + b'{"unknown":1}'


def of_schema(schema: Schema) -> Iterator[Body]:
    """What is worst for these very fields."""
    for field in schema.fields.values():
        name = json.dumps(field.data_key or field.name)
        yield from of_text(name)
        yield f"{name}: empty lists", partial(repeated, f"{{{name}:[", "[]", "]}")
        yield f"{name}: objects", partial(repeated, f"{{{name}:[", "{}", "]}")
        yield f"{name}: wrong members", partial(repeated, f"{{{name}:[", '{"variant_id":1}', "]}")
        yield f"{name}: fields", unknown(f"{{{name}:{{", "}}")
        if isinstance(field, Many) and isinstance(field.inner, fields.Nested):
            yield from of_members(name, field)


def of_text(name: str) -> Iterator[Body]:
    """Long texts; what may be well in the end is sent along with what never is."""
    for text, last in (("é", ""), ("1", ""), (" ", "x"), ("@.", ""), ("\\n", ""), ("a-", "é")):
        yield f"{name}: {text}", partial(of_one_text, name, text, last)
    yield f"{name}: an exponent", partial(str.encode, f'{{{name}:1e300,"unknown":1}}')


def of_one_text(name: str, text: str, last: str) -> bytes:
    return f'{{{name}:"{text * (ROOM // len(text.encode()))}{last}","unknown":1}}'.encode()


def of_members(name: str, field: Many) -> Iterator[Body]:
    """A list that is no longer than it may be, and members that are as bad as there is room for."""
    most = int(field._length.max or 0)
    each = ROOM // most - 20
    yield f"{name}: unknown fields", partial(of_unknown_members, name, most, each)
    inner = cast("fields.Nested", field.inner).schema
    for one in inner.fields.values():
        if isinstance(one, Many):
            yield f"{name}: members of members", partial(of_inner_members, name, most, each, one)


def of_unknown_members(name: str, most: int, each: int) -> bytes:
    member = filled("{", lambda number: f'"{number:x}":1', "}", each).decode()
    return f"{{{name}:[{','.join([member] * most)}]}}".encode()


def of_inner_members(name: str, most: int, each: int, field: Many) -> bytes:
    own, count = json.dumps(field.data_key or field.name), int(field._length.max or 0)
    worst = filled("{", lambda number: f'"{number:x}":1', "}", each // count - 4).decode()
    member = f"{{{own}:[{','.join([worst] * count)}]}}"
    return f"{{{name}:[{','.join([member] * most)}]}}".encode()


def is_brief(answer: Any) -> bool:
    """Whether it is a refusal that does not repeat at length what was sent."""
    return answer.status in (400, 404, 409, 413, 414, 415, 422, 431) and len(answer.body) <= LONGEST_ANSWER


@dataclass
class Watched:
    """A server of one web process, whose processes are known by the port in their environment."""

    service: Any

    @cached_property
    def processes(self) -> list[Path]:
        own = f"MIPOS_PORT={self.service.port}\0".encode()
        return [one for one in Path("/proc").glob("[0-9]*") if own in _environment(one)]

    def seconds(self) -> float:
        """What they have used of the processor."""
        ticks = 0
        for process in self.processes:
            spent = (process / "stat").read_text().rpartition(")")[2].split()
            ticks += int(spent[11]) + int(spent[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def costs(self, ask: Callable[..., Any], *what: Any, **more: Any) -> tuple[float, Any]:
        """What they use of it to answer, and the answer."""
        before = self.seconds()
        answer = ask(*what, **more)
        return self.seconds() - before, answer

    def memory(self) -> int:
        """What they hold of memory, in bytes."""
        pages = sum(int((process / "statm").read_text().split()[1]) for process in self.processes)
        return pages * os.sysconf("SC_PAGE_SIZE")


def _environment(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""


@pytest.fixture(scope="module")
def watched(database: Database) -> Iterator[Watched]:
    own = {"MIPOS_WORKERS": "1", "MIPOS_SIGN_IN_FAILURES_PER_ADDRESS": "1000000"}
    # A fork has the environment that it was forked with where other processes look.
    with started_by(start_afresh, database, ("serve",), **own) as service:
        yield Watched(service)


def test_a_list_in_a_body_is_looked_at_before_its_members() -> None:
    def lists(schema: Schema) -> Iterator[tuple[str, fields.Field[Any]]]:
        for field in schema.fields.values():
            if isinstance(field, fields.List):
                yield f"{type(schema).__name__}.{field.name}", field
            inner = field.inner if isinstance(field, fields.List) else field
            if isinstance(inner, fields.Nested):
                yield from lists(inner.schema)

    lists_by_path = dict(
        one for route in routes() if route.operation.body for one in lists(route.operation.body)
    )
    assert lists_by_path
    assert [name for name, field in lists_by_path.items() if not isinstance(field, Many)] == []


AS_CSV = {"Content-Type": "text/csv"}
LONG_HEADERS = (
    ("Accept", "a/b;q=0.1," * 700),
    ("Accept-Encoding", "gzip;q=0," * 800),
    ("Authorization", "Bearer " + "." * 7_000),
    ("Authorization", "Bearer " + "a." * 3_500),
    ("Content-Type", "application/json" + ";a=b" * 1_700),
    ("Content-Type", 'application/json; a="' + "\\" * 7_000),
    ("Cookie", "a=b;" * 1_900),
    ("Forwarded", "for=a," * 1_200),
    ("If-Match", '"1",' * 1_900),
    ("If-Match", '"1"' + " " * 7_000 + "x"),
    ("If-None-Match", "," * 7_000 + "x"),
    ("If-None-Match", 'W/"' * 2_500),
    ("Range", "bytes=" + "0-1," * 1_800),
    ("X-Forwarded-For", "1.2.3.4," * 900),
    ("X-Request-Id", "a" * 7_000),
    ("X-Wait-For-Position", "9" * 7_000),
)


class TestTheWorst:
    def test_body_of_each_operation_costs_little_and_is_answered_briefly(
        self, watched: Watched, shop: Any, platform: Any, rounds: Callable[[int, int], int]
    ) -> None:
        admin, root = (watched.service.client(one) for one in (shop.token(), platform.token))
        before, wrong, each = len(shop.events()), [], rounds(50, 1)
        for number, route in enumerate(one for one in routes() if one.operation.body is not None):
            needed, schema = route.operation.permission, route.operation.body
            assert schema is not None
            client = root if needed in PERMISSIONS and needed not in permissions_of("Admin") else admin
            for kind, make in [*of_any_schema(), *of_schema(schema)][number % each :: each]:
                body = make()
                spent, answer = watched.costs(client.call, route.method, path_of(route), raw=body)
                if not is_brief(answer) or spent > MOST_SECONDS:
                    wrong.append((route.method, route.template, kind, answer.status, len(answer.body), spent))
        assert wrong == []
        assert len(shop.events()) == before

    def test_basket_is_answered_briefly_and_gives_its_memory_back(
        self, watched: Watched, shop: Any, rounds: Callable[[int, int], int]
    ) -> None:
        client = watched.service.client(shop.token())
        route = next(one for one in routes() if one.template == "/api/pos/quote")
        assert route.operation.body is not None
        bodies = [
            make() for kind, make in of_schema(route.operation.body) if "members" in kind or "fields" in kind
        ]

        def flood() -> int:
            with ThreadPoolExecutor(16) as many:
                answers = list(many.map(lambda body: client.call("POST", "/api/pos/quote", raw=body), bodies))
            assert all(is_brief(answer) for answer in answers)
            return watched.memory()

        after_one = flood()
        after_all = [flood() for _ in range(rounds(2, 20))][-1]
        assert after_all - after_one < MOST_GROWTH

    def test_header_of_a_sheet_is_refused_at_once(self, watched: Watched, shop: Any) -> None:
        client, path = watched.service.client(shop.token()), "/api/admin/products/import"
        for column in ("sku", "x", ""):
            sheet = ",".join([column] * (4 * 2**20 // (len(column) + 1))).encode() + b"\n"
            spent, answer = watched.costs(client.call, "POST", path, raw=sheet, headers=AS_CSV)
            assert (answer.status, len(answer.body) < 1000, spent < MOST_SECONDS) == (422, True, True)

    def test_sheet_costs_what_its_size_is_worth(self, watched: Watched, shop: Any) -> None:
        client, path = watched.service.client(shop.token()), "/api/admin/products/import"
        head = b"sku,name,price,options,barcodes,category\n"
        rows = {
            "cells without end": b"a," + b"b" * 2**18,
            "quotes": b'"' * 2**18,
            "quotes that never end": b'a,"' + (b"b" * 130 + b"\n") * 1_900,
            "separators": b"," * 2**18,
            "options": b"a,b,1," + b"x=1|" * 2**16 + b",,",
            "escapes": b"a,b,1," + b"\\" * 2**16 + b",,",
            "barcodes": b"a,b,1,," + b"1|" * 2**17 + b",",
            "a path": b"a,b,1,,," + b"x > " * 2**16,
            "digits": b"a,b," + b"9" * 2**18 + b",,,",
            "guards": b"'" * 2**18 + b",b,1,,,",
            "line ends": b"\r\n" * 1_900,
            "bytes that are no letters": b"\xff" * 2**18,
        }
        for kind, row in rows.items():
            spent, answer = watched.costs(client.call, "POST", path, raw=head + row, headers=AS_CSV)
            assert answer.status in (200, 422), (kind, answer.body[:300])
            assert len(answer.body) < LONGEST_ANSWER, kind
            assert spent < MOST_SECONDS, kind

    def test_form_costs_what_its_size_is_worth(self, watched: Watched, shop: Any) -> None:
        client = watched.service.client(shop.token())
        path = f"/api/admin/products/{uuid4()}/images"
        part = b'--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
        forms = {
            "boundaries": b"--x\r\n" * 2**18,
            "almost boundaries": part % (b"file", b"\r\n--" * 2**18) + b"--x--\r\n",
            "many parts": (part % (b"a", b"b")) * 2**14 + b"--x--\r\n",
            "a long name": part % (b"a" * 2**20, b"b") + b"--x--\r\n",
            "many headers": b"--x\r\n" + b"A: b\r\n" * 2**17 + b"\r\n",
            "no end": part % (b"file", b"b" * 2**20),
            "nothing": b"\r\n" * 2**19,
        }
        for kind, form in forms.items():
            headers = {"Content-Type": "multipart/form-data; boundary=x"}
            spent, answer = watched.costs(client.call, "POST", path, raw=form, headers=headers)
            assert is_brief(answer), kind
            assert spent < MOST_SECONDS, kind

    def test_header_costs_nothing(self, watched: Watched, shop: Any) -> None:
        client, brands = watched.service.client(shop.token()), "/api/admin/settings/brands"
        for header, value in LONG_HEADERS:
            for method, path in (("GET", brands), ("PATCH", f"{brands}/{uuid4()}")):
                body = None if method == "GET" else {"name": "x"}
                spent, answer = watched.costs(client.call, method, path, body, headers={header: value})
                assert len(answer.body) < LONGEST_ANSWER
                assert spent < MOST_SECONDS, (header, value[:20])

    def test_query_of_each_operation_costs_little(self, watched: Watched, shop: Any) -> None:
        client, wrong = watched.service.client(shop.token()), []
        for route in (one for one in routes() if one.method == "GET"):
            names = list(route.operation.query.fields) if route.operation.query else []
            for query in (
                "&".join(f"{number:x}" for number in range(1_500)),
                "a=1&" * 1_800,
                "%25" * 2_500,
                *(
                    f"{name}={value}"
                    for name in names
                    for value in ("%20" * 2_500, "9" * 7_000, "a@" * 3_000)
                ),
            ):
                spent, answer = watched.costs(client.get, f"{path_of(route)}?{query}")
                if spent > MOST_SECONDS or (answer.status not in (200, 403, 406) and not is_brief(answer)):
                    wrong.append((route.template, query[:20], answer.status, len(answer.body), spent))
        assert wrong == []

    def test_search_costs_little(self, watched: Watched, shop: Any) -> None:
        client = watched.service.client(shop.token())
        for path in (
            "/api/lookups/timezones",
            "/api/lookups/products",
            "/api/lookups/customers",
            "/api/admin/products",
        ):
            for text in (
                "abcd " * 20,
                "a " * 50,
                "europ" * 20,
                "@" * 99 + "%20",
                "%27" * 30,
                "1-" * 50,
                "é" * 16,
            ):
                query = "&".join(("search=" + text.replace(" ", "%20").replace("é", "%C3%A9"), "limit=100"))
                spent, answer = watched.costs(client.get, f"{path}?{query}")
                assert answer.status in (200, 400), (path, text)
                assert spent < MOST_SECONDS, (path, text)


class TestAttempts:
    def test_count_for_their_address_whatever_is_wrong_with_them(
        self, serve_here: Callable[..., Any]
    ) -> None:
        bodies = [b"{", b"[]", b'{"username":"x"}', unknown()(), b"x" * 2_000_000]
        settings = {
            "MIPOS_SECRET_KEY": uuid4().hex,
            "MIPOS_SIGN_IN_FAILURES_PER_ADDRESS": str(2 * len(bodies)),
        }
        with serve_here(**settings) as strict:
            client = strict.client()
            for path in ("/api/auth/login", "/api/auth/pos/login"):
                assert [client.call("POST", path, raw=body).status for body in bodies] == [
                    400,
                    422,
                    422,
                    422,
                    413,
                ]
            assert client.call("POST", "/api/auth/login", raw=b"{").status == 429
            assert client.post("/api/auth/login", {"username": "x", "password": "y"}).status == 429
