"""`mipos super-admin`: a platform without anybody gets its first super admin."""

import os
import subprocess
import sys
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from domain.companies import PLATFORM_ID
from tests import forks
from tests.conftest import KEYS

PASSWORD = "correct horse battery staple"


@pytest.fixture
def mipos(database: Any) -> Any:
    """Runs the command line over the test database, with this on standard input."""

    def run(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith("MIPOS_")}
        env |= {
            **KEYS,
            "MIPOS_APP_DATABASE_URL": database.app,
            "MIPOS_WORKER_DATABASE_URL": database.worker,
        }
        return forks.run("infra.cli.main", ["super-admin", *arguments], env, typed)

    return run


def log_in(service: Any, username: str, password: str = PASSWORD) -> Any:
    return service.client().post("/api/auth/login", {"username": username, "password": password})


def test_a_new_one_signs_in_and_runs_the_platform(mipos: Any, service: Any) -> None:
    name = f"root-{uuid4().hex}"
    done = mipos(name, "--password-stdin", typed=f"{PASSWORD}\n")
    assert (done.returncode, done.stdout) == (0, f"{name} is a super admin now.\n"), done.stderr
    answer = log_in(service, name)
    assert answer.data["user"]["role"]["name"] == "Super Admin"
    client = service.client(answer.data["token"])
    assert client.get("/api/admin/companies").status == 200
    assert client.post("/api/admin/packages", {"name": uuid4().hex}).status == 201


def test_one_who_is_known_gets_a_new_password_and_is_signed_out(mipos: Any, service: Any) -> None:
    name = f"root-{uuid4().hex}"
    mipos(name, "--password-stdin", typed=PASSWORD)
    token = log_in(service, name).data["token"]
    done = mipos(name.upper(), "--password-stdin", typed="another horse entirely")
    assert "has a new password" in done.stdout
    assert service.client(token).get("/api/admin/companies").code == "token_revoked"
    assert log_in(service, name).status == 401
    assert log_in(service, name, "another horse entirely").status == 200


def test_where_there_is_no_terminal_nobody_is_asked(database: Any) -> None:
    done = subprocess.run(  # noqa: S603 our own program
        [sys.executable, "-m", "infra.cli.main", "super-admin", f"root-{uuid4().hex}"],
        env={**os.environ, **KEYS, "MIPOS_WORKER_DATABASE_URL": database.worker},
        start_new_session=True,
        input=f"{PASSWORD}\n{PASSWORD}\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "Error: Nobody can be asked here; --password-stdin reads the password from standard input.\n"
    )


def test_the_password_stays_out_of_the_log(mipos: Any, database: Any) -> None:
    mipos(f"root-{uuid4().hex}", "--password-stdin", typed="a very particular password")
    with psycopg.connect(database.owner) as connection:
        query = "SELECT string_agg(state || metadata, '') FROM events WHERE company_id = %s"
        [(log,)] = connection.execute(query, [PLATFORM_ID])
    assert "particular" not in log
    assert "argon2" not in log


def test_somebody_elses_name_is_refused(mipos: Any, shop: Any) -> None:
    done = mipos(shop.username("Admin"), "--password-stdin", typed=PASSWORD)
    assert done.returncode == 1
    assert "Another user already has this name." in done.stderr
    assert log_in(shop.service, shop.username("Admin")).status == 200


@pytest.mark.parametrize("password", ["", "short", "password", "12345678"])
def test_a_weak_password_is_refused_in_a_sentence(mipos: Any, password: str) -> None:
    done = mipos(f"root-{uuid4().hex}", "--password-stdin", typed=password)
    assert done.returncode == 1
    assert "Choose another password." in done.stderr
    assert "Traceback" not in done.stderr


def test_the_help_has_an_example(mipos: Any) -> None:
    done = mipos("--help")
    assert "mipos super-admin root@example.com" in done.stdout
