"""The plan by which tables are spread over a cluster leaves nothing out, and needs nothing it cannot have."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, LiteralString

import psycopg
import pytest

from infra.postgres import rights
from infra.postgres.distribution import (
    COMPANY,
    ELSEWHERE,
    FIRST,
    FROM_COORDINATOR,
    ON_EVERY_NODE,
    ON_NODE_OF_COMPANY,
    PlaceUnknown,
    places,
)
from infra.postgres.rights import READING, Rights
from infra.runtime.models import PROJECTIONS
from tests.conftest import Database

Owner = psycopg.Connection[Any]

_TABLES: LiteralString = """
    SELECT relname FROM pg_class
     WHERE relnamespace = 'mipos'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
"""

_UNIQUE: LiteralString = """
    SELECT class.relname, own.relname,
           ARRAY(SELECT attname::text FROM pg_attribute
                  WHERE attrelid = class.oid AND attnum = ANY(index.indkey))
      FROM pg_index AS index
      JOIN pg_class AS class ON class.oid = index.indrelid
      JOIN pg_class AS own ON own.oid = index.indexrelid
     WHERE class.relnamespace = 'mipos'::regnamespace AND index.indisunique AND NOT class.relispartition
"""

_NULLABLE: LiteralString = """
    SELECT class.relname, attribute.attname
      FROM pg_attribute AS attribute JOIN pg_class AS class ON class.oid = attribute.attrelid
     WHERE class.relnamespace = 'mipos'::regnamespace AND class.relkind IN ('r', 'p')
       AND NOT class.relispartition
       AND attribute.attname = 'company_id' AND NOT attribute.attnotnull
"""

_ACROSS: LiteralString = """
    SELECT conrelid::regclass::text, conname FROM pg_constraint
     WHERE connamespace = 'mipos'::regnamespace AND contype IN ('f', 'x')
"""

_TRIGGERS: LiteralString = """
    SELECT tgrelid::regclass::text, tgname
      FROM pg_trigger JOIN pg_class AS class ON class.oid = tgrelid
     WHERE class.relnamespace = 'mipos'::regnamespace AND NOT tgisinternal
"""

_NUMBERED: LiteralString = """
    SELECT class.relname, attribute.attname
      FROM pg_attribute AS attribute
      JOIN pg_class AS class ON class.oid = attribute.attrelid
      LEFT JOIN pg_attrdef AS usual ON usual.adrelid = class.oid AND usual.adnum = attribute.attnum
     WHERE class.relnamespace = 'mipos'::regnamespace
       AND (attribute.attidentity <> '' OR attribute.attgenerated <> ''
            OR pg_get_expr(usual.adbin, usual.adrelid) LIKE '%nextval%')
"""

_FUNCTIONS: LiteralString = """
    SELECT proname, oidvectortypes(proargtypes), coalesce(proargnames[1], '')
      FROM pg_proc WHERE pronamespace = 'mipos'::regnamespace
"""


@pytest.fixture(scope="module")
def owner(database: Database) -> Iterator[Owner]:
    with psycopg.connect(database.owner, autocommit=True) as connection:
        yield connection


class TestTables:
    def test_each_has_a_place(self, owner: Owner) -> None:
        tables, planned = {table for (table,) in owner.execute(_TABLES)}, places(PROJECTIONS)
        hint = "a table of no company needs a line, with its reason, in infra/postgres/distribution.py"
        assert tables - planned.keys() == set(), hint
        assert planned.keys() - tables == set(), "what is gone needs no place any more"

    def test_of_no_company_without_a_place_are_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rights, "TABLES", {**rights.TABLES, "novelty": Rights(READING, READING, None)})
        with pytest.raises(PlaceUnknown, match=r"novelty.*infra/postgres/distribution\.py"):
            places(PROJECTIONS)

    def test_of_companies_lie_with_their_company(self) -> None:
        planned = places(PROJECTIONS)
        together = [table for table, place in planned.items() if place.is_with_company]
        assert len(together) > 100
        assert together[0] == FIRST

    def test_elsewhere_are_so_for_a_reason(self) -> None:
        planned = places(PROJECTIONS)
        assert [table for table in ELSEWHERE if planned[table].is_with_company] == []
        assert all(place.why for place in planned.values())

    def test_are_unique_by_what_they_are_spread_by(self, owner: Owner) -> None:
        """No node could see to it otherwise."""
        planned = places(PROJECTIONS)
        wrong = [
            f"{index} of {table} is unique without {planned[table].column}"
            for table, index, columns in owner.execute(_UNIQUE)
            if planned[table].column not in {None, *columns}
        ]
        assert wrong == []

    def test_say_of_each_row_which_company_it_is_of(self, owner: Owner) -> None:
        planned = places(PROJECTIONS)
        nullable = [table for table, _ in owner.execute(_NULLABLE) if planned[table].column == COMPANY]
        assert nullable == []

    @pytest.mark.parametrize(
        "what",
        [
            pytest.param(_ACROSS, id="foreign keys and exclusions"),
            pytest.param(_TRIGGERS, id="triggers"),
            pytest.param(_NUMBERED, id="sequences"),
        ],
    )
    def test_do_without(self, owner: Owner, what: LiteralString) -> None:
        assert owner.execute(what).fetchall() == []


class TestFunctions:
    def test_each_runs_somewhere(self, owner: Owner) -> None:
        named = Counter([*ON_NODE_OF_COMPANY, *ON_EVERY_NODE, *FROM_COORDINATOR])
        hint = "a function needs a line in infra/postgres/distribution.py"
        assert {name for name, *_ in owner.execute(_FUNCTIONS)} == named.keys(), hint
        assert set(named.values()) == {1}

    def test_of_a_company_run_on_its_node(self, owner: Owner) -> None:
        of_company = {name: types for name, types, first in owner.execute(_FUNCTIONS) if first == "company"}
        assert of_company == ON_NODE_OF_COMPANY

    def test_on_every_node_have_these_arguments(self, owner: Owner) -> None:
        types = {name: types for name, types, _ in owner.execute(_FUNCTIONS)}
        assert {name: types[name] for name in ON_EVERY_NODE} == ON_EVERY_NODE
