"""`mipos routes`: what can be asked, without a database."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import forks


@pytest.fixture
def mipos(tmp_path: Path) -> Any:
    """Runs `mipos routes` where there is no database and no data folder."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        env = {"MIPOS_DATA_DIR": str(tmp_path / "data"), "PATH": "/usr/bin:/bin"}
        return forks.run("infra.cli.main", ["routes", *arguments], env)

    return run


def test_lists_each_route_with_who_may_ask_and_what_for(mipos: Any, service: Any) -> None:
    lines = mipos().stdout.splitlines()
    paths = service.client().get("/api/openapi.json").json["paths"]
    assert len(lines) >= sum(len(methods) for methods in paths.values())
    assert {line.split()[1] for line in lines} >= paths.keys()
    refund = next(line for line in lines if "/api/pos/orders/{order_id}/refunds " in line)
    assert [part.strip() for part in refund.split("  ") if part] == [
        *("POST", "/api/pos/orders/{order_id}/refunds", "orders.refund", "Refund an order")
    ]


def test_needs_no_database_and_makes_nothing(mipos: Any, tmp_path: Path) -> None:
    assert mipos("health").returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_finds_every_word_wherever_it_stands(mipos: Any) -> None:
    lines = mipos("POST", "Inventory").stdout.splitlines()
    assert lines
    assert all(line.startswith("POST") and "inventory" in line.lower() for line in lines)


def test_tells_machines_the_same(mipos: Any) -> None:
    (told,) = json.loads(mipos("--json", "get", "/api/pos/receipts/{code}").stdout)
    assert told == {
        "method": "GET",
        "path": "/api/pos/receipts/{code}",
        "permission": "pos.exchange",
        "alternatives": ["orders.refund"],
        "operation": "Find a sale by its receipt",
    }


def test_says_that_nothing_was_found(mipos: Any) -> None:
    done = mipos("unheard-of")
    assert (done.returncode, done.stdout) == (1, "")
    assert "No route has unheard-of in it" in done.stderr
    assert json.loads(mipos("--json", "unheard-of").stdout) == []
