"""The code stays clean: style, types, and imports one way."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
LAYERS = ("domain", "commands", "projections", "api", "infra")


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)  # noqa: S603


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        pytest.param(("mypy",), marks=pytest.mark.long),
        ("lint-imports",),
    ],
    ids=" ".join,
)
def test_the_checks_pass(command: tuple[str, ...]) -> None:
    done = run(BIN / command[0], *command[1:])
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_test_asserts_how_long_something_takes() -> None:
    """A loaded machine takes longer; what waits, waits with `tests/waiting.py`."""
    clocks = {"monotonic", "perf_counter", "process_time", "thread_time"}
    tests = [path for path in (ROOT / "tests").rglob("*.py") if path.name != "waiting.py"]
    asserted = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in tests
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assert)
        and any(isinstance(one, ast.Attribute) and one.attr in clocks for one in ast.walk(node))
    ]
    assert asserted == []


#: An import against each contract: the module that must not, and what it must not import.
WRONG = {
    "domain.money": "commands.ports",
    "domain.packages": "psycopg",
    "commands.orders": "projections.orders",
    "commands.stock.receipts": "psycopg",
    "projections.orders": "commands.orders",
    "projections.stock.balances": "api.orders",
    "projections.users": "projections.guards.users",
    "api.orders": "infra.runtime.models",
    "api.answers.record": "api.fields",
    "infra.decisions.commits": "api.orders",
    "infra.process.garbage": "infra.postgres.pool",
    "infra.postgres.pool": "infra.eventstore.codec",
    "infra.eventstore.append": "infra.outbox.messages",
    "infra.outbox.messages": "infra.decisions.application",
    "infra.projections.faults": "infra.decisions.application",
    "infra.decisions.application": "infra.jobs.schedule",
    "infra.jobs.schedule": "infra.identity.tokens",
    "infra.identity.tokens": "infra.files.pictures",
    "infra.analytics.line_files": "infra.files.pictures",
    "infra.analytics.market_basket": "projections.market_basket.selection",
    "infra.files.pictures": "infra.upgrades.upgrade",
    "infra.upgrades.migrated": "infra.web.loop",
    "infra.web.loop": "infra.runtime.models",
    "infra.upgrades.upgrade": "infra.backup.vault",
    "infra.backup.vault": "infra.runtime.models",
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
    report = " ".join(done.stdout.split())
    assert [one for one, target in WRONG.items() if f"- {one} -> {target}" not in report] == []


@pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "OPERATIONS.md"])
def test_every_file_that_a_page_names_is_there(page: str) -> None:
    text = re.sub(r"```.*?```", "", (ROOT / page).read_text(), flags=re.DOTALL)
    paths = re.findall(rf"`((?:{'|'.join(LAYERS)}|tests)/[\w/.]+)`", text)
    assert [path for path in paths if not (ROOT / path).exists()] == []
