"""Lists of customers go to those of their page: by an index for each order, filter and text.

Counting goes through all of an index where nothing narrows a list, as a total is exact. Three lists look at
everybody, and so are not tried here: of who owes nothing (`has_due=false`), which is counted so; of a group
or a text that is nearly everybody's, who are sorted; by sums, for users bound to stores, which are added up.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest

from infra.postgres.embedded import EmbeddedServer
from infra.postgres.statements import Statement
from infra.postgres.transactions import Rows, Transaction
from projections.customer_list import SORT_KEYS, list_customers
from projections.customer_totals import ALL_STORES
from tests.conftest import Database, fresh_database
from tests.projections.plans.reading import explain, nodes_of

#: How many customers there are, and how many of their rows a page of twenty may touch.
CUSTOMERS, MANY_CUSTOMERS, MOST_ROWS = 10_000, 100_000, 500
GROUP, EVERYBODY = uuid4(), uuid4()

# Every 1,000th is in the group and owes something; every 5,000th is called Zoe.
_FILL: LiteralString = """
    CREATE TEMPORARY TABLE person AS
    SELECT n, md5(n::text)::uuid AS id,
           CASE WHEN n %% 5000 = 0 THEN 'zoe' ELSE 'ada' END || ' ' || left(md5('x' || n), 9) AS called
      FROM generate_series(1, %(customers)s) AS n;
    INSERT INTO customers (company_id, id, name, name_key, group_ids, consents, is_archived, version,
                           created_at, updated_at)
    SELECT %(company_id)s, id, called, called, '{}', '{}', n %% 500 = 1, 1,
           now() - n * interval '1 minute', now()
      FROM person;
    INSERT INTO customer_group_members
    SELECT %(company_id)s, %(group_id)s, id FROM person WHERE n %% 1000 = 0
     UNION ALL
    SELECT %(company_id)s, %(everybody)s, id FROM person;
    INSERT INTO account_balances
    SELECT %(company_id)s, id, 'due', CASE WHEN n %% 1000 = 0 THEN 5 ELSE 0 END, 1 FROM person;
    INSERT INTO customer_totals
    SELECT %(company_id)s, id, %(all_stores)s, 1, n, 0, date '2026-01-01' - n %% 900 FROM person;
    INSERT INTO customer_words
    SELECT %(company_id)s, 'customers', CASE WHEN n %% 500 = 1 THEN 'archived' ELSE 'active' END,
           CASE at WHEN 1 THEN 0 ELSE 1 END,
           word, ' ' || called, id, 0
      FROM person CROSS JOIN LATERAL unnest(string_to_array(called, ' ')) WITH ORDINALITY AS one(word, at);
"""


Plan = Mapping[str, Any]
#: The total of a list, and by which plans its statements about customers ran.
Listed = tuple[int, list[Plan]]


class Explained(Transaction):
    """Says of each statement about customers by which plan it runs."""

    def __init__(self, connection: psycopg.Connection[Any], company_id: UUID) -> None:
        super().__init__(connection, company_id)
        self.plans: list[Plan] = []

    def ask(self, query: LiteralString, params: Mapping[str, Any]) -> Rows:
        """Explain it, and ask it."""
        if "customers" in query and "set_config" not in query:
            statement = Statement(query)
            self.connection.execute(b"PREPARE one AS " + statement.text)
            self.plans.append(explain(self.connection, "one", (statement, params, self.company_id)))
            self.connection.execute("DEALLOCATE one")
        return super().ask(query, params)


@pytest.fixture(scope="module")
def number(request: pytest.FixtureRequest) -> int:
    """How many customers there are."""
    return MANY_CUSTOMERS if request.config.getoption("--large") else CUSTOMERS


@pytest.fixture(scope="module")
def listed(server: EmbeddedServer, number: int) -> Iterator[Callable[..., Listed]]:
    """Lists customers of a large company."""
    company_id = uuid4()
    database = fresh_database(server, "mipos_customer_plans")
    _fill(database, company_id, number)
    with psycopg.connect(database.app, autocommit=True) as connection:

        def lists(**asked: Any) -> Listed:
            with connection.transaction():
                db = Explained(connection, company_id)
                rows, total = list_customers(db, page=1, limit=20, **asked)
            assert len(rows) == min(total, 20)
            return total, db.plans

        yield lists


def _fill(database: Database, company_id: UUID, customers: int) -> None:
    own = {"company_id": company_id, "group_id": GROUP, "everybody": EVERYBODY}
    params = {**own, "all_stores": ALL_STORES, "customers": customers}
    with psycopg.connect(database.owner, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(_FILL, params)
        connection.execute("VACUUM ANALYZE")


def _rows(plan: Plan) -> float:
    """How many rows of customers and their sums a plan looks at, other than to count them by an index."""
    rows: float = sum(
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        for node in nodes_of(plan)
        if node.get("Alias") in ("c", "t", "customers", "customer_totals")
        and node["Node Type"] != "Index Only Scan"
    )
    return rows


@pytest.mark.parametrize("sort", SORT_KEYS)
@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"group_id": GROUP},
        {"has_due": True},
        {"archived": True},
        {"erased": True},
        {"search": "zoe"},
        {"search": "zoe", "has_due": True},
        {"search": "zoo"},
        {"search": "nobody"},
    ],
    ids=lambda filters: ",".join(filters) or "all",
)
def test_a_page_looks_at_few_customers(
    listed: Callable[..., Listed], sort: str, filters: Mapping[str, Any]
) -> None:
    _, plans = listed(sort=sort, **filters)
    for plan in plans:
        assert "Seq Scan" not in {node["Node Type"] for node in nodes_of(plan) if "Alias" in node}
        assert _rows(plan) <= MOST_ROWS, plan


def test_a_text_finds_everybody_who_has_it(listed: Callable[..., Listed], number: int) -> None:
    archived, others = number // 500, number // 5000
    assert listed(search="ada")[0] == number - archived - others
    assert listed(search="ada", group_id=EVERYBODY, archived=True)[0] == archived
