"""The code stays clean: style, types, imports one way, and statements that name their company."""

import ast
import importlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
LAYERS = ("domain", "commands", "projections", "api", "infra")

#: Statements that belong to no single company, each for a reason.
ACROSS_COMPANIES = {
    "user_directory": "whoever signs in is of no company yet",
    "image_directory": "whoever looks at a picture is of no company",
    "sign_in_failures": "whoever fails to sign in is of no company yet",
    "company_head": "workers find companies that are behind, without locks",
    "projection_models": "what the tables were made from",
    "projection_lag": "numbers over all companies for those who watch",
    "oldest_snapshot_seconds": "transactions are of the database",
    "pg_": "the catalog of the database itself",
    "plan_cache_mode": "how this transaction is planned",
    "enable_sort": "how this transaction is planned",
    "schema_migrations": "migrations are of the database",
    "SELECT FROM {} WHERE name": "so is their history, in whichever schema it is",
    "has_schema_privilege": "rights are of roles",
    "starts_with(error": "a worker that starts looks after every company that a newer event has stopped",
    "running_time": "how long the database has been in use is the same for all",
    "installation": "the version of the read models is that of the database",
    "worker_heartbeats": "workers belong to no company",
    "upgrade (id)": "an upgrade is of the database",
    "FROM upgrade": "an upgrade is of the database",
    "FROM built": "an upgrade builds for every company",
    "projection_checkpoints WHERE projection": "a read model is replaced for every company",
    "company_activity": "workers find companies that wrote lately, without locks",
    "companies WHERE due_at": "the job finds companies whose subscription falls due, without locks",
    "products WHERE status = 'coming_soon'": "the job finds companies where a launch is due, without locks",
}


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)  # noqa: S603


@pytest.mark.parametrize(
    "command",
    [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",), ("lint-imports",)],
    ids=" ".join,
)
def test_the_checks_pass(command: tuple[str, ...]) -> None:
    done = run(BIN / command[0], *command[1:])
    assert done.returncode == 0, done.stdout + done.stderr


#: An import against each contract: the module that must not, and what it must not import.
WRONG = {
    "domain.money": "commands.ports",
    "domain.packages": "psycopg",
    "commands.orders": "projections.orders",
    "commands.stock": "psycopg",
    "projections.orders": "commands.orders",
    "projections.stock": "api.orders",
    "api.orders": "infra.runtime.models",
    "infra.decisions.commits": "api.orders",
    "infra.process.garbage": "infra.postgres.pool",
    "infra.postgres.pool": "infra.eventstore.codec",
    "infra.eventstore.append": "infra.outbox.messages",
    "infra.outbox.messages": "infra.decisions.application",
    "infra.projections.faults": "infra.decisions.application",
    "infra.decisions.application": "infra.jobs.schedule",
    "infra.jobs.schedule": "infra.identity.tokens",
    "infra.identity.tokens": "infra.files.pictures",
    "infra.files.pictures": "infra.upgrades.upgrade",
    "infra.upgrades.migrated": "infra.web.loop",
    "infra.web.loop": "infra.runtime.models",
    "infra.runtime.models": "infra.bench.load",
    "infra.bench.load": "infra.cli.main",
}


def test_an_import_in_the_wrong_direction_is_found(tmp_path: Path) -> None:
    for name in LAYERS:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "setup.cfg", tmp_path)
    for module, target in WRONG.items():
        path = tmp_path.joinpath(*module.split("."))
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        file.write_text(file.read_text() + f"\nimport {target}\n")
    done = run(BIN / "lint-imports", "--no-cache", cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    found = " ".join(done.stdout.split())
    assert [one for one, target in WRONG.items() if f"- {one} -> {target}" not in found] == []


def statements() -> Iterator[tuple[str, str]]:
    """Every SQL statement in the code: where it stands, and its text."""
    for folder in ("projections", "infra"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            # Benchmarks compare with foreign SQL, and the source of an import is no database of ours.
            if "bench" in file.parts or file.name == "source.py":
                continue
            for line, text in texts(file):
                if re.match(r"(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s", text) and len(text) > 20:
                    yield f"{file.relative_to(ROOT)}:{line}", text


def texts(file: Path) -> Iterator[tuple[int, str]]:
    """Every text in a module, with what it is composed of put in."""
    found, parts = list(ast.walk(ast.parse(file.read_text()))), set[ast.AST]()
    for node in found:
        if isinstance(node, ast.JoinedStr):
            parts.update(node.values)
            yield node.lineno, "".join(part_of(value, file) for value in node.values).strip()
    for node in found:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in parts:
            yield node.lineno, node.value.strip()


def part_of(value: ast.expr, file: Path) -> str:
    """A part of a composed text: as it stands there, or the constant of the module that is put in."""
    if isinstance(value, ast.FormattedValue) and isinstance(value.value, ast.Name):
        module = importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
        return str(getattr(module, value.value.id, ""))
    return str(value.value) if isinstance(value, ast.Constant) else ""


@pytest.mark.parametrize(("place", "text"), [pytest.param(p, t, id=p) for p, t in statements()])
def test_every_statement_names_its_company(place: str, text: str) -> None:
    named = re.search(r"company_id\s*=\s*%\(company(_id)?\)s|\(company_id|%\(company(_id)?\)s", text)
    assert named or any(name in text for name in ACROSS_COMPANIES), f"{place}: {text}"


@pytest.mark.parametrize(("place", "text"), [pytest.param(p, t, id=p) for p, t in statements()])
def test_no_statement_uses_what_does_not_distribute(place: str, text: str) -> None:
    for word in ("NOTIFY", "MERGE ", "nextval", "LOCK TABLE"):
        assert word not in text, place
    after_conflict = text.partition("DO UPDATE")[2]
    assert "now()" not in after_conflict, place
