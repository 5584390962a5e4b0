"""What is built aside: shared out among processes, indexed at the end, and told of as it goes on."""

from collections import Counter
from collections.abc import Iterator
from typing import LiteralString
from uuid import uuid4

import psycopg
import pytest

from infra.postgres.embedded import EmbeddedServer
from infra.projections.aside import builder, order, tasks
from infra.projections.aside.builder import Run
from infra.projections.aside.crew import Stretches
from infra.projections.aside.order import Piece, pieces_of
from infra.projections.aside.site import Site
from infra.projections.aside.tasks import LOG, Shares, Task, pending, waves_of
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from projections.base import Projection
from tests.api.conftest import Stocked, stock_shop
from tests.conftest import Database, Service, found_shop, fresh_database, serving
from tests.infra.upgrades import (
    OtherOrders,
    OtherSales,
    OtherSettings,
    differences,
    next_version,
    rows,
    upgrade,
)

FORGET_DIGESTS: LiteralString = "UPDATE projection_models SET digest = 'of another version' RETURNING name"
INDEXES: LiteralString = "SELECT indexdef FROM pg_indexes WHERE schemaname = %s ORDER BY indexname"


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database of these tests' own."""
    return fresh_database(server, "mipos_aside")


@pytest.fixture(scope="module")
def service(database: Database) -> Iterator[Service]:
    """The version of before."""
    with serving(database, ("serve", "worker")) as running:
        yield running


@pytest.fixture(scope="module")
def stocked(service: Service, password_hash: str) -> Stocked:
    """A shop with deliveries, sales and a return."""
    stocked = stock_shop(found_shop(service, password_hash, {}))
    assert stocked.receive("9990", 60).status == 201
    for _ in range(10):
        assert stocked.sell().status == 201
    order = stocked.sell(2).data
    back = {
        "lines": [{"line_id": order["lines"][0]["id"], "quantity": "1"}],
        "payments": [{"method": "cash", "amount": 119}],
        "reason": "sour",
    }
    assert stocked.shop.client().post(f"/api/pos/orders/{order['id']}/refunds", back).status == 201
    return stocked


@pytest.fixture
def shares(database: Database, stocked: Stocked) -> Shares:
    """What the shop's log consists of."""
    assert stocked.shop.company_id
    with psycopg.connect(database.owner, autocommit=True) as owner:
        return Shares(owner, EVENT_TYPES, PROJECTIONS)


class TestAllReadModelsMadeAnew:
    def test_are_the_same_however_the_work_is_shared_out(
        self, database: Database, stocked: Stocked, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tasks, "STRETCH", 7)
        monkeypatch.setattr(order, "LONG", 1)
        monkeypatch.setattr(order, "PIECE", 10)
        monkeypatch.setattr(builder, "RUN", 5)
        rows(database, FORGET_DIGESTS)
        before = rows(database, INDEXES, database.installation.schema)
        assert len(upgrade(database, PROJECTIONS, processes=2)) == len(PROJECTIONS)
        assert rows(database, INDEXES, database.installation.schema) == before
        assert differences(database, PROJECTIONS, stocked.shop.company_id) == []

    def test_are_told_of_as_facts_that_are_folded(self, database: Database, stocked: Stocked) -> None:
        assert stocked.sell().status == 201
        rows(database, FORGET_DIGESTS)
        told: list[tuple[int, int]] = []
        upgrade(database, PROJECTIONS, progress=lambda done, total: told.append((done, total)))
        assert [done for done, _ in told] == sorted(done for done, _ in told)
        assert len({total for _, total in told}) == 1
        assert told[-1][0] == told[-1][1] > 0

    def test_stop_where_any_stretch_of_a_log_is_not_what_was_recorded(
        self, database: Database, stocked: Stocked, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tasks, "STRETCH", 4)
        monkeypatch.setattr(order, "LONG", 1)
        monkeypatch.setattr(order, "PIECE", 5)
        own = stocked.shop.company_id
        alter: LiteralString = (
            "UPDATE events SET metadata = metadata || ' ' WHERE company_id = %s AND position = %s RETURNING 1"
        )
        rows(database, alter, own, 9)
        try:
            upgrade(database, next_version(OtherSales()), processes=2)
            query: LiteralString = (
                "SELECT position, error FROM projection_checkpoints"
                " WHERE company_id = %s AND projection = 'report_sales'"
            )
            [(position, error)] = rows(database, query, own)
            assert position == 8
            assert "at position 9" in error
        finally:
            mend: LiteralString = (
                "UPDATE events SET metadata = rtrim(metadata)"
                " WHERE company_id = %s AND position = %s RETURNING 1"
            )
            rows(database, mend, own, 9)
            upgrade(database, PROJECTIONS)
        assert differences(database, PROJECTIONS, own) == []


class TestSharingOut:
    def test_puts_those_together_that_read_what_is_frequent(self, shares: Shares, stocked: Stocked) -> None:
        _, folded, _ = waves_of(PROJECTIONS)
        parts = [*shares.parts(Task(stocked.shop.company_id, tuple(folded), 0, 100))]
        assert sorted(name for part in parts for name in part.names) == sorted(folded)
        of_sales = next(part.names for part in parts if "orders" in part.names)
        of_goods = next(part.names for part in parts if "stock" in part.names)
        assert "report_sales" in of_sales
        assert {"stock_movements", "report_stock"} <= {*of_goods}
        assert not {*of_sales} & {*of_goods}

    def test_knows_nothing_of_a_company_that_came_later(self, shares: Shares) -> None:
        task = Task(uuid4(), ("orders", "stock"), 0, order.LONG)
        assert [*shares.parts(task)] == [task]
        assert shares.facts(task) == 0

    def test_proves_a_long_log_in_stretches(self, shares: Shares) -> None:
        length = 2 * tasks.STRETCH + 1
        parts = [*shares.parts(Task(uuid4(), (LOG,), 0, length))]
        assert sum(part.length for part in parts) == length
        assert max(part.length for part in parts) == tasks.STRETCH


