"""Exports of reports whose workers are killed, and those of very many rows."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.infra.test_report_exports import ROWS, Office, Pages, database, office, pages, rows_of
from tests.waiting import eventually

__all__ = ["database", "office", "pages"]

ROOT = Path(__file__).parents[2]
#: How much memory the largest file may take to write, with everything that is loaded for it.
MOST_MIB = 150


def write_slowly(office: Office, pages: Pages) -> None:
    """What a worker does that is slow enough to be killed."""
    pages.act = lambda _: time.sleep(0.2)
    office.work()


def test_a_killed_worker_leaves_a_file_that_another_writes_whole(
    office: Office, pages: Pages, rounds: Callable[[int, int], int]
) -> None:
    for number in range(rounds(2, 20)):
        kill_and_go_on(office, pages, after=0.05 * (number % 14))


def kill_and_go_on(office: Office, pages: Pages, after: float) -> None:
    """Kill a worker so long after it began: before, between or after pages; then let another write."""
    export_id = office.ask_for()
    worker = get_context("fork").Process(target=write_slowly, args=(office, pages))
    worker.start()
    eventually(lambda: office.row(export_id)["status"] == "running")
    time.sleep(after)
    os.kill(worker.pid or 0, signal.SIGKILL)
    worker.join()

    eventually(lambda: office.work() or office.row(export_id)["status"] == "done")

    row = office.row(export_id)
    assert (row["status"], row["rows_done"]) == ("done", ROWS)
    assert row["attempts"] <= 2
    assert len(rows_of(office.file(export_id))) == ROWS
    parts = office.ask("SELECT * FROM report_export_parts WHERE export_id = %s", export_id)
    assert len(parts) == 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_million_rows_take_little_memory(kind: str, rounds: Callable[[int, int], int]) -> None:
    count = rounds(15_000, 1_000_000)

    command = [sys.executable, "-m", "tests.faults.large_report", kind, str(count)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603

    mib, size = map(int, done.stdout.split())
    assert mib < MOST_MIB
    assert size > count
