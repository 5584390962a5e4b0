"""What `mipos console` lays out at its prompt: the API, the aggregates, the tables, and the services."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, LiteralString, Self
from uuid import UUID

import psycopg
from falcon import testing
from psycopg.rows import dict_row

from api.app import create_app
from api.services import Services
from commands.ports import Caller
from domain.companies import PLATFORM_ID
from domain.permissions import ADMIN, SUPER_ADMIN, permissions_of
from infra.postgres.addresses import read_only
from infra.runtime.databases import Addresses
from infra.runtime.services import build_services, open_pool
from infra.runtime.settings import Settings

_COMPANIES: LiteralString = """
    SELECT company_id AS id, name, currency, status FROM companies ORDER BY name, company_id
"""


class Refused(Exception):
    """What the API answered in place of what was asked for."""


class NoCompany(Exception):
    """Which company is meant? use("its name") says so; companies() lists them."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


class Prompt:
    """Functions for a person at a prompt, who asks as an admin of one company at a time."""

    def __init__(
        self, addresses: Addresses, settings: Settings, find: Callable[[str], UUID], *, may_write: bool
    ) -> None:
        self._find = find
        self._may_write = may_write
        self._stack = ExitStack()
        app, worker = addresses.app, addresses.worker
        if not may_write:
            app, worker = read_only(app), read_only(worker)
        self._worker = worker
        self.services: Services = build_services(self._stack.enter_context(open_pool(app, 2)), settings)
        self._client = testing.TestClient(create_app(_signed_in(self.services, self.caller)))
        found = self.companies()
        self.company: UUID | None = found[0]["id"] if len(found) == 1 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._stack.close()

    def names(self) -> dict[str, Any]:
        """What is there at the prompt, by name."""
        writing = {name: getattr(self, name) for name in ("post", "patch", "put", "delete")}
        return {
            **{name: getattr(self, name) for name in ("companies", "use", "get", "load", "sql", "services")},
            **(writing if self._may_write else {}),
            "UUID": UUID,
        }

    def companies(self) -> list[dict[str, Any]]:
        """Every company there is."""
        return self.sql(_COMPANIES)

    def use(self, company: str) -> UUID:
        """Ask about this company from here on: its name or id, or "platform"."""
        self.company = PLATFORM_ID if company == "platform" else self._find(company)
        return self.company

    def caller(self) -> Caller:
        """Who asks: nobody of the company, with all rights of its admins. Raises NoCompany."""
        if self.company is None:
            raise NoCompany
        role = SUPER_ADMIN if self.company == PLATFORM_ID else ADMIN
        return Caller(
            company_id=self.company, user_id=None, role=role, permissions=frozenset(permissions_of(role))
        )

    def load(self, one: UUID | str) -> Any:
        """The aggregate of this id as the log has it now; None where there is none."""
        wanted = UUID(str(one))
        found, _ = self.services.application.read(
            self.caller(), lambda reading: reading.aggregates(object, [wanted])
        )
        return found[0] if found else None

    def sql(self, query: str, **params: Any) -> list[dict[str, Any]]:
        """The rows of a statement over all companies, as the worker's role; `%(name)s` is a parameter."""
        with psycopg.connect(self._worker, autocommit=True, row_factory=dict_row) as connection:
            if not self._may_write:
                # A prepared statement is one alone, which cannot end this transaction and begin another.
                connection.execute("BEGIN READ ONLY")
            cursor = connection.execute(query.encode(), params or None, prepare=not self._may_write)
            return cursor.fetchall() if cursor.description else []

    def get(self, path: str) -> Any:
        """What the API answers to GET, such as /api/admin/products?limit=3. Raises Refused."""
        return self._ask("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        """Have the API do something. Raises Refused."""
        return self._ask("POST", path, body)

    def patch(self, path: str, body: Any, version: int | None = None) -> Any:
        """Have the API change something, at this version of it if one is named. Raises Refused."""
        return self._ask("PATCH", path, body, {} if version is None else {"If-Match": f'"{version}"'})

    def put(self, path: str, body: Any) -> Any:
        """Have the API put something in its place. Raises Refused."""
        return self._ask("PUT", path, body)

    def delete(self, path: str) -> Any:
        """Have the API take something away. Raises Refused."""
        return self._ask("DELETE", path)

    def _ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        self.caller()
        sent = {"Authorization": "Bearer console", **(headers or {})}
        path, _, query = path.partition("?")
        answer = self._client.simulate_request(
            method, path, query_string=query, headers=sent, **({} if body is None else {"json": body})
        )
        if "json" not in answer.headers.get("content-type", ""):
            return answer.text
        if not answer.json.get("success", True):
            raise Refused(f"{answer.status_code} {answer.json['error']['code']}: {answer.json['message']}")
        return answer.json.get("data", answer.json)


class _Here:
    """Signs nobody in: whoever has this machine's database has everything."""

    def __init__(self, caller: Callable[[], Caller]) -> None:
        self._caller = caller

    def caller_of(self, _token: str) -> Caller:
        """Whoever sits at the prompt."""
        return self._caller()


def _signed_in(services: Services, caller: Callable[[], Caller]) -> Services:
    authentication: Any = _Here(caller)
    return replace(services, authentication=authentication)
