"""`mipos migrate --citus`: its statements in order, only those that are left, and no server without Citus.

There is no Citus in the test environment; what is here is what leads up to it. What was tried over a cluster
stands in OPERATIONS.md.
"""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from infra.postgres.distribution import FIRST, ON_EVERY_NODE, ON_NODE_OF_COMPANY, places
from infra.runtime.databases import NoCluster
from infra.runtime.models import PROJECTIONS
from infra.upgrades.citus import (
    NOTHING,
    NoCitus,
    PlacedOtherwise,
    Present,
    described,
    distribute,
    steps,
)
from tests.conftest import KEYS, Database
from tests.infra.backups import mipos
from tests.infra.databases import rows

_PLACED = re.compile(r"create_(?:distributed|reference)_table\('mipos\.(\w+)'")


@pytest.fixture(scope="module")
def statements(database: Database) -> list[str]:
    return described(database.owner, database.installation, PROJECTIONS).splitlines()


@pytest.fixture(scope="module")
def everything() -> Present:
    """A cluster where all is done."""
    spread = {
        table: (place.column, place.is_everywhere, 1 if place.is_with_company else 2)
        for table, place in places(PROJECTIONS).items()
        if place.column or place.is_everywhere
    }
    functions = {**dict.fromkeys(ON_NODE_OF_COMPANY, True), **dict.fromkeys(ON_EVERY_NODE, False)}
    return Present(spread, functions, propagates=True)


def left(database: Database, there: Present) -> list[str]:
    """What there would still be to do, by name."""
    return [name for name, _ in steps("shop", database.installation, PROJECTIONS, there)]


class TestStatements:
    def test_spread_each_table_once(self, statements: list[str]) -> None:
        spread = [match[1] for match in map(_PLACED.search, statements) if match]
        planned = places(PROJECTIONS)
        assert spread == [table for table, place in planned.items() if place.column or place.is_everywhere]

    def test_let_nodes_know_the_company_first(self, statements: list[str]) -> None:
        assert statements[0].endswith("SET citus.propagate_set_commands = 'local';")

    def test_put_what_all_nodes_have_before_companies_and_functions_after(
        self, statements: list[str]
    ) -> None:
        order = [
            statements.index(one)
            for word in ("create_reference_table", f"'mipos.{FIRST}', 'company_id'", "create_distributed_fun")
            for one in [next(text for text in statements if word in text)]
        ]
        assert order == sorted(order)

    def test_lay_companies_together(self, statements: list[str]) -> None:
        orders = next(one for one in statements if "create_distributed_table('mipos.orders'" in one)
        assert f"'company_id', colocate_with => 'mipos.{FIRST}'" in orders

    def test_send_the_log_to_its_node(self, statements: list[str]) -> None:
        append = next(one for one in statements if "mipos.append_events(" in one)
        assert "'company', colocate_with => 'mipos.company_head', force_delegation => true" in append

    def test_leave_no_copy_behind(self, statements: list[str]) -> None:
        """Of whom is forgotten on the nodes nothing must be left on the coordinator."""
        placed = sum(_PLACED.search(one) is not None for one in statements)
        assert sum("truncate_local_data_after_distributing_table" in one for one in statements) == placed


class TestGoingOn:
    def test_nothing_is_done_twice(self, database: Database, everything: Present) -> None:
        assert left(database, everything) == []

    def test_what_is_left_is_done(self, database: Database, everything: Present) -> None:
        tables = {table: place for table, place in everything.tables.items() if table != "orders"}
        functions = {**everything.functions, "hold_log": False}
        there = replace(everything, tables=tables, functions=functions)
        assert left(database, there) == ["orders", "hold_log"]

    def test_without_anything_all_of_it_is(self, database: Database) -> None:
        assert len(left(database, NOTHING)) > 130

    @pytest.mark.parametrize("place", [("id", False, 1), ("company_id", False, 2), (None, True, 1)])
    def test_what_lies_elsewhere_is_named(
        self, database: Database, everything: Present, place: tuple[str | None, bool, int]
    ) -> None:
        there = replace(everything, tables={**everything.tables, "orders": place})
        with pytest.raises(PlacedOtherwise, match="undistribute_table"):
            left(database, there)


class TestCommand:
    def settings(self, database: Database, folder: Path) -> dict[str, str]:
        return {
            **KEYS,
            "MIPOS_DATA_DIR": str(folder),
            "DATABASE_URL": database.owner.partition("&options")[0],
        }

    def test_a_dry_run_prints_the_statements(
        self, database: Database, statements: list[str], tmp_path: Path
    ) -> None:
        done = mipos("migrate", "--citus", "--dry-run", **self.settings(database, tmp_path))
        assert done.output.splitlines() == statements

    def test_a_server_without_citus_is_named(self, database: Database) -> None:
        with pytest.raises(NoCitus, match="CREATE EXTENSION citus"):
            distribute(database.owner, database.installation, PROJECTIONS, lambda _: None)

    def test_the_embedded_server_is_no_cluster(self, tmp_path: Path) -> None:
        with pytest.raises(NoCluster, match="DATABASE_URL"):
            mipos("migrate", "--citus", "--dry-run", **KEYS, MIPOS_DATA_DIR=str(tmp_path))

    def test_a_dry_run_of_nothing_is_refused(self, database: Database, tmp_path: Path) -> None:
        done = mipos("migrate", "--dry-run", **self.settings(database, tmp_path))
        assert done.exit_code != 0

    def test_nothing_was_changed(self, database: Database) -> None:
        assert rows(database.owner, "SELECT FROM pg_extension WHERE extname = 'citus'") == []
