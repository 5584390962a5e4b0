"""`mipos console`: what a person finds at the prompt, here through a pipe."""

import os
import subprocess
from typing import Any
from uuid import uuid4

import pytest

from tests import forks
from tests.conftest import KEYS


@pytest.fixture
def console(database: Any, shop: Any) -> Any:
    """Types this at the prompt, about the company of the test."""

    def run(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith("MIPOS_")}
        env |= {
            **KEYS,
            "MIPOS_APP_DATABASE_URL": database.app,
            "MIPOS_WORKER_DATABASE_URL": database.worker,
        }
        return forks.run("infra.cli.main", ["console", *arguments], env, f'use("{shop.company_id}");{text}\n')

    return run


def admin_of(shop: Any) -> Any:
    return shop.service.client(shop.token())


def lines(done: subprocess.CompletedProcess[str]) -> str:
    """What was shown after the company."""
    assert done.returncode == 0, done.stderr
    return done.stdout.partition("\n")[2]


def test_shows_what_each_expression_is(console: Any) -> None:
    assert lines(console("x = 20\nx + 1\nfor i in (1, 2):\n    i * x\n'text'")) == "21\n20\n40\ntext\n"


def test_asks_the_api_as_an_admin_of_the_company(console: Any, shop: Any) -> None:
    brand = admin_of(shop).post("/api/admin/settings/brands", {"name": f"Brand {uuid4().hex}"}).data
    assert brand["name"] in lines(console(f'get("/api/admin/settings/brands/{brand["id"]}")["name"]'))


def test_loads_an_aggregate_from_the_log(console: Any, shop: Any) -> None:
    brand = admin_of(shop).post("/api/admin/settings/brands", {"name": f"Brand {uuid4().hex}"}).data
    assert lines(console(f'load("{brand["id"]}").values["name"]')) == f"{brand['name']}\n"
    assert lines(console(f'load("{uuid4()}") is None')) == "True\n"


def test_asks_tables_with_parameters(console: Any, shop: Any) -> None:
    query = "SELECT count(*) FROM companies WHERE company_id = %(id)s"
    assert lines(console(f'sql("{query}", id="{shop.company_id}")')) == "[{'count': 1}]\n"


def test_lists_companies_and_changes_between_them(console: Any, shop: Any) -> None:
    listed = f'any(str(one["id"]) == "{shop.company_id}" for one in companies())'
    said = lines(console(f'str(use("platform"))\n{listed}'))
    assert said == "00000000-0000-4000-8000-000000000000\nTrue\n"


class TestWriting:
    def test_is_refused_by_the_database_unless_asked_for(self, console: Any) -> None:
        done = console('sql("DELETE FROM log_lines")')
        assert done.returncode == 1
        assert "read-only transaction" in done.stderr
        assert "NameError" in console('post("/api/admin/settings/brands", {"name": "X"})').stderr

    @pytest.mark.parametrize(
        "statements",
        [
            "BEGIN READ WRITE; DELETE FROM log_lines; COMMIT",
            "COMMIT; DELETE FROM log_lines",
            "SET default_transaction_read_only = off; DELETE FROM log_lines",
            "DO $$BEGIN COMMIT; DELETE FROM log_lines; END$$",
        ],
    )
    def test_is_not_begun_by_statements_either(self, console: Any, statements: str) -> None:
        done = console(f'sql("{statements}")')
        assert done.returncode == 1
        assert "Error: " in done.stderr

    def test_is_done_where_it_was_asked_for(self, console: Any, shop: Any) -> None:
        name = f"Brand {uuid4().hex}"
        assert name in lines(
            console(f'post("/api/admin/settings/brands", {{"name": "{name}"}})["name"]', "--write")
        )
        found = admin_of(shop).get(f"/api/admin/settings/brands?search={name.replace(' ', '%20')}").data
        assert [one["name"] for one in found] == [name]


class TestWhatGoesWrong:
    def test_of_the_api_is_told_in_its_own_words(self, console: Any) -> None:
        done = console('get("/api/admin/nonesuch")\n1')
        assert done.returncode == 1
        assert "404 not_found: There is no such route." in done.stderr
        assert "Traceback" not in done.stderr

    def test_ends_it_before_what_comes_next(self, console: Any) -> None:
        done = console("1 / 0\nprint('after')")
        assert "ZeroDivisionError" in done.stderr
        assert "after" not in done.stdout

    def test_in_the_writing_is_told_before_anything_is_done(self, console: Any) -> None:
        done = console("print('before')\nif")
        assert "SyntaxError" in done.stderr
        assert done.stdout == ""
