"""Exported facts of lines are those of the tables, up to one position, and tell no costs unless asked."""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner, Result
from pyarrow import parquet

from domain.orders import Order
from infra.analytics import line_files
from infra.analytics.line_files import LineFiles, MadeAnewMeanwhile, NothingSold
from infra.cli.facts import facts
from projections.reports.sales.line_export import COLUMNS
from tests.conftest import Database
from tests.infra.analytics.assorted import AssortedTrade
from tests.infra.databases import rows

FIGURES = ("quantity", "returned_quantity", "gross_sales", "discounts", "returns", "tax")
COSTS = ("cost_of_goods", "not_restocked_value")

STORED = """
    SELECT to_jsonb(fact) FROM mipos.sales_line_facts AS fact
     WHERE company_id = %s AND position <= %s
     ORDER BY position, line
"""


def read(folder: Path) -> list[dict[str, Any]]:
    """Every line in the files, in the order of the log."""
    lines = [line for file in sorted(folder.iterdir()) for line in parquet.read_table(file).to_pylist()]
    return sorted(lines, key=lambda line: (line["position"], line["line"]))


def stored(shop: AssortedTrade, position: int) -> list[dict[str, Any]]:
    """Every line in the table, in the order of the log."""
    return [line for (line,) in rows(shop.database.owner, STORED, shop.company_id, position)]


def figures_of(line: dict[str, Any], names: tuple[str, ...] = FIGURES) -> dict[str, Any]:
    keys = {name: line[name] for name in ("position", "line", "item_no")}
    return {**keys, "date": str(line["business_date"]), **{name: line[name] or 0 for name in names}}


@pytest.fixture
def known_to_an_earlier_moment(busy: AssortedTrade) -> Iterator[int]:
    position = len(busy.events) // 2
    busy.know(position)
    yield position
    busy.know(len(busy.events))


class TestLines:
    def test_are_those_of_the_table(self, busy: AssortedTrade, tmp_path: Path) -> None:
        written = busy.export(tmp_path / "facts")
        lines = read(tmp_path / "facts")
        assert written.lines == len(lines) > 100
        assert [figures_of(line) for line in lines] == [figures_of(line) for line in stored(busy, 10**9)]

    def test_end_at_the_position_that_reports_know(
        self, busy: AssortedTrade, tmp_path: Path, known_to_an_earlier_moment: int
    ) -> None:
        written = busy.export(tmp_path)
        assert written.position == known_to_an_earlier_moment
        earlier = stored(busy, known_to_an_earlier_moment)
        assert [figures_of(line) for line in read(tmp_path)] == [figures_of(line) for line in earlier]

    def test_say_what_was_sold_by_the_ids_of_then(self, busy: AssortedTrade, tmp_path: Path) -> None:
        busy.export(tmp_path)
        sold = [
            (position, str(event.originator_id), str(event.store_id), *map(_text, _ids(line)))
            for position, event in enumerate(busy.events, 1)
            if isinstance(event, Order.Sold | Order.Fulfilled)
            for line in event.lines
        ]
        names = ("position", "order_id", "store_id", "variant_id", "product_id", "category_id", "brand_id")
        told = [line for line in read(tmp_path) if line["kind"] in {"sale", "handover"}]
        assert [tuple(line[name] for name in names) for line in told] == sold

    def test_know_their_sale_whatever_came_later(self, busy: AssortedTrade, tmp_path: Path) -> None:
        busy.export(tmp_path)
        begun: dict[UUID, tuple[int, date, str]] = {}
        for position, event in enumerate(busy.events, 1):
            if isinstance(event, Order.Sold | Order.Fulfilled):
                sale = (position, event.business_date, str(event.store_id))
                begun.setdefault(event.originator_id, sale)
        lines = read(tmp_path)
        assert {line["kind"] for line in lines} == {"sale", "refund", "void", "handover", "return"}
        for line in lines:
            sale = (line["sale_position"], line["sale_date"], line["sale_store_id"])
            assert sale == begun.get(UUID(line["order_id"]), (None, None, None))

    def test_have_no_costs(self, busy: AssortedTrade, tmp_path: Path) -> None:
        busy.export(tmp_path)
        assert list(read(tmp_path)[0]) == [column.name for column in COLUMNS]
        assert not any("cost" in name or "value" in name for name in read(tmp_path)[0])

    def test_have_costs_when_asked_for(self, busy: AssortedTrade, tmp_path: Path) -> None:
        busy.export(tmp_path, costs=True)
        told = [figures_of(line, COSTS) for line in read(tmp_path)]
        assert told == [figures_of(line, COSTS) for line in stored(busy, 10**9)]
        assert all(any(line[name] for line in told) for name in COSTS)


