"""Lines of the log over HTTP: for whoever runs the platform, with every filter, and without a secret."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest
from psycopg.rows import dict_row

from infra.process.ids import uuid7_at
from projections import log_lines
from tests.conftest import Service, started_by
from tests.waiting import eventually

PATH = "/api/dev/logs"
FIELDS = [
    *("id", "at", "level", "logger", "event", "request_id", "company_id", "user_id"),
    *("route", "status", "milliseconds", "fields"),
]


@dataclass(frozen=True)
class Talkative:
    """A server that tells everything, and what it wrote to standard output."""

    service: Service
    output: Path

    def written(self) -> str:
        return self.output.read_text()


@pytest.fixture(scope="module")
def talkative(database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talkative]:
    output = tmp_path_factory.mktemp("log") / "stdout"

    def start(command: str, env: Any) -> subprocess.Popen[bytes]:
        with output.open("ab") as stream:
            return subprocess.Popen([sys.executable, "-m", "tests.mipos", command], env=env, stdout=stream)  # noqa: S603

    with started_by(start, database, ("serve",), MIPOS_LOG_LEVEL="debug") as service:
        yield Talkative(service, output)


def path(**query: Any) -> str:
    return f"{PATH}?{urlencode({name.rstrip('_'): value for name, value in query.items()})}"


def found(platform: Any, **query: Any) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = platform.get(path(**query)).data
    return lines


@pytest.fixture
def kept(database: Any) -> Callable[..., UUID]:
    """Puts a line into the database."""

    def keep(at: datetime, event: str = "sold", fields: Any = None, **more: Any) -> UUID:
        row = {"request_id": None, "company_id": None, "level": "info", "logger": "tests", **more}
        line_id, text = uuid7_at(at), msgspec.json.encode(fields or {}).decode()
        with psycopg.connect(database.owner) as connection:
            connection.execute("SELECT prepare_log_lines()")
            connection.execute(
                "INSERT INTO log_lines (at, id, event, fields, request_id, company_id, level, logger)"
                " VALUES (%(at)s, %(id)s, %(event)s, %(fields)s, %(request_id)s, %(company_id)s, %(level)s,"
                "         %(logger)s)",
                {
                    "at": at,
                    "id": line_id,
                    "event": event,
                    "fields": text,
                    **row,
                },
            )
        return line_id

    return keep


class TestARequest:
    def test_is_found_by_its_id(self, talkative: Talkative, shop: Any, platform: Any) -> None:
        request_id = f"till-7:{uuid4().hex[:8]}"
        client = talkative.service.client(shop.token())
        assert client.get(f"/api/admin/products/{uuid4()}", X_Request_Id=request_id).status == 404
        (line,) = eventually(partial(found, platform, request_id=request_id))
        assert list(line) == FIELDS
        assert datetime.now(UTC) - datetime.fromisoformat(line["at"]) < timedelta(minutes=5)
        assert line["milliseconds"] > 0
        assert {name: line[name] for name in FIELDS[2:]} == {
            "level": "info",
            "logger": "request",
            "event": "answered",
            "request_id": request_id,
            "company_id": str(shop.company_id),
            "user_id": str(shop.users["Admin"]),
            "route": "/api/admin/products/{product_id:uuid}",
            "status": 404,
            "milliseconds": line["milliseconds"],
            "fields": {"method": "GET", "code": "not_found", "role": "Admin"},
        }

    def test_stands_on_standard_output_as_it_is_kept(
        self, talkative: Talkative, shop: Any, platform: Any
    ) -> None:
        request_id = uuid4().hex
        talkative.service.client(shop.token()).get("/api/auth/me", X_Request_Id=request_id)
        (kept,) = eventually(partial(found, platform, request_id=request_id))
        lines = [json.loads(line) for line in talkative.written().splitlines()]
        (written,) = [line for line in lines if line["request_id"] == request_id]
        assert {**written, "at": kept["at"]} == kept

    @pytest.mark.parametrize("path", ["/health", "/ready", "/metrics"])
    def test_by_which_this_machine_looks_after_itself_is_for_who_searches_for_faults(
        self, talkative: Talkative, path: str
    ) -> None:
        own, others = uuid4().hex, uuid4().hex
        client = talkative.service.client()
        client.get(path, X_Request_Id=own)
        client.get(path, X_Request_Id=others, X_Forwarded_For="192.0.2.1")
        eventually(lambda: others in talkative.written())
        lines = {line["request_id"]: line for line in map(json.loads, talkative.written().splitlines())}
        assert (lines[own]["level"], lines[others]["level"]) == ("debug", "info")

    def test_of_nobody_names_nobody(self, talkative: Talkative, platform: Any) -> None:
        """A thread serves one after another: nothing of the one before is left."""
        for _ in range(20):
            request_id = uuid4().hex
            talkative.service.client().get("/api/auth/me", X_Request_Id=request_id)
        (line,) = eventually(partial(found, platform, request_id=request_id))
        assert (line["company_id"], line["user_id"], line["status"]) == (None, None, 401)

    def test_leaves_no_secret_and_no_name_anywhere(
        self, talkative: Talkative, shop: Any, platform: Any, database: Any
    ) -> None:
        client, request_id = talkative.service.client(), uuid4().hex
        name, password = shop.username("Cashier"), f"zebra-{uuid4().hex}"
        answer = client.post(
            "/api/auth/login", {"username": name, "password": password}, X_Request_Id=request_id
        )
        assert answer.code == "unauthenticated"
        admin = talkative.service.client(shop.token())
        person = f"Zebra {uuid4().hex}"
        admin.post("/api/admin/customers", {"name": person, "phone": "+49 30 7654321"})
        admin.get(f"/api/admin/customers?search={person.replace(' ', '%20')}")
        client.call("GET", f"/api/auth/me?token={password}", headers={"Authorization": f"Bearer {password}"})
        client.call("GET", f"/api/receipts/{password}")
        (line,) = eventually(partial(found, platform, request_id=request_id))
        assert line["fields"]["code"] == "unauthenticated"
        with psycopg.connect(database.owner, row_factory=dict_row) as connection:
            (row,) = connection.execute("SELECT string_agg(line::text, ' ') AS all FROM log_lines AS line")
        for text in (talkative.written(), row["all"]):
            assert request_id in text
            for secret in (password, name, person, "7654321", shop.token()):
                assert secret not in text


def test_the_last_lines_of_a_server_that_ends_are_kept(
    serve: Callable[..., Any], shop: Any, platform: Any
) -> None:
    """Each process writes what it has, however soon it ends."""
    requests = [uuid4().hex for _ in range(20)]
    with serve(MIPOS_LOG_LEVEL="info") as ending:
        client = ending.client(shop.token())
        for request_id in requests:
            client.get("/api/auth/me", X_Request_Id=request_id)
    lines = found(platform, company_id=str(shop.company_id), limit=100)
    assert {line["request_id"] for line in lines} >= set(requests)


class TestFilters:
    def test_are_levels_parts_and_companies(self, platform: Any, kept: Callable[..., UUID]) -> None:
        now, company_id, mark = datetime.now(UTC), str(uuid4()), uuid4().hex
        first = kept(now, mark, level="error", company_id=company_id, logger="jobs")
        second = kept(now, mark, level="warning", company_id=company_id, logger="mail")
        find = partial(found, platform, search=mark)
        assert ids(find(company_id=company_id)) == {first, second}
        assert ids(find(level="error")) == {first}
        assert ids(find(logger="mail")) == {second}
        assert ids(find(level="error", logger="mail")) == set()
        for level in ("warning", "warn"):
            assert ids(find(level=level, logger="mail", company_id=company_id)) == {second}
        assert ids(find(company_id=str(uuid4()))) == set()
        assert all(line["level"] == "error" for line in found(platform, level="error", limit=100))

    def test_are_also_what_nearly_every_line_has(self, platform: Any, kept: Callable[..., UUID]) -> None:
        now, mark = datetime.now(UTC), uuid4().hex
        common = kept(now, mark, level="info", logger="request")
        kept(now, mark, level="error", logger="jobs")
        find = partial(found, platform, search=mark)
        assert ids(find(level="info")) == ids(find(logger="request")) == {common}
        assert ids(find(level="info", logger="jobs")) == set()

    def test_are_parts_of_event_and_fields_in_either_case(
        self, platform: Any, kept: Callable[..., UUID]
    ) -> None:
        now, mark = datetime.now(UTC), uuid4().hex
        odd = {"job": "Mail", "why": "100%_of \\ it", "where": "Zürich"}
        one, _ = kept(now, f"The {mark} was sold", odd), kept(now, "Something else")
        for part in (f"the {mark.upper()} WAS", f"{mark} was sold"):
            assert ids(found(platform, search=part)) == {one}
        kept(now, "x", {"mark": mark, **odd})
        for part in ('"job":"mail"', "100%_OF", "zürich"):
            assert {line["event"] for line in found(platform, search=part, limit=100)} >= {"x"}, part
        assert found(platform, search=f"{mark}%sold") == []
        assert found(platform, search=f"{mark[:-1]}_") == []

    def test_are_times_the_first_of_them_included(self, platform: Any, kept: Callable[..., UUID]) -> None:
        mark, middle = uuid4().hex, datetime.now(UTC).replace(microsecond=123_456) - timedelta(hours=1)
        lines = [kept(middle + timedelta(microseconds=offset), mark) for offset in (-1, 0, 1)]
        find = partial(found, platform, search=mark)
        assert ids(find(from_=middle.isoformat())) == set(lines[1:])
        assert ids(find(to=middle.isoformat())) == set(lines[:1])
        ends = {"from_": middle.isoformat(), "to": (middle + timedelta(microseconds=1)).isoformat()}
        assert ids(find(**ends)) == {lines[1]}

    def test_are_pages_from_the_newest_on(self, platform: Any, kept: Callable[..., UUID]) -> None:
        now, company_id = datetime.now(UTC), str(uuid4())
        # Two at the same moment are told apart, and so are those of two days.
        moments = [now - timedelta(seconds=second // 2) for second in range(6)] + [now - timedelta(days=1)]
        expected = [kept(moment, company_id=company_id) for moment in moments]
        seen: list[UUID] = []
        before: dict[str, str] = {}
        while True:
            answer = platform.get(path(company_id=company_id, limit=2, **before)).json
            seen += [UUID(line["id"]) for line in answer["data"]]
            paging = answer["pagination"]
            if not paging["has_more"]:
                break
            assert paging["next_before"] == answer["data"][-1]["id"]
            before = {"before": paging["next_before"]}
        assert paging == {"next_before": None, "has_more": False}
        assert sorted(seen, reverse=True) == sorted(expected, reverse=True) == seen

    def test_look_at_so_many_lines_and_go_on(
        self,
        serve_here: Callable[..., Any],
        platform: Any,
        kept: Callable[..., UUID],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(log_lines, "SCANNED", 3)
        now, mark, logger = datetime.now(UTC), uuid4().hex, uuid4().hex
        oldest = kept(now - timedelta(seconds=9), mark, logger=logger)
        for second in range(7):
            kept(now - timedelta(seconds=second), logger=logger)
        with serve_here() as here:
            client, looks = here.client(platform.token), 0
            before: dict[str, str] = {}
            while True:
                answer = client.get(path(logger=logger, search=mark, **before)).json
                looks += 1
                if answer["data"]:
                    break
                assert answer["pagination"]["has_more"]
                before = {"before": answer["pagination"]["next_before"]}
        assert (looks, ids(answer["data"])) == (3, {oldest})

    @pytest.mark.parametrize(
        ("query", "status", "field"),
        [
            ({"level": "loud"}, 400, "level"),
            ({"level": ""}, 400, "level"),
            ({"from_": "yesterday"}, 400, "from"),
            ({"from_": "2026-11-01"}, 400, "from"),
            ({"before": "garbage"}, 400, "before"),
            ({"before": str(uuid4())}, 400, "before"),
            ({"before": "ffffffff-ffff-7000-8000-000000000000"}, 400, "before"),
            ({"company_id": "mine"}, 400, "company_id"),
            ({"limit": 101}, 400, "limit"),
            ({"limit": 0}, 400, "limit"),
            ({"search": ""}, 400, "search"),
            ({"search": "x" * 201}, 400, "search"),
            ({"user": "x"}, 400, "user"),
            ({"from_": "2026-11-08T00:00:00Z", "to": "2026-11-16T00:00:00Z"}, 422, "from"),
            ({"from_": "2026-11-08T00:00:00Z", "to": "2026-11-15T00:00:01Z"}, 422, "from"),
            ({"from_": "2026-11-08T00:00:01Z", "to": "2026-11-08T00:00:00Z"}, 422, "from"),
            ({"from_": "2020-01-01T00:00:00Z"}, 422, "from"),
        ],
    )
    def test_that_make_no_sense_are_refused(
        self, platform: Any, query: dict[str, Any], status: int, field: str
    ) -> None:
        answer = platform.get(path(**query))
        assert (answer.status, answer.fields) == (status, {field})

    def test_span_seven_days_at_most(self, platform: Any) -> None:
        span = {"from_": "2026-11-08T00:00:00Z", "to": "2026-11-15T00:00:00Z"}
        assert platform.get(path(**span)).status == 200
        assert platform.get(path(to="2026-11-15T00:00:00Z")).status == 200


@pytest.mark.parametrize("role", ["Admin", "Manager", "Cashier", "Inventory Clerk"])
def test_nobody_of_a_company_sees_any(shop: Any, role: str) -> None:
    assert shop.client(role).get(PATH).code == "forbidden"


def test_nobody_sees_any_who_is_not_signed_in(service: Service) -> None:
    assert service.client().get(PATH).status == 401


def ids(lines: list[dict[str, Any]]) -> set[UUID]:
    return {UUID(line["id"]) for line in lines}
