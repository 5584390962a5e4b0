"""Statements of the hot paths go to what they are about, whatever the planner believes.

Sales, quotes, look-ups, single resources, lists, and what the worker folds: explained without statistics,
with those of a handful of rows before a bulk import, with those of a fresh demo, and with those of ten
thousand small companies beside a very large one.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql

from infra.eventstore.chain import BEYOND_HEAD, EVENTS
from infra.postgres.distribution import places
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.statements import Statement, compiled
from infra.runtime.models import PROJECTIONS
from infra.upgrades.migrations import migrate
from tests.conftest import Database, connected_as_owner, installed_in
from tests.projections.plans.reading import Call, explain, faults_of, nodes_of, plan_of, walks_of
from tests.projections.plans.rows import (
    MORE,
    OF_A_DEMO,
    add_small_companies,
    analyze,
    believe_in_many,
    copied,
    copy_rows,
)
from tests.projections.plans.shopping import Recorded, record
from tests.statements import is_statement, statements


@dataclass(frozen=True)
class State:
    """A copy of the shop with thousands of rows, of which the planner believes something."""

    database: Database
    tables: frozenset[str]


@pytest.fixture(scope="module")
def shop(server: EmbeddedServer, password_hash: str) -> Recorded:
    """A shop that has a few rows of everything, and every statement that this took."""
    return record(server, "mipos_plans", password_hash)


@pytest.fixture(scope="module", params=["nothing", "little", "demo", "many"])
def state(request: pytest.FixtureRequest, server: EmbeddedServer, shop: Recorded) -> State:
    """The planner knows nothing of it, how little it was, what a demo is, or of many companies."""
    database = _copy_of(server, shop.database, f"mipos_plans_{request.param}")
    tables = copied(database)
    known = {"little": 10, "demo": OF_A_DEMO}.get(request.param, 0)
    if known:
        copy_rows(database, tables, 1, known)
        analyze(database)
    copy_rows(database, tables, known + 1, MORE)
    if request.param == "many":
        add_small_companies(database, tables)
        believe_in_many(database, tables)
    return State(database, tables)


_END_SESSIONS: LiteralString = """
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s
"""


def _copy_of(server: EmbeddedServer, database: Database, name: str) -> Database:
    """The same rows under another name, with what its roles may do."""
    with connected_as_owner(server) as connection:
        original = psycopg.conninfo.conninfo_to_dict(database.owner)["dbname"]
        names = {"name": sql.Identifier(name), "original": sql.Identifier(str(original))}
        # What served it may hold a connection for a moment longer, and nothing is copied that is in use.
        connection.execute(_END_SESSIONS, [original])
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {name} WITH (FORCE)").format(**names))
        connection.execute(sql.SQL("CREATE DATABASE {name} TEMPLATE {original}").format(**names))
    copy = installed_in(server, name)
    migrate(copy.owner, PROJECTIONS, copy.installation)
    return copy


#: What a list sorts whole: users, of whom no company has many, and levels of stock where the list has seen
#: that there are few (`are_few`), as there were when it was asked.
SORTED = frozenset({"users", "credentials", "stock_listing"})
#: Rows that are changed cannot be looked up one by one, as others are: before the first ANALYZE those of the
#: company are read, once for a batch with refunds or voids.
_WALKER = "UPDATE customer_totals AS own"
_COUNTS = re.compile(r"\s*SELECT count\(\*\) AS total")
MODES = ("force_generic_plan", "force_custom_plan")


@pytest.mark.parametrize("mode", MODES)
def test_no_statement_walks_a_table(shop: Recorded, state: State, mode: str) -> None:
    assert len(shop.calls.tills) > 30
    found = _faults(state.database.app, mode, shop.calls.tills, lambda plan: faults_of(plan, state.tables))
    assert found == {}


def test_no_list_reads_all_of_a_table_or_joins_without_a_key(shop: Recorded, state: State) -> None:
    """But for its total, which is exact. Lists are planned for their filters (`plan_for_values`)."""
    calls = {text: call for text, call in shop.calls.lists.items() if not _COUNTS.match(text)}
    assert len(calls) > 10
    tables = state.tables - SORTED
    found = _faults(state.database.app, MODES[1], calls, lambda plan: walks_of(plan, tables))
    assert found == {}


@pytest.mark.parametrize("mode", MODES)
def test_the_worker_folds_without_walking_a_table(shop: Recorded, state: State, mode: str) -> None:
    calls = {text: call for text, call in shop.calls.worker.items() if _WALKER not in text}
    assert len(shop.calls.worker) > len(calls) > 20
    found = _faults(state.database.worker, mode, calls, lambda plan: faults_of(plan, state.tables))
    assert found == {}


_ALL_IN_ITS_LOG: LiteralString = """
    UPDATE company_head SET position = (SELECT max(position) FROM events WHERE company_id = %(company_id)s)
     WHERE company_id = %(company_id)s
