"""Every statement is made of literals, is a constant of its module, and names its company."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import LiteralString

import pytest

from infra.postgres.distribution import places
from infra.postgres.request_transactions import RequestTransaction
from infra.postgres.transactions import Transaction
from infra.runtime.models import PROJECTIONS
from projections.base import Database
from tests.statements import is_statement, statements

ROOT = Path(__file__).parent.parent
LAYERS = ("domain", "commands", "projections", "api", "infra")

#: Tables whose rows are of no single company, each for a reason.
OF_NO_COMPANY = {
    "user_directory": "whoever signs in is of no company yet",
    "image_directory": "whoever looks at a picture is of no company",
    "sign_in_failures": "whoever fails to sign in is of no company yet",
    "projection_models": "what the tables were made from",
    "schema_migrations": "migrations are of the database",
    "running_time": "how long the database has been in use is the same for all",
    "installation": "the version of the read models is that of the database",
    "worker_heartbeats": "workers belong to no company",
    "worker_metrics": "what workers count is of no company",
    "upgrade": "an upgrade is of the database",
    "backups": "a backup is of all companies",
    "log_lines": "lines of logs are the platform's, whichever company they name",
    "job_runs": "jobs are done for all companies",
    "projection_paces": "how fast a read model follows all logs together",
}

#: Statements about the rows of many companies, each for a reason.
ACROSS_COMPANIES = {
    "FROM companies ORDER BY name, company_id": "operators at the prompt of `mipos console`",
    "company_head": "workers find companies that are behind, without locks",
    "company_activity": "workers find companies that wrote lately, without locks",
    "unnest(closed)": "an upgrade tries again what is parked for closed companies",
    "FROM built": "an upgrade builds for every company",
    "FROM projection_checkpoints AS checkpoint JOIN projection_models": "an upgrade may close companies",
    "projection_checkpoints WHERE projection": "a read model is replaced for every company",
    "UPDATE skipped_events SET mended_at = clock_timestamp() WHERE": "it is made anew for every company",
    "projection_verifications SET differing = 0 WHERE projection": "it is made anew for every company",
    "starts_with(error": "a worker that starts looks after every company that a newer event has stopped",
    "companies WHERE due_at": "the job finds companies whose subscription falls due, without locks",
    "products WHERE status = 'coming_soon'": "the job finds companies where a launch is due, without locks",
    "counts WHERE status = 'completing'": "the job finds counts whose completion broke off, without locks",
    "reservations WHERE status = 'placed'": "the job finds companies where reservations lapse, without locks",
    "orders WHERE reserve_until": "the job finds companies where promises of orders lapse, without locks",
    "held_sales WHERE is_open": "the job finds companies where parked sales expire, without locks",
    "account_lots WHERE account = 'store_credit' AND": "the job finds companies where store credit expires",
    "FROM waiting_operations UNION": "the job finds companies where tills wait, without locks",
    "erased_subjects ORDER BY at": "the list of the erased is of every company",
    "erased_subjects WHERE scrubbed_at": "what is deleted leaves the disk for every company at once",
    "erased_subjects AS erased SET scrubbed_at": "and that is noted for every company at once",
    "events AS event ON event.company_id = base.company_id": "a backup goes on from those of every company",
    "company.company_id = message.company_id WHERE": "the job finds what is to be mailed, without locks",
    "report_exports SET status = 'expired' WHERE status": "no file of any company is in a backup",
    "import_jobs SET status = 'failed', finished_at = now(), failure = 'The": "nor is a sheet",
    "FROM incoming_logs ORDER BY": "what was broken off is found, whichever company's it was",
    "FROM erased_subjects WHERE subject_id = ANY": "the job finds files of who is forgotten",
}

#: Locks within another query, each for a reason. A cluster takes them only where all of it is of one company.
NESTED_LOCKS = {
    "HOLD_REFERENCES": "one look into the key for each of those asked for, whatever the planner believes",
    "HOLD_VARIANTS": "variants are locked in the order of their ids",
    "projections.guards.stock._GOODS": "goods are locked in the order of their ids",
    "projections.stock.listing._HOLD": "products are locked in the order of their ids",
    "_FIND_OR_MAKE": "a key is found or made in one round trip",
}
_INSERTED = re.compile(r"\bINSERT INTO (\w+)\b[^;]*\bSELECT\b")
_LOCK = re.compile(r"\bFOR (?:NO KEY )?(?:UPDATE|(?:KEY )?SHARE)\b")

_TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(?:public\.)?(?!pg_)([a-z_]+)\b(?!\()")
_NAMES_COMPANY = re.compile(r"company_id\s*=\s*%\(company(_id)?\)s|\(company_id|%\(company(_id)?\)s")

#: What the checker says about SQL, whether it is given to us or to the driver.
_ABOUT_SQL = re.compile(r"LiteralString|<class 'SQL'>|\.(execute|executemany|copy|stream)`")

#: How a statement can be made of what is known only at run time.
PLANTED = """
def plant(
    db: Database,
    request: RequestTransaction,
    work: Transaction,
    connection: psycopg.Connection[tuple[object]],
    text: str,
    number: int,
) -> None:
    db.ask(text, {})
    db.execute(f"SELECT {text}", {})
    db.ask(f"SELECT {number}", {})
    db.ask("SELECT " + text, {})
    db.ask("SELECT %s" % text, {})
    db.ask("SELECT {}".format(text), {})
    db.ask("SELECT one".replace("one", text), {})
    db.ask(" AND ".join(["SELECT true", text]), {})
    db.ask(str(number), {})  # type: ignore
    request.ask(text, {})
    request.execute(text, {})
    work.ask(text, {})
    work.execute(text, {})
    connection.execute(text)
    connection.cursor().execute(f"SELECT {text}")
    connection.cursor().executemany(text, [])
    sql.SQL(text)
    sql.SQL(", ").join(map(sql.SQL, [text]))
    filtered: LiteralString = f"SELECT {text}"
    sorts: dict[str, LiteralString] = {"name": text}
