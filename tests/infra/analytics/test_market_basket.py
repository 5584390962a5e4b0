"""A cluster counts what the service counts: baskets, what is in them, and what is in them together."""

import csv
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pytest
from click.testing import CliRunner, Result

from domain.orders import Order
from infra.analytics import market_basket
from infra.analytics.market_basket import (
    COLUMNS,
    LEVELS,
    CountRequest,
    Level,
    count_baskets,
    local_session,
    main,
    write_counts,
)
from infra.cli import facts as facts_commands
from projections.market_basket import selection
from projections.market_basket.history import History, ask_history
from projections.market_basket.own_counts import count_own
from projections.market_basket.pairs import count_pairs, rank
from projections.market_basket.selection import Choice, choose, of_level
from tests.infra.analytics.assorted import AssortedTrade

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: By what is in them, how many baskets have it.
Counts = dict[frozenset[str], int]

NUMBERS = """
    SELECT item_no, variant_id::text AS variant, product_id::text AS product, category_id::text AS category,
           brand_id::text AS brand
      FROM report_items WHERE company_id = %(company_id)s
"""
STORES = "SELECT id::text, no FROM report_places WHERE company_id = %(company_id)s AND kind = 'store'"
#: Spark itself takes far longer than what it counts here: a minute and a half of a core for all of them.
counting = pytest.mark.large

MARCH = (date(2024, 3, 1), date(2024, 3, 20))


@pytest.fixture(scope="module")
def spark() -> "Iterator[SparkSession]":
    pytest.importorskip("pyspark", reason="PySpark is not installed: pip install -e '.[spark]'")
    if not ("JAVA_HOME" in os.environ or shutil.which("java")):
        pytest.skip("Spark takes Java, and there is none.")
    session = local_session(memory="512m", partitions=1)
    yield session
    session.stop()


