"""`mipos bench` knows who works on the machine, and what bounds a figure."""

import os
import subprocess
import sys
import time

import pytest

from infra.bench import busyness
from infra.bench.bounds import bound_by
from infra.bench.busyness import Busyness, OthersAtWork
from infra.bench.processors import Spent, Usage, of_trees
from infra.bench.waits import kind_of
from infra.process.cores import allowed_cores

WORK = "n = 0\nwhile n < 6_000_000: n += 1"
#: No process has this number.
NOBODY = 2**31 - 1
needs_proc = pytest.mark.skipif(Spent.now() is None, reason="the system does not tell who works")


def of(others: float, stolen: float = 0.0) -> Usage:
    return Usage(ours=0.5, others=others, stolen=stolen)


class TestBusyness:
    def test_refuses_a_machine_that_others_load(self) -> None:
        with pytest.raises(OthersAtWork, match="--busy"):
            Busyness(is_accepted=False).note(of(len(allowed_cores()) * 0.5))

    def test_refuses_a_machine_whose_host_keeps_its_processors(self) -> None:
        with pytest.raises(OthersAtWork):
            Busyness(is_accepted=False).note(of(0.0, stolen=len(allowed_cores()) * 0.5))

    def test_lets_somebody_do_a_little(self) -> None:
        watch = Busyness(is_accepted=False)
        watch.note(of(len(allowed_cores()) * busyness.MOST / 2))
        assert not watch.figures["is_busy"]

    def test_marks_what_is_reported_all_the_same(self) -> None:
        watch = Busyness(is_accepted=True)
        watch.note(of(len(allowed_cores()) * 0.5))
        watch.note(of(0.0))
        assert watch.figures["is_busy"]
        assert watch.figures["others_cores"] == round(len(allowed_cores()) * 0.5, 2)


@needs_proc
class TestProcessors:
    def test_work_of_children_that_are_gone_is_ours(self) -> None:
        before = of_trees([os.getpid()])
        subprocess.run([sys.executable, "-c", WORK], check=True)  # noqa: S603
        assert of_trees([os.getpid()]) > before

    def test_work_of_others_is_not_ours(self) -> None:
        with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as other:
            mine = of_trees([other.pid])
            while of_trees([other.pid]) == mine:
                time.sleep(0.01)
            first = Spent.now(NOBODY)
            while of_trees([other.pid]) < mine + 0.2:
                time.sleep(0.01)
            last = Spent.now(NOBODY)
            other.kill()
        assert first
        assert last
        used = Usage.between(first, last)
        assert used.ours == 0
        assert used.others > 0


class TestBounds:
    def test_the_processor_bounds_what_uses_it_up(self) -> None:
        assert bound_by(len(allowed_cores()) * 0.95, {"flush": 5.0}) == "processor"

    @pytest.mark.parametrize("kind", ["flush", "locks", "disk"])
    def test_else_what_most_sessions_wait_for(self, kind: str) -> None:
        assert (
            bound_by(len(allowed_cores()) * 0.5, {"flush": 0.6, "locks": 0.6, "disk": 0.6, kind: 3.0}) == kind
        )

    def test_else_whoever_asks(self) -> None:
        assert bound_by(len(allowed_cores()) * 0.5, {"work": 3.0, "flush": 0.1}) == "client"
        assert bound_by(None, {}) == "client"

    @pytest.mark.parametrize(
        ("event", "kind"),
        [
            ("", "work"),
            ("IO:WalSync", "flush"),
            ("IO:WALSync", "flush"),
            ("LWLock:WALWrite", "flush"),
            ("Lock:transactionid", "locks"),
            ("LWLock:BufferContent", "locks"),
            ("IO:DataFileRead", "disk"),
            ("Client:ClientRead", "client"),
            ("IPC:ParallelFinish", "other"),
        ],
    )
    def test_waits_are_told_apart(self, event: str, kind: str) -> None:
        assert kind_of(event) == kind
