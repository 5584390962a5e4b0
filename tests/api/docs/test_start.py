"""The quick start does what it says when it is pasted, whole, in any shell, as often as one likes."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from api.docs.pages import START
from api.docs.site import Site
from api.docs.start import plain_start
from tests.conftest import PASSWORD, Client, Service

SHELLS = [
    pytest.param(
        shell, marks=pytest.mark.skipif(shutil.which(shell) is None, reason=f"{shell} is not installed")
    )
    for shell in ("bash", "zsh")
]


@pytest.fixture(scope="module")
def page(site: Site) -> str:
    return site.html(START).html


@pytest.fixture(scope="module")
def commands(page: str) -> list[str]:
    """What is copied, of each step."""
    steps = page.partition('<ol class="steps">')[2].partition("</ol>")[0]
    shown = re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", steps, re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]+>", "", command)) for command in shown]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where `mipos up` was started."""
    (tmp_path / ".data").mkdir()
    (tmp_path / ".data" / "demo_password").write_text(PASSWORD, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("shell", SHELLS)
class TestPasting:
    def paste(self, shell: str, text: str, folder: Path) -> str:
        """What a shell that reads what is typed shows of it."""
        # NOTE: only where somebody types does zsh take `#` for a command, and `!` stand for what was typed.
        typed = [shell, "--norc" if shell == "bash" else "-f", "-i"]
        done = subprocess.run(  # noqa: S603 the page's own commands
            typed, input=f"{text}\n", cwd=folder, capture_output=True, text=True, check=False, timeout=60
        )
        return done.stdout

    def test_sells_twice_and_shows_what_became_of_it(
        self, commands: list[str], demo: Service, admin: Client, folder: Path, shell: str
    ) -> None:
        whole = "\n".join(commands).replace("http://localhost:3000", demo.url)
        before = admin.get("/api/admin/orders?limit=1").json["pagination"]["total"]
        shown = [self.paste(shell, whole, folder) for _ in range(2)]
        assert admin.get("/api/admin/orders?limit=1").json["pagination"]["total"] == before + 2
        for text in shown:
            assert '"success":false' not in text
            assert '"message":"Quoted"' in text
            assert '"change_total":' in text
            assert "cashier sold 1 line" in text
            assert '"gross_sales":' in text
        assert "Whole milk 1 l" in (folder / "receipt.html").read_text(encoding="utf-8")

    def test_goes_on_with_what_the_guide_says_of_tills(
        self, commands: list[str], site: Site, demo: Service, folder: Path, shell: str
    ) -> None:
        guide = re.findall(r"```sh\n(.*?)```", site.markdown("guide"), re.DOTALL)
        whole = "\n".join([*commands, *guide]).replace("http://localhost:3000", demo.url)
        for _ in range(2):
            shown = self.paste(shell, whole, folder)
            assert '"success":false' not in shown
            voided = json.loads(shown[shown.index('{"success":true,"message":"Voided"') :].splitlines()[0])
            assert voided["data"]["voided"]["approved_by"] not in (None, voided["data"]["voided"]["by"])
            [sold] = json.loads(
                shown[shown.index('{"success":true,"message":"Delivered"') :].splitlines()[0]
            )["data"]["results"]
            assert (sold["status"], sold["flags"]) == ("applied", ["no_shift"])
            assert re.fullmatch(r"MI-T1-X\d+-000001", sold["resource"]["number"])


class TestTheCommands:
    def test_say_nothing_that_would_be_refused_when_it_is_pasted_again(self, commands: list[str]) -> None:
        text = "\n".join(commands)
        assert "occurred_at" not in text
        assert '"id":' not in text
        assert "jq" not in text
        assert not re.search(r"(?m)^\s*#|!", text)

    def test_are_coloured_line_by_line(self, page: str) -> None:
        coloured = re.findall(r"<(?:i|b)>([^<]*)</", page)
        assert coloured
        assert [text for text in coloured if "\n" in text] == []

    def test_say_when_a_place_must_be_named(self, document: dict[str, Any]) -> None:
        assert "names a `register_id`, or else a `store_id`" in plain_start(document)

    def test_lead_to_where_the_page_came_from(self, page: str) -> None:
        assert page.count("<span data-origin>http://localhost:3000</span>") == 1
        assert page.count("localhost:3000") == 1
