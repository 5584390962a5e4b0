"""`mipos bench` gives every figure it promises; how fast anything is, no test says."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.bench.plan import KEYS
from infra.bench.rounds import percentile
from infra.cli import bench as bench_cli
from tests.waiting import PATIENCE, eventually

COMMAND = [sys.executable, "-c", "from infra.cli.bench import bench; bench()"]
#: Each side has one turn, nothing warms up, shops and stock are small: what is tried is that figures come.
HASTY = """
from infra.bench import rounds
rounds.ROUNDS = 1
from infra.bench import checkout, requests
requests.WARM_UP_SECONDS, requests.LEAST_SECONDS, checkout.WARM_UP_SECONDS = 0.0, 0.05, 0.1
from infra.bench import counts, customers, dues, searching, shops, stock, tills
searching.PRODUCTS_PER_SECOND, shops.PRODUCTS, shops.MANY = 1_500, 100, 5
counts._AT_ONCE, customers.CUSTOMERS_PER_SECOND, dues.SALES_PER_SECOND = 100, 1_500, 50
tills.SYNC_PER_SECOND, tills.MOST_Z = 10, 500
stock.ROWS_PER_SECOND, stock.LINES = 20_000, 50
from infra.bench.reports import history, questions
history.STORES, history.VARIANTS, questions.QUESTIONS = 3, 100, 2
from infra.cli.bench import bench
bench()
"""
NEEDS_A_PACKAGE = {"import_orders_per_s", "import_orders_per_s_catalog_there"}


def run(*arguments: str) -> dict[str, Any]:
    # Others may be at work where tests run.
    argv = [sys.executable, "-c", HASTY, "--json", "--busy", *arguments]
    done = subprocess.run(argv, check=False, capture_output=True, timeout=10 * PATIENCE)  # noqa: S603
    assert done.returncode == 0, done.stderr.decode()
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def figures_of(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        yield from value.values()
    else:
        yield value


def leftovers(folder: Path) -> list[Path]:
    return list(folder.glob("mipos-*"))


class TestBench:
    @pytest.mark.long
    @pytest.mark.large
    def test_compares_sales_with_the_database_alone(self) -> None:
        figures = run("--seconds", "0.2", "--only", "checkout_vs_pgbench_one_company")
        assert figures["checkout_vs_pgbench_one_company"] > 0
        assert figures["checkout_p99_ms"] >= figures["checkout_p50_ms"] > 0
        assert figures["checkout_vs_pgbench_one_company_bound_by"].keys() == {"http", "pgbench", "standard"}

    @pytest.mark.large
    def test_gives_each_figure(self) -> None:
        figures = run("--seconds", "0.2")
        assert figures["machine"]["fsync"] == "on"
        present = [key for key in KEYS if not (key in NEEDS_A_PACKAGE and figures[key] is None)]
        assert [key for key in present if not all(figure > 0 for figure in figures_of(figures[key]))] == []

    @pytest.mark.large
    def test_asks_for_reports_of_more_stores(self) -> None:
        figures = run("--seconds", "0.2", "--only", "report_p95_ms", "--stores", "3")
        assert figures["report_scale"] == 3
        assert figures["report_p95_ms"]["by store, year"] > 0

    @pytest.mark.large
    def test_weighs_a_sale_by_table(self) -> None:
        figures = run("--seconds", "0.1", "--only", "bytes_per_sale")
        tables, parts = figures["bytes_per_sale_by_table"], figures["bytes_per_sale_by_part"]
        assert tables["events"]["heap"] > tables["sales_facts"]["heap"] > 0
        assert sum(parts.values()) == pytest.approx(figures["bytes_per_sale"])

    @pytest.mark.large
    def test_upgrades_a_shop_with_shifts_and_refunds(self) -> None:
        figures = run("--seconds", "0.1", "--only", "upgrade_seconds_per_million")
        assert figures["upgrade_events"] >= 20_000
        assert figures["upgrade_processor_seconds_per_million"] > 0

    @pytest.mark.large
    def test_fills_a_year_sells_on_and_checks_every_read_model(self) -> None:
        small = ("--events", "1000", "--companies", "3", "--minutes", "0.1", "--seconds", "0.2")
        figures = run("--scale", *small)
        assert figures["scale_events"] >= 1_000
        assert figures["scale_sold"] > 0
        assert figures["scale_verify_seconds"] > 0
        assert figures["scale_job_seconds"].keys() == figures["scale_job_again_seconds"].keys()

    @pytest.mark.large
    def test_shows_what_was_measured_before_it_was_interrupted(self) -> None:
        small = ("--events", "1000", "--companies", "3", "--minutes", "60")
        argv = [sys.executable, "-c", HASTY, "--json", "--busy", "--scale", *small]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:  # noqa: S603
            assert running.stdout
            assert running.stderr
            while "Selling at" not in running.stderr.readline():
                assert running.poll() is None
            running.terminate()
            figures = json.loads(running.stdout.read())
            running.stderr.read()
        assert running.returncode
        assert figures["machine"]["fsync"] == "on"
        assert figures["scale_events"] >= 1_000
        assert "scale_sold" not in figures

    def test_asks_for_a_larger_disk_before_anything_else(self) -> None:
        argv = [*COMMAND, "--busy", "--scale", "--events", "100000000000"]
        done = subprocess.run(argv, check=False, capture_output=True, timeout=PATIENCE)  # noqa: S603
        assert done.returncode == 1
        assert b"take up to" in done.stderr
        assert b"name a larger folder with TMPDIR, or fewer --events." in done.stderr

    @pytest.mark.large
    def test_measures_only_what_is_asked_for(self) -> None:
        figures = run("--seconds", "0.1", "--only", "bare_rps")
        assert not set(KEYS) & figures.keys() - {"bare_rps"}

    def test_refuses_a_figure_that_there_is_not(self) -> None:
        argv = [*COMMAND, "--only", "beauty"]
        done = subprocess.run(argv, check=False, capture_output=True, timeout=PATIENCE)  # noqa: S603
        assert done.returncode == 2
        assert b"'beauty' is none of" in done.stderr

    def test_leaves_nothing_behind_when_it_is_interrupted(self, tmp_path: Path) -> None:
        env = {**os.environ, "TMPDIR": str(tmp_path)}
        tmp_path.chmod(0o755)
        for folder in tmp_path.parents:
            if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
                folder.chmod(folder.stat().st_mode | 0o011)
        argv = [*COMMAND, "--busy", "--only", "checkout_vs_pgbench_one_company", "--seconds", "60"]
        with subprocess.Popen(  # noqa: S603
            argv,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A shell ignores the interrupt for what it runs in the background, and its children inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 no threads here
        ) as running:
            eventually(lambda: list(tmp_path.glob("mipos-metrics-*")))
            running.send_signal(signal.SIGINT)
            running.communicate(timeout=PATIENCE)
        assert leftovers(tmp_path) == []
        assert str(tmp_path) not in processes()

    @pytest.mark.large
    def test_sells_on_a_server_that_nobody_has_looked_at(self) -> None:
        figures = run("--seconds", "0.1", "--only", "fresh_vs_later")
        assert figures["fresh_vs_later"] == figures["fresh_p50_ms"] / figures["later_p50_ms"]
        assert figures["fresh_database_ms_per_sale"] > 0

    @pytest.mark.large
    def test_adds_up_what_a_sale_takes_of_the_processors(self) -> None:
        figures = run("--seconds", "1", "--only", "sale_vs_bare_cpu")
        assert (
            figures["sale_vs_bare_cpu"] == figures["web_cpu_us_per_sale"] / figures["bare_cpu_us_per_answer"]
        )
        assert figures["database_cpu_us_per_sale"] > 0
        assert figures["sale_answer_bytes"] > 1_000

    def test_the_command_knows_the_same_figures_as_the_plan(self) -> None:
        assert bench_cli.KEYS == KEYS


def processes() -> str:
    command = ["ps", "-A", "-o", "args="]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603


class TestPercentile:
    def test_is_the_value_that_the_share_does_not_exceed(self) -> None:
        values = [float(number) for number in range(100, 0, -1)]
        assert (percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1)) == (50, 99, 100)

    def test_of_a_single_value_is_that_value(self) -> None:
        assert percentile([7.0], 0.5) == 7