@pytest.fixture(scope="module")
def folder(busy: AssortedTrade, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export of the shop."""
    folder = tmp_path_factory.mktemp("facts")
    busy.export(folder)
    return folder


def served(shop: AssortedTrade, request: CountRequest, position: int = 10**9) -> tuple[int, Counts]:
    """How many baskets the service counts, and what it finds in them at least so often."""
    with shop.open() as opened:
        history = ask_history(opened, History()).read()
        company = {"company_id": shop.company_id}
        ids = {row["item_no"]: row[request.level] for row in opened.ask(NUMBERS, company).rows()}
        stores = {row["id"]: row["no"] for row in opened.ask(STORES, company).rows()}
    choice = Choice(
        position=position,
        stores=tuple(stores[one] for one in request.stores) or None,
        from_date=request.from_date or date.min,
        to_date=request.to_date or date.max,
    )
    own = count_own(history, choice, request.level)
    of_slot, numbers = of_level(choose(history, choice), history.known, request.level)
    pairs = count_pairs(rank(of_slot, numbers, own.own, request.at_least), own.baskets)
    alone = {number: int(own.own[number]) for number in np.flatnonzero(own.own >= request.at_least).tolist()}
    counts = {frozenset({ids[number]}): count for number, count in alone.items()}
    for first, second, together in zip(*map(np.ndarray.tolist, _columns(pairs)), strict=True):
        counts[frozenset({ids[first], ids[second]})] = together
    return own.baskets, counts


def _columns(pairs: Any) -> tuple[Any, Any, Any]:
    return pairs.first, pairs.second, pairs.together


def told(rows: Any, baskets: int) -> Counts:
    """The rows of a count by what they are about, once they agree with each other."""
    listed = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    counts = {frozenset({row["first"], row["second"]} - {None, ""}): int(row["together"]) for row in listed}
    assert len(counts) == len(listed)
    for row in listed:
        assert int(row["baskets"]) == baskets
        assert int(row["first_baskets"]) == counts[frozenset({row["first"]})]
        if row["second"]:
            assert int(row["second_baskets"]) == counts[frozenset({row["second"]})]
    return counts


def test_the_shop_has_all_that_makes_baskets_others_than_sales(busy: AssortedTrade) -> None:
    events: list[Any] = list(busy.events)
    assert {Order.Voided, Order.Refunded} <= set(map(type, events))
    handed_over = Counter(event.originator_id for event in events if isinstance(event, Order.Fulfilled))
    assert sum(times > 1 for times in handed_over.values()) > 5


@counting
@pytest.mark.parametrize("level", LEVELS)
def test_counts_are_equal_pair_for_pair(
    spark: "SparkSession", busy: AssortedTrade, folder: Path, level: Level
) -> None:
    request = CountRequest(level=level, at_least=2)
    baskets, counts = served(busy, request)
    counted = count_baskets(spark, str(folder), request)
    assert counted.baskets == baskets
    assert told(counted.rows.collect(), baskets) == counts
    assert sum(len(one) == 2 for one in counts) > 3


@counting
def test_counts_of_some_dates_and_stores_go_by_those_of_the_sale(
    spark: "SparkSession", busy: AssortedTrade, folder: Path
) -> None:
    stores = tuple(str(one) for one in busy.stores[:2])
    request = CountRequest(level="variant", at_least=1, from_date=MARCH[0], to_date=MARCH[1], stores=stores)
    baskets, counts = served(busy, request)
    counted = count_baskets(spark, str(folder), request)
    assert 0 < baskets < served(busy, CountRequest())[0]
    assert told(counted.rows.collect(), baskets) == counts


@counting
def test_counts_are_those_at_the_position_of_the_export(
    spark: "SparkSession", busy: AssortedTrade, tmp_path: Path
) -> None:
    position = len(busy.events) * 2 // 3
    busy.know(position)
    busy.export(tmp_path)
    busy.know(len(busy.events))
    request = CountRequest(level="variant", at_least=1)
    baskets, counts = served(busy, request, position)
    assert (baskets, counts) != served(busy, request)
    counted = count_baskets(spark, str(tmp_path), request)
    assert (counted.baskets, told(counted.rows.collect(), counted.baskets)) == (baskets, counts)


@counting
def test_counts_are_written_as_one_file_or_as_a_folder(
    spark: "SparkSession", busy: AssortedTrade, folder: Path, tmp_path: Path
) -> None:
    request = CountRequest(at_least=1)
    counted = count_baskets(spark, str(folder), request)
    write_counts(counted, str(tmp_path / "counts.csv"))
    write_counts(counted, str(tmp_path / "counts"))
    with (tmp_path / "counts.csv").open(newline="") as file:
        heading, *lines = csv.reader(file)
    assert heading == list(COLUMNS)
    baskets, counts = served(busy, request)
    assert told(lines, baskets) == counts
    assert told(spark.read.parquet(str(tmp_path / "counts")).select(*COLUMNS).collect(), baskets) == counts
    with pytest.raises(FileExistsError):
        write_counts(counted, str(tmp_path / "counts.csv"))


@counting
def test_a_cluster_is_asked_as_the_command_is(
    spark: "SparkSession", busy: AssortedTrade, folder: Path, tmp_path: Path
) -> None:
    request = CountRequest(level="brand", at_least=3, from_date=MARCH[0], stores=(str(busy.stores[0]),))
    out = str(tmp_path / "counts.csv")
    options = ["--level", "brand", "--min-support-count", "3", "--from", "2024-03-01", "--out", out]
    main([str(folder), *options, "--store", str(busy.stores[0])])
    with Path(out).open(newline="") as file:
        lines = list(csv.reader(file))[1:]
    baskets, counts = served(busy, request)
    assert told(lines, baskets) == counts
    assert spark.range(1).count() == 1, "The session is the cluster's, and goes on."


class TestCommand:
    def run(self, *arguments: str | Path) -> Result:
        return CliRunner().invoke(facts_commands.facts, ["baskets", *map(str, arguments)])

    @counting
    def test_counts_as_it_is_asked(
        self,
        spark: "SparkSession",
        busy: AssortedTrade,
        folder: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(facts_commands, "local_session", spark.newSession)
        monkeypatch.setattr(type(spark), "stop", lambda _: None)
        out = tmp_path / "counts.csv"
        request = CountRequest(level="category", at_least=4, to_date=MARCH[1])
        options = ("--level", "category", "--min-support-count", "4", "--to", "2024-03-20")
        result = self.run(folder, *options, "--out", out)
        assert result.exit_code == 0, result.output
        baskets, counts = served(busy, request)
        assert f"{baskets:,} baskets" in result.output
        with out.open(newline="") as file:
            assert told(list(csv.reader(file))[1:], baskets) == counts

    def test_says_where_facts_come_from(self, tmp_path: Path) -> None:
        result = self.run(tmp_path, "--out", tmp_path / "counts.csv")
        assert result.exit_code == 1
        assert "`mipos facts export` writes them" in result.output

    def test_overwrites_nothing(self, folder: Path, tmp_path: Path) -> None:
        result = self.run(folder, "--out", tmp_path)
        assert result.exit_code == 2
        assert "is there already" in result.output

    def test_names_the_extra_and_java_where_they_are_missing(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("infra.cli.facts.find_spec", lambda name: name != "pyspark")
        result = self.run(folder, "--out", tmp_path / "counts")
        assert result.exit_code == 1
        assert "pip install -e '.[spark]'" in result.output
        monkeypatch.setattr("infra.cli.facts.find_spec", lambda _: True)
        monkeypatch.delenv("JAVA_HOME", raising=False)
        monkeypatch.setenv("PATH", str(tmp_path))
        result = self.run(folder, "--out", tmp_path / "counts")
        assert result.exit_code == 1
        assert "Java 17" in result.output


def test_its_levels_are_those_of_the_service() -> None:
    assert get_args(selection.Level) == market_basket.LEVELS