"""


@pytest.mark.parametrize("mode", MODES)
def test_a_page_of_a_log_is_read_without_walking_the_log(shop: Recorded, state: State, mode: str) -> None:
    """Nor is that to see that nothing lies beyond its end, which is asked after each page."""
    company_id = shop.stocked.shop.company_id
    page = {"company_id": company_id, "first": 1_000_500, "last": 1_000_520}
    with psycopg.connect(state.database.owner) as connection:
        connection.execute(_ALL_IN_ITS_LOG, page)
        calls = {text: (compiled(text), page, company_id) for text in (EVENTS, BEYOND_HEAD)}
        assert _faults_in(connection, mode, calls, lambda plan: faults_of(plan, state.tables)) == {}
        connection.rollback()


def _faults(
    conninfo: str, mode: str, calls: Mapping[str, Call], find: Callable[[Mapping[str, Any]], Iterator[str]]
) -> dict[str, list[str]]:
    """What is wrong with which statement, as this role runs it."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        return _faults_in(connection, mode, calls, find)


def _faults_in(
    connection: psycopg.Connection[Any],
    mode: str,
    calls: Mapping[str, Call],
    find: Callable[[Mapping[str, Any]], Iterator[str]],
) -> dict[str, list[str]]:
    faulty: dict[str, list[str]] = {}
    connection.execute(f"SET plan_cache_mode = {mode}".encode())
    for number, (text, call) in enumerate(calls.items()):
        statement = call[0].text.decode()
        connection.execute(f"PREPARE s{number} AS {statement}".encode())
        if faults := list(find(explain(connection, f"s{number}", call))):
            faulty[" ".join(text.split())[:200]] = faults
        connection.execute(f"DEALLOCATE s{number}".encode())
    return faulty


def _sent(shop: Recorded) -> dict[str, Call]:
    return {**shop.calls.lists, **shop.calls.tills}


def test_every_statement_sent_is_a_constant_of_a_module(shop: Recorded) -> None:
    constants = {Statement(text).text.decode() for text in statements()}
    assert {text for text in _sent(shop) if is_statement(text)} <= constants


#: What a plan says where the company is that of another row, which was itself looked for by it.
_SAME_COMPANY = re.compile(r"company_id = \w+\.company_id\)")


def pathless(plan: Mapping[str, Any], statement: Statement, tables: frozenset[str]) -> Iterator[str]:
    """Tables of companies that a plan looks into without a parameter for the company: on every node."""
    places_of_company = [n for n, name in enumerate(statement.names, 1) if name in {"company_id", "company"}]
    for node in nodes_of(plan):
        table = node.get("Relation Name")
        if table not in tables or "Scan" not in node["Node Type"]:
            continue
        conditions = " ".join(str(node.get(one, "")) for one in ("Index Cond", "Recheck Cond", "Filter"))
        named = any(f"company_id = ${place})" in conditions for place in places_of_company)
        if not named and not _SAME_COMPANY.search(conditions):
            yield f"{table}: {conditions}"


def test_every_statement_goes_to_the_node_of_its_company(shop: Recorded) -> None:
    """As its owner, whom no policy adds the company for: so would a node be looked for in a Citus cluster."""
    tables = frozenset(table for table, place in places(PROJECTIONS).items() if place.is_with_company)
    astray: dict[str, list[str]] = {}
    with psycopg.connect(shop.database.owner, autocommit=True) as connection:
        connection.execute("SET plan_cache_mode = force_generic_plan")
        for number, (text, (statement, params, _)) in enumerate(_sent(shop).items()):
            connection.execute(f"PREPARE c{number} AS {text}".encode())
            values = sql.SQL(", ").join(sql.Literal(params[one]) for one in statement.names)
            arguments = sql.SQL("({})").format(values) if statement.names else sql.SQL("")
            execute = sql.SQL(" EXECUTE {}").format(sql.Identifier(f"c{number}")) + arguments
            plan = plan_of(connection, sql.SQL("EXPLAIN (FORMAT JSON)") + execute)
            if found := list(pathless(plan, statement, tables)):
                astray[" ".join(text.split())] = found
    assert astray == {}
