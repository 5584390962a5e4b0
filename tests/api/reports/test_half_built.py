"""No answer is given from a read model that does not know again, or yet, all that it is to know."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql

from infra.postgres.embedded import EmbeddedServer
from infra.runtime.models import PROJECTIONS
from tests.api.conftest import stock_shop
from tests.api.test_costs_hidden import addresses, questions
from tests.api.test_isolation import Full, fill
from tests.conftest import Database, Service, found_shop, fresh_database, serving
from tests.waiting import eventually

ASYNCHRONOUS = [model for model in PROJECTIONS if model.mode == "async"]
BEHIND = 503
#: What asks with these is answered from another read model than without.
OTHERWISE = {
    "/api/admin/inventory/levels": "as_of=2030-01-01T00:00:00Z",
    "/api/admin/customers": "sort=-spent",
}
#: What the ledger does not know yet, these read in the log, so that they are never of a part.
FROM_THE_LOG_AS_WELL = "/api/admin/inventory/counts"
#: Half of the log, and nobody goes on with it.
_HALVE: LiteralString = """
    UPDATE projection_checkpoints
       SET whole_at = position, position = position / 2, parked_at = now(), error = 'a person looks'
     WHERE company_id = %s AND projection = %s RETURNING whole_at
"""
_MAKE_WHOLE: LiteralString = """
    UPDATE projection_checkpoints SET position = whole_at, parked_at = NULL, error = NULL
     WHERE company_id = %s AND projection = %s
"""
_LAG: LiteralString = """
    SELECT count(*) FROM projection_checkpoints AS mark JOIN company_head AS head USING (company_id)
     WHERE mark.position < head.position
"""


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database whose rights are taken away here."""
    return fresh_database(server, "mipos_half_built")


@pytest.fixture(scope="module")
def service(database: Database) -> Iterator[Service]:
    """A server and a worker over it."""
    with serving(database, ("serve", "worker")) as running:
        yield running


@pytest.fixture(scope="module")
def company(service: Service, database: Database, password_hash: str) -> Full:
    """A company that has one of everything, which every read model knows."""
    filled = fill(stock_shop(found_shop(service, password_hash, {})))
    eventually(lambda: _own(database, _LAG) == [(0,)])
    return filled


def _own(database: Database, statement: Any, *params: object) -> list[Any]:
    with psycopg.connect(database.owner, autocommit=True) as owner:
        done = owner.execute(statement, params)
        return done.fetchall() if done.description else []


@contextmanager
def hidden(database: Database, tables: tuple[str, ...]) -> Iterator[None]:
    """While the web server may not read these tables, whoever would is refused by the database."""
    names = sql.SQL(", ").join(map(sql.Identifier, tables))
    app = sql.Identifier(database.installation.app)
    _own(database, sql.SQL("REVOKE SELECT ON {} FROM {}").format(names, app))
    try:
        yield
    finally:
        _own(database, sql.SQL("GRANT SELECT ON {} TO {}").format(names, app))


@contextmanager
def half_built(database: Database, company: Full, names: list[str]) -> Iterator[None]:
    """While these read models know half of the company's log."""
    own = company.shop.company_id
    assert all(_own(database, _HALVE, own, name) for name in names)
    try:
        yield
    finally:
        for name in names:
            _own(database, _MAKE_WHOLE, own, name)


@dataclass(frozen=True)
class Question:
    """A question that somebody of the company may ask."""

    route: str
    path: str

    def asked_of(self, company: Full) -> Any:
        return company.shop.client().get(self.path)


def all_questions(company: Full) -> list[Question]:
    """Every question of every route, with ids of what there is."""
    ids = {**company.ids, "draft": "draft"}
    asked = [Question(route.template, path) for route in questions() for path in addresses(route, ids)]
    asked += [Question(path, f"{path}?{query}") for path, query in OTHERWISE.items()]
    return [one for one in asked if not one.route.startswith(FROM_THE_LOG_AS_WELL)]


def test_whatever_reads_a_read_model_waits_until_it_is_whole(company: Full, database: Database) -> None:
    asked = [one for one in all_questions(company) if one.asked_of(company).status == 200]
    tables = tuple(table for model in ASYNCHRONOUS for table in model.tables)
    with hidden(database, tables):
        reading = [one for one in asked if one.asked_of(company).status != 200]
    assert len(reading) > 60
    with half_built(database, company, [model.name for model in ASYNCHRONOUS]):
        answers = {one.path: one.asked_of(company) for one in reading}
    answered = [path for path, answer in answers.items() if answer.status != BEHIND]
    assert answered == [], "\n".join(answered)
    assert {answer.code for answer in answers.values()} == {"projection_behind"}
    assert [path for path, answer in answers.items() if not answer.headers.get("retry-after")] == []