"""


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, int]]:
    """Where the checker complains of SQL, by file and line, once PLANTED is part of the product."""
    root = tmp_path_factory.mktemp("product")
    for name in LAYERS:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    types = (LiteralString, Database, RequestTransaction, Transaction)
    imports = [f"from {one.__module__} import {one.__name__}\n" for one in types]
    (root / "infra" / "planted.py").write_text(
        "".join(["import psycopg\nfrom psycopg import sql\n", *imports, PLANTED])
    )
    ty = str(Path(sys.executable).parent / "ty")
    command = [ty, "check", "--python", sys.prefix, "--output-format", "concise"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603
    assert "Found " in done.stdout, done.stdout + done.stderr
    places = [line.split(":") for line in done.stdout.splitlines() if _ABOUT_SQL.search(line)]
    return [(file, int(line)) for file, line, *_ in places]


def test_every_statement_is_made_of_literals(complaints: list[tuple[str, int]]) -> None:
    assert [position for position in complaints if position[0] != "infra/planted.py"] == []


def test_a_statement_made_at_run_time_is_found(complaints: list[tuple[str, int]]) -> None:
    lines = {line for file, line in complaints if file == "infra/planted.py"}
    planted = PLANTED.partition(") -> None:\n")[2].count("\n")
    assert lines == set(range(max(lines) - planted + 1, max(lines) + 1))


def test_nothing_is_kept_from_the_checker() -> None:
    """It takes a cast at its word, and the driver takes bytes.

    Only the files of migrations are sent so, and what an operator types at the prompt of `mipos console`.
    """
    ours = ("/migrations.py", "/cli/prompt.py")
    hidden = [f"{file}:{line}" for file, line in _hidden() if not file.endswith(ours)]
    assert hidden == []


def _hidden() -> Iterator[tuple[str, int]]:
    for file, tree in _modules():
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name("cast"), args=[kind, *_]) if "LiteralString" in ast.unparse(kind):
                    yield file, node.lineno
                case ast.Call(func=ast.Attribute(attr="execute" | "executemany" | "copy"), args=[text, *_]):
                    if "encode(" in ast.unparse(text):
                        yield file, node.lineno


@cache
def _modules() -> list[tuple[str, ast.Module]]:
    return [
        (str(file.relative_to(ROOT)), ast.parse(file.read_text()))
        for name in LAYERS
        for file in sorted((ROOT / name).rglob("*.py"))
        if "bench" not in file.parts
    ]


def test_every_statement_is_a_constant_of_its_module() -> None:
    """Only so can the others be read here as they are sent."""
    inside = [f"{file}:{line}" for file, line in _inside_functions() if "complete_journey" not in file]
    assert inside == []


def _inside_functions() -> Iterator[tuple[str, int]]:
    """Statements in functions, save those that compose what a module's constants are."""
    for file, tree in _modules():
        functions = (
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.Lambda)
            and ast.unparse(getattr(node, "returns", None) or ast.Constant(None)) != "LiteralString"
        )
        for node in {part for function in functions for part in ast.walk(function)}:
            match node:
                case ast.Constant(str(text)) if is_statement(text):
                    yield file, node.lineno