class TestTheOrder:
    """Of work on logs of some companies: proofs, read models, and what is made from these."""

    @pytest.fixture
    def waves(self, stocked: Stocked) -> list[list[Task]]:
        """One long log, of which some is done already, and many short ones."""
        company_id, length = stocked.shop.company_id, 3 * tasks.STRETCH + 7
        long = [Task(company_id, (LOG,), 0, length), Task(company_id, ("orders", "stock"), 5, length)]
        derived = Task(company_id, ("stock_listing",), 0, length)
        short = [[Task(uuid4(), (LOG,), 0, 10)] for _ in range(1_000)]
        others = [[one, Task(one.company_id, ("orders",), 0, 10)] for [one] in short]
        return [
            [long[0], *(own[0] for own in others)],
            [long[1], *(own[1] for own in others)],
            [derived],
        ]

    def test_does_each_position_of_everything_once(self, shares: Shares, waves: list[list[Task]]) -> None:
        given = Counter(
            (task.company_id, name) for wave in waves for task in wave for name in task.names * task.length
        )
        done = Counter(
            (task.company_id, name)
            for piece in pieces_of(waves, shares)
            for task in piece.tasks
            for name in task.names * task.length
        )
        assert done == given

    def test_begins_nothing_before_what_it_is_made_from_has_come_as_far(
        self, shares: Shares, waves: list[list[Task]]
    ) -> None:
        bases = {"orders": [LOG], "stock": [LOG], "stock_listing": ["orders", "stock"]}
        reached = {
            (task.company_id, name): task.after for wave in waves for task in wave for name in task.names
        }
        stretches = {task.company_id: Stretches(0) for task in waves[0]}
        waiting, done = pieces_of(waves, shares), set[Piece]()
        while waiting:
            # Of those that may begin by now the one that is meant to be the last.
            piece = [one for one in waiting if done.issuperset(one.needs)][-1]
            waiting.remove(piece)
            done.add(piece)
            for task in piece.tasks:
                own = task.company_id
                if piece.is_stretch:
                    reached[own, LOG] = stretches[own].add(task.after, Run(task.upto)).position
                    continue
                assert all(reached[own, name] == task.after for name in task.names)
                reached.update({(own, name): task.upto for name in task.names})
                assert all(
                    reached[own, base] >= task.upto for name in task.names for base in bases.get(name, ())
                )

    def test_hands_short_logs_over_in_packs(self, shares: Shares, waves: list[list[Task]]) -> None:
        packs = [piece for piece in pieces_of(waves, shares) if len(piece.tasks) > 1]
        assert all(not piece.needs for piece in packs)
        assert sum(len(piece.tasks) for piece in packs) == 2_000
        assert len(packs) == 2_000 // order.PACK

    def test_goes_the_longest_way_first(self, shares: Shares, waves: list[list[Task]]) -> None:
        lefts = [piece.left for piece in pieces_of(waves, shares)]
        assert lefts == sorted(lefts, reverse=True)


class TestStretches:
    def test_are_proved_as_far_as_there_is_no_gap(self) -> None:
        stretches = Stretches(5)
        assert stretches.add(20, Run(30)).position == 5
        assert stretches.add(5, Run(20)).position == 30

    def test_end_at_the_first_that_is_not_what_was_recorded(self) -> None:
        stretches = Stretches(0)
        stretches.add(20, Run(25, error="altered"))
        stretches.add(10, Run(13, error="altered before"))
        assert stretches.add(0, Run(10)) == Run(13, error="altered before")


class TestIndexesThatOnlyReadersNeed:
    @pytest.mark.parametrize("model", [model for model in PROJECTIONS if model.reading_indexes])
    def test_are_there_and_are_not_unique(self, database: Database, model: Projection) -> None:
        query: LiteralString = (
            "SELECT indexname FROM pg_indexes WHERE schemaname = %s AND tablename = ANY(%s)"
            " AND indexdef NOT LIKE 'CREATE UNIQUE%%'"
        )
        found = {name for (name,) in rows(database, query, database.installation.schema, [*model.tables])}
        assert found >= {*model.reading_indexes}

    def test_come_after_the_rows(self, database: Database, stocked: Stocked) -> None:
        assert stocked.shop.company_id
        models = next_version(OtherOrders(), OtherSettings())
        changed = [model for model in models if model.name == "orders"]
        site = Site(database.owner, database.installation, EVENT_TYPES, changed)
        lacking = site.make_tables()
        try:
            names = rows(database, INDEXES, database.installation.next_schema)
            assert len(lacking["orders"]) == len(changed[0].reading_indexes)
            assert not [text for (text,) in names if "orders_by_time" in text]
            with site.session() as connection:
                assert {task.names for task in pending(connection, ["orders"])} == {("orders",)}
        finally:
            upgrade(database, models)
            upgrade(database, PROJECTIONS)
