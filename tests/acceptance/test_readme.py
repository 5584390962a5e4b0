"""What README.md tells a newcomer to paste is pasted, word for word, in the shells that people have."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from infra.runtime.services import open_pool
from infra.runtime.settings import PROJECT_ROOT
from infra.showcase.demo import make_demo
from tests.conftest import KEYS, WRITER, Service, fresh_database, serving

README = PROJECT_ROOT / "README.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
PASSWORD = "the password of the demo"
#: Each with what makes it take its input as if it were typed.
SHELLS = {"bash": ["bash", "--norc", "-i"], "zsh": ["zsh", "-f", "-i"]}


def blocks(*, of: str) -> list[str]:
    """The code blocks of a section."""
    section = README.read_text().partition(f"\n## {of}\n")[2].partition("\n## ")[0]
    return BLOCK.findall(section)


@dataclass(frozen=True)
class Newcomer:
    """Somebody in a folder of the project, beside a MIPOS that runs."""

    folder: Path
    service: Service

    def paste(self, shell: str, *texts: str) -> subprocess.CompletedProcess[str]:
        """Paste this into a shell that somebody sits at. Only the port is another one."""
        text = "\n".join(texts).replace("127.0.0.1:3000", f"127.0.0.1:{self.service.port}")
        return subprocess.run(  # noqa: S603
            SHELLS[shell],
            check=False,
            input=text,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "TERM": "dumb"},
        )


@pytest.fixture(scope="module")
def newcomer(server: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    database = fresh_database(server, "mipos_readme")
    with open_pool(database.app, 2) as pool:
        make_demo(pool, WRITER, PASSWORD, datetime.now(UTC))
    folder = tmp_path_factory.mktemp("project")
    (folder / ".data").mkdir()
    (folder / ".data" / "demo_password").write_text(f"{PASSWORD}\n")
    program = folder / ".venv" / "bin" / "mipos"
    program.parent.mkdir(parents=True)
    settings = {**KEYS, "MIPOS_APP_DATABASE_URL": database.app, "MIPOS_WORKER_DATABASE_URL": database.worker}
    exports = "".join(f"export {name}='{value}'\n" for name, value in settings.items())
    path = os.pathsep.join([str(PROJECT_ROOT), *filter(None, sys.path)])
    program.write_text(
        f"#!/bin/sh\n{exports}export PYTHONPATH='{path}'\nexec '{sys.executable}' -P -m tests.mipos \"$@\"\n"
    )
    program.chmod(0o755)
    with serving(database, ("serve", "worker"), MIPOS_WORKERS="1") as service:
        yield Newcomer(folder, service)


def answers(done: subprocess.CompletedProcess[str]) -> list[Any]:
    """What the API answered, one after another."""
    found, rest, decoder = [], done.stdout, json.JSONDecoder()
    while (start := rest.find('{"success"')) >= 0:
        answer, end = decoder.raw_decode(rest[start:])
        found.append(answer)
        rest = rest[start + end :]
    return found


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    return name


class TestAFirstSale:
    def test_can_be_pasted_twice_and_the_report_knows_both(self, newcomer: Newcomer, shell: str) -> None:
        sale = blocks(of="A first sale")
        done = newcomer.paste(shell, *sale, *sale)
        given = answers(done)
        assert [one for one in given if not one["success"]] == [], done.stdout + done.stderr
        _, _, first, _, _, second = given
        before, after = (one["data"]["overall"] for one in (first, second))
        assert after["orders"] - before["orders"] == 1
        assert after["total_collected"] - before["total_collected"] == 747

    def test_is_refused_by_nothing_a_shell_says(self, newcomer: Newcomer, shell: str) -> None:
        done = newcomer.paste(shell, *blocks(of="A first sale"))
        assert not any(word in done.stderr for word in ("not found", "rror", "no matches", "Traceback"))


class TestWithoutTheDemo:
    def test_a_shop_of_ones_own_sells_and_can_be_made_twice(self, newcomer: Newcomer, shell: str) -> None:
        words, _, selling = blocks(of="A first sale")
        (founding,) = blocks(of="Without the demo")
        done = newcomer.paste(shell, words, founding, selling, founding, selling)
        given = answers(done)
        assert [one for one in given if not one["success"]] == [], done.stdout + done.stderr
        reports = [one["data"]["overall"] for one in given if "overall" in (one["data"] or {})]
        assert [report["orders"] for report in reports] == [1, 1]

    def test_says_who_may_sign_in(self, newcomer: Newcomer, shell: str) -> None:
        words, *_ = blocks(of="A first sale")
        done = newcomer.paste(shell, words, *blocks(of="Without the demo"))
        found = re.search(r"Sign in at /docs as (\S+) or (\S+): (\S+)", done.stdout)
        assert found is not None, done.stdout + done.stderr
        for username in found.groups()[:2]:
            body = {"username": username, "password": found[3]}
            assert newcomer.service.client().post("/api/auth/login", body).status == 200


@pytest.mark.parametrize("page", ["README.md", "OPERATIONS.md", "CONTRIBUTING.md"])
def test_no_line_to_paste_has_a_comment_which_zsh_would_take_for_a_command(page: str) -> None:
    text = (PROJECT_ROOT / page).read_text()
    lines = [line for block in BLOCK.findall(text) for line in block.splitlines()]
    assert [line for line in lines if re.search(r"(^|\s)#", line)] == []


def test_is_short_enough_to_be_read() -> None:
    assert len(README.read_text().splitlines()) <= 150