def test_every_statement_names_its_company() -> None:
    assert len(statements()) > 300
    assert [
        text for text in _across_companies() if not any(statement in text for statement in ACROSS_COMPANIES)
    ] == []


def test_every_exception_is_needed() -> None:
    nameless, across = " ".join(_nameless()), " ".join(_across_companies())
    assert [table for table in OF_NO_COMPANY if table not in nameless] == []
    assert [statement for statement in ACROSS_COMPANIES if statement not in across] == []


def _nameless() -> Iterator[str]:
    for text in statements():
        if not _NAMES_COMPANY.search(text):
            yield " ".join(text.split())


def _across_companies() -> list[str]:
    """The statements about rows of companies that name none of them."""
    return [text for text in _nameless() if not OF_NO_COMPANY.keys() >= set(_TABLE.findall(text))]


#: What its owner runs, whom row-level security does not hold: restores and upgrades.
BY_OWNER = {
    "infra.backup.restoring._HEADS",
    "infra.backup.restoring._ACTIVITY",
    "infra.projections.closure._PARK",
}


def test_what_is_inserted_from_a_query_says_what_came_of_it() -> None:
    """Or a cluster would copy it into tables, which is refused under row-level security."""
    spread = {table for table, place in places(PROJECTIONS).items() if place.column}
    copied = {
        name
        for text, name in statements().items()
        if (into := _INSERTED.search(text))
        and into[1] in spread
        and "ON CONFLICT" not in text
        and "RETURNING" not in text
    }
    assert copied == BY_OWNER


def test_no_statement_uses_what_does_not_distribute() -> None:
    for text, name in statements().items():
        for word in ("NOTIFY", "MERGE ", "nextval", "LOCK TABLE"):
            assert word not in text, name
        assert "now()" not in text.partition("DO UPDATE")[2], name


def test_lists_are_taken_apart_in_the_select_list() -> None:
    """One `unnest` of several lists keeps all rows of each before it joins them (DECISIONS 457)."""
    assert [name for text, name in statements().items() if any(_lists_of(text))] == []


def _lists_of(text: str) -> Iterator[bool]:
    """Of each `unnest`, whether it takes several lists."""
    for match in re.finditer(r"unnest\(", text):
        depth, end = 1, match.end()
        while depth and not (depth == 1 and text[end] == ","):
            depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(text[end], 0)
            end += 1
        yield depth > 0


def test_rows_are_locked_by_the_outermost_query() -> None:
    nested = {name for text, name in statements().items() if any(_depths_of_locks(text))}
    known = {name: [one for one in NESTED_LOCKS if name.endswith(one)] for name in nested}
    assert [name for name, reasons in known.items() if not reasons] == []
    assert {one for reasons in known.values() for one in reasons} == NESTED_LOCKS.keys()


def _depths_of_locks(text: str) -> Iterator[int]:
    """In how many parentheses each lock of a statement stands."""
    for lock in _LOCK.finditer(text):
        before = text[: lock.start()]
        yield before.count("(") - before.count(")")


def test_no_lock_is_taken_on_rows_of_many_companies() -> None:
    locking = [text for text in _across_companies() if _LOCK.search(text)]
    assert [text for text in locking if not OF_NO_COMPANY.keys() >= set(_TABLE.findall(text))] == []