class TestFiles:
    def test_are_one_a_month_and_say_of_which_company_and_position(
        self, busy: AssortedTrade, tmp_path: Path
    ) -> None:
        written = busy.export(tmp_path)
        files = sorted(tmp_path.iterdir())
        assert written.files == len(files) > 1
        for file in files:
            schema = parquet.read_schema(file)
            assert schema.metadata[b"mipos.company_id"].decode() == str(busy.company_id)
            assert schema.metadata[b"mipos.position"].decode() == str(len(busy.events))
            assert all(column.metadata[b"meaning"] for column in schema)
            months = {f"{line['business_date']:%Y-%m}" for line in parquet.read_table(file).to_pylist()}
            assert {file.name} == {f"lines-{month}.parquet" for month in months}

    def test_are_filled_some_lines_at_a_time_by_a_cursor_of_the_server(
        self, busy: AssortedTrade, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(line_files, "ROWS", 16)
        steps: list[int] = []
        asked: set[str] = set()

        def look(done: int, total: int) -> None:
            steps.append(done)
            activity = "SELECT query FROM pg_stat_activity WHERE application_name = 'mipos facts'"
            asked.update(query for (query,) in rows(busy.database.owner, activity))
            assert done <= total

        LineFiles(busy.database.worker, busy.company_id, tmp_path).write(look)
        assert asked == {'FETCH FORWARD 16 FROM "lines"'}
        assert max(after - before for before, after in zip([0, *steps], steps, strict=False)) == 16
        files = [parquet.ParquetFile(file).metadata for file in tmp_path.iterdir()]
        groups = [file.row_group(at).num_rows for file in files for at in range(file.num_row_groups)]
        assert max(groups) == 16
        assert sum(groups) == steps[-1]

    def test_are_none_when_the_facts_are_made_anew_meanwhile(
        self, busy: AssortedTrade, tmp_path: Path
    ) -> None:
        files = LineFiles(busy.database.worker, busy.company_id, tmp_path)
        with pytest.raises(MadeAnewMeanwhile):
            files.write(lambda _done, _total: busy.know(len(busy.events)))
        assert list(tmp_path.glob("lines-*")) == []

    def test_are_none_where_nothing_was_sold(self, database: Database, tmp_path: Path) -> None:
        with pytest.raises(NothingSold):
            LineFiles(database.worker, uuid4(), tmp_path / "facts").write(lambda _done, _total: None)
        assert not (tmp_path / "facts").exists()


def _ids(line: Any) -> tuple[Any, ...]:
    return line.variant_id, line.product_id, line.category_id, line.brand_id


def _text(one: Any) -> str | None:
    return None if one is None else str(one)


class TestCommand:
    @pytest.fixture
    def named(self, database: Database) -> Iterator[AssortedTrade]:
        shop = AssortedTrade(database).trade(1)
        shop.be_called("Corner shop")
        yield shop
        shop.close()

    def run(self, database: Database, *arguments: str | Path) -> Result:
        wiring = {"worker_conninfo": lambda: database.worker}
        return CliRunner().invoke(facts, ["export", *map(str, arguments)], obj=wiring)

    def test_finds_a_company_by_name_and_by_id(self, named: AssortedTrade, tmp_path: Path) -> None:
        for called in ("corner  SHOP", str(named.company_id)):
            result = self.run(named.database, "--company", called, "--to", tmp_path / called)
            assert result.exit_code == 0, result.output
            assert f"up to position {len(named.events):,}." in result.output
            assert read(tmp_path / called)

    def test_asks_for_an_id_where_several_have_the_name(
        self, named: AssortedTrade, database: Database, tmp_path: Path
    ) -> None:
        twin = AssortedTrade(database)
        twin.be_called("Corner shop")
        result = self.run(database, "--company", "Corner shop", "--to", tmp_path)
        twin.close()
        assert result.exit_code == 1
        assert str(twin.company_id) in result.output
        assert str(named.company_id) in result.output

    def test_refuses_a_company_that_is_not_there(self, database: Database, tmp_path: Path) -> None:
        result = self.run(database, "--company", "Nowhere", "--to", tmp_path)
        assert result.exit_code == 1
        assert "There is no company Nowhere here" in result.output

    def test_refuses_a_folder_that_holds_something(self, database: Database, tmp_path: Path) -> None:
        (tmp_path / "mine.txt").write_text("dear")
        result = self.run(database, "--company", "Any", "--to", tmp_path)
        assert result.exit_code == 2
        assert "is not empty" in result.output

    def test_names_the_extra_where_parquet_cannot_be_written(
        self, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        result = self.run(database, "--company", "Any", "--to", tmp_path)
        assert result.exit_code == 1
        assert "pip install -e '.[spark]'" in result.output
