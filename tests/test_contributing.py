"""The examples of CONTRIBUTING.md, built word for word in a copy of the tree."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[1]
TREE = ("api", "commands", "domain", "infra", "projections", "tests")
FILES = ("CONTRIBUTING.md", "PERMISSIONS.md", "setup.cfg", "pyproject.toml")
SECTION = re.compile(r"^## (?P<title>.*?)\n(?P<text>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(?P<how>python|diff) (?P<path>\S+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
#: An example adds fewer.
MOST_LINES = 70

WARRANTIES = '''
"""A kind of setting that somebody added."""

from typing import Any

PATH = "/api/admin/settings/warranties"


def test_it_has_all_that_kinds_have(shop: Any) -> None:
    manager, clerk = shop.client("Manager"), shop.client("Inventory Clerk")
    made = manager.post(PATH, {"name": "Two years", "months": 24})
    assert (made.status, made.data["months"]) == (201, 24)
    one = f"{PATH}/{made.data['id']}"
    assert manager.patch(one, {"months": 36}, If_Match=made.headers["etag"]).data["months"] == 36
    assert [found["months"] for found in clerk.get(f"{PATH}?search=two").data] == [36]
    assert manager.post(PATH, {"name": "two  YEARS", "months": 1}).code == "duplicate_name"
    assert manager.post(PATH, {"name": "None", "months": 0}).fields == {"months"}
    assert clerk.delete(one).status == 403
    assert manager.delete(one).status == 200
    written = [event["type"] for event in shop.events() if event["type"].startswith("warranties.")]
    assert written == ["warranties.Warranty.Registered", "warranties.Warranty.Extended",
                       "warranties.Warranty.Archived"]
'''

TABLES = '''
"""A field that somebody added to sales."""

from typing import Any


def test_it_is_recorded_and_answered(stocked: Any) -> None:
    stocked.shop.client().post("/api/admin/settings/brands", {"name": "Before"})
    sold = stocked.sell(table="7")
    assert (sold.status, sold.data["table"]) == (201, "7")
    assert stocked.sell().data["table"] is None
    assert stocked.sell(table="x" * 21).fields == {"table"}
    sales = [event["state"] for event in stocked.shop.events() if event["type"] == "orders.Order.Sold"]
    assert [sale.get("table") for sale in sales] == ["7", None]
'''

WEEKDAYS = '''
"""A read model that somebody added."""

from datetime import date, timedelta
from typing import Any

import psycopg

from infra.projections.rebuild import rebuild
from infra.projections.verify import verify
from infra.runtime.models import EVENT_TYPES
from projections.sales_by_weekday import SalesByWeekday
import pytest

from tests.waiting import eventually


def test_it_follows_the_log_and_is_rebuilt_from_it(stocked: Any) -> None:
    database, company_id = stocked.shop.service.database, stocked.shop.company_id

    def rows() -> Any:
        with psycopg.connect(database.owner) as owner:
            query = "SELECT weekday, sales FROM sales_by_weekday WHERE company_id = %s"
            return owner.execute(query, [company_id]).fetchall()

    days = [date.fromisoformat(stocked.sell().data["business_date"]) for _ in range(3)]
    eventually(lambda: sum(sales for _, sales in rows()) == 3)
    assert {weekday for weekday, _ in rows()} == {day.isoweekday() for day in days}
    assert verify(database.worker, EVENT_TYPES, SalesByWeekday(), company_id).differences == ()
    before = rows()
    rebuild(database.worker, EVENT_TYPES, SalesByWeekday(), company_id)
    assert rows() == before
'''

#: The sections that show how, and what tries them: a module of tests, over HTTP.
EXAMPLES = {
    "Add a field to an event": ("test_tables.py", TABLES),
    "Add a read model": ("test_weekdays.py", WEEKDAYS),
    "Add a kind of setting": ("test_warranties.py", WARRANTIES),
}


class Copy:
    """A copy of the tree, with what the blocks of a section make of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in TREE:
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in FILES:
            shutil.copy(ROOT / name, folder / name)

    def build(self, title: str) -> None:
        """Do what this section says. Its blocks are short, and change what is there."""
        document = (ROOT / "CONTRIBUTING.md").read_text()
        sections = {found["title"]: found["text"] for found in SECTION.finditer(document)}
        added = 0
        for block in BLOCK.finditer(sections[title]):
            path = self.folder / block["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            if block["how"] == "python":
                assert not path.exists(), f"{path} is there already"
                path.write_text(block["text"])
                added += block["text"].count("\n")
            else:
                path.write_text(changed(path.read_text(), block["text"]))
                added += len(re.findall(r"^\+", block["text"], re.MULTILINE))
        assert 0 < added < MOST_LINES

    def permit(self, path: str, resource: str, single: str) -> None:
        """Write the lines of a kind in PERMISSIONS.md: who may do what with brands may do so with these."""
        table = self.folder / "PERMISSIONS.md"
        lines = [line for line in table.read_text().splitlines() if "settings/brands" in line]
        own = "\n".join(lines).replace("settings/brands", path).replace("{brand_id}", single)
        with table.open("a") as file:
            file.write("\n" + own.replace("brands.", f"{resource}.") + "\n")

    def run(self, *arguments: str) -> None:
        """Run a command of Python there; it must succeed."""
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=5 * PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]

    def test(self, *arguments: str) -> None:
        """Run some of the tests there."""
        self.run("pytest", "-p", "no:cacheprovider", "-p", "no:xdist", *arguments)


def changed(text: str, difference: str) -> str:
    """The text with the lines that begin with `+`, each after the one with a space that stands there."""
    lines, at = text.split("\n"), 0
    for line in difference.splitlines():
        mark, content = line[:1], line[1:]
        if mark == "+":
            lines.insert(at, content)
            at += 1
            continue
        assert lines.count(content) == 1, f"stands there {lines.count(content)} times: {content}"
        at = lines.index(content) + 1
    return "\n".join(lines)


@pytest.mark.long
def test_the_examples_can_be_followed_word_for_word(tmp_path: Path) -> None:
    """All in one copy, so that one database and one server do."""
    copy = Copy(tmp_path)
    for title, tried_by in EXAMPLES.items():
        copy.build(title)
        name, text = tried_by
        (copy.folder / "tests" / "api" / name).write_text(text)
    copy.permit("settings/warranties", "warranties", "{warranty_id}")
    copy.run("ruff", "check", "api", "commands", "domain", "infra", "projections")
    copy.test("tests/infra/eventstore/test_golden.py", "--write-golden")
    copy.test(
        "tests/infra/eventstore/test_golden.py",
        "tests/projections/test_each_event.py",
        "tests/api/test_matrix.py",
        "tests/api/test_creating.py",
        *(f"tests/api/{name}" for name, _ in EXAMPLES.values()),
        "-k",
        "golden or matrix or warranties or tables or weekday",
    )
