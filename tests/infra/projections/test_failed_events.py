"""Events that a read model cannot apply: listed, tried again, passed over, and mended by a rebuild."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from commands.ports import Caller
from domain.companies import PLATFORM_ID
from infra.postgres.transactions import transaction
from infra.projections.failed_events import FailedEvents
from projections.standing import list_standing
from tests.waiting import eventually

SOMEBODY = UUID(int=77)
SKIPPED = """
    SELECT position, reason, user_id, mended_at IS NOT NULL FROM skipped_events WHERE company_id = %s
"""


class Desk:
    """Where they are settled, as the web server does it."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def do(self, act: Callable[[FailedEvents], Any]) -> Any:
        with transaction(self._connection, PLATFORM_ID) as db:
            caller = Caller(company_id=PLATFORM_ID, user_id=SOMEBODY)
            return act(FailedEvents(db, caller, lambda: None))

    def parked(self, shop: Any) -> Any:
        return self.do(lambda desk: desk.find_parked("brand_initials", shop.company_id))

    def skipped(self, shop: Any) -> int:
        with transaction(self._connection, PLATFORM_ID, reading=True) as db:
            return int(list_standing(db, shop.company_id)["brand_initials"]["skipped"])


@pytest.fixture
def desk(database: Any) -> Iterator[Desk]:
    with psycopg.connect(database.app, autocommit=True) as connection:
        yield Desk(connection)


@pytest.fixture
def parked(database: Any, shop: Any) -> Any:
    """A shop for which a read model waits at the second of three events."""
    shop.register_brands("Arabica", "Cursed Beans", "Dalat")
    database.follow().step()
    return shop


def test_it_is_told_where_it_waits_and_why(desk: Desk, parked: Any) -> None:
    failed = desk.parked(parked)
    assert (failed.position, failed.type, failed.mode) == (2, "brands.Brand.Registered", "async")
    assert failed.error.startswith("CheckViolation: ")
    assert (failed.attempts, failed.is_altered) == (1, False)
    assert desk.do(lambda one: one.find(failed.id)) == failed
    assert desk.do(lambda one: one.find(uuid4())) is None


def test_each_try_is_counted_under_the_same_id(database: Any, desk: Desk, parked: Any) -> None:
    first = desk.parked(parked)
    assert desk.do(lambda one: one.release(first))
    assert desk.parked(parked) is None
    eventually(lambda: database.follow().step() or desk.parked(parked))
    again = desk.parked(parked)
    assert (again.id, again.attempts) == (first.id, 2)


def test_after_the_fault_was_mended_a_try_succeeds(
    database: Any, desk: Desk, parked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = desk.parked(parked)
    monkeypatch.setattr(type(database.model("brand_initials")), "is_faulty", False)
    assert desk.do(lambda one: one.release(failed))
    eventually(database.follow().step)
    assert parked.checkpoint("brand_initials") == (3, False, None)
    assert desk.skipped(parked) == 0


def test_what_is_passed_over_is_noted_and_mended_by_a_rebuild_alone(
    database: Any, desk: Desk, parked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = desk.parked(parked)
    assert desk.do(lambda one: one.skip(failed, "A test"))
    eventually(database.follow().step)
    assert parked.checkpoint("brand_initials") == (3, False, None)
    assert database.rows(SKIPPED, parked.company_id) == [(2, "A test", SOMEBODY, False)]
    assert desk.skipped(parked) == 1
    with pytest.raises(psycopg.errors.CheckViolation):
        parked.rebuild("brand_initials")
    assert desk.skipped(parked) == 1
    monkeypatch.setattr(type(database.model("brand_initials")), "is_faulty", False)
    assert parked.rebuild("brand_initials").rows_changed == 1
    assert database.rows(SKIPPED, parked.company_id) == [(2, "A test", SOMEBODY, True)]
    assert desk.skipped(parked) == 0
    assert parked.verify("brand_initials").is_true


def test_nothing_is_passed_over_twice(desk: Desk, parked: Any, database: Any) -> None:
    failed = desk.parked(parked)
    assert desk.do(lambda one: one.skip(failed, "A test"))
    assert not desk.do(lambda one: one.skip(failed, "Again"))
    assert not desk.do(lambda one: one.release(failed))
    assert database.rows(SKIPPED, parked.company_id) == [(2, "A test", SOMEBODY, False)]


@pytest.mark.parametrize(
    "call",
    [
        "SELECT * FROM failed_events()",
        "SELECT release_failed_event(%(company)s, 'brand_initials', 2)",
        "SELECT skip_failed_event(%(company)s, 'brand_initials', 2, 'x', NULL)",
        "SELECT pause_projection('brand_initials', NULL)",
        "SELECT resume_projection('brand_initials', %(company)s)",
        "SELECT has_log(%(company)s)",
    ],
)
def test_a_company_cannot_do_it_for_itself(database: Any, parked: Any, call: str) -> None:
    with psycopg.connect(database.app, autocommit=True) as connection, connection.transaction():
        connection.execute("SELECT set_config('app.company_id', %s, true)", [str(parked.company_id)])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(call, {"company": parked.company_id})
