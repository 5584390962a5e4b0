"""Whether the log is what was recorded, asked over HTTP."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from projections import log_proofs

VERIFY = "/api/audit/verify"


@pytest.fixture
def altered(stocked: Any, database: Any) -> Iterator[int]:
    """The position of an event that somebody altered, until the test is over."""
    where = {"company": stocked.shop.company_id, "position": 5}
    change = "UPDATE events SET state = %(state)s WHERE company_id = %(company)s AND position = %(position)s"
    with psycopg.connect(database.owner, autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")
        find = "SELECT state FROM events WHERE company_id = %(company)s AND position = %(position)s"
        row = owner.execute(find, where).fetchone()
        assert row
        owner.execute(change, {**where, "state": row[0] + " "})
        yield 5
        owner.execute(change, {**where, "state": row[0]})


class TestTheWholeLog:
    def test_is_sound_up_to_its_head(self, stocked: Any) -> None:
        events = stocked.shop.events()
        proof = stocked.shop.client().get(VERIFY).data
        assert (proof["sound"], proof["fault"]) == (True, None)
        assert (proof["from"], proof["to"], proof["verified"]) == (1, len(events), len(events))
        assert proof["sealed_up_to"] == 0
        assert len(bytes.fromhex(proof["head_hash"])) == 32

    def test_names_the_first_position_that_was_altered(self, stocked: Any, altered: int) -> None:
        proof = stocked.shop.client().get(VERIFY).data
        assert (proof["sound"], proof["verified"]) == (False, altered - 1)
        assert (proof["fault"]["position"], proof["fault"]["reason"]) == (altered, "altered")


class TestAStretch:
    def test_is_chained_to_what_lies_before_it(self, stocked: Any, altered: int) -> None:
        admin = stocked.shop.client()
        assert admin.get(f"{VERIFY}?to={altered - 1}").data["sound"] is True
        assert admin.get(f"{VERIFY}?from={altered + 1}").data["sound"] is True
        assert admin.get(f"{VERIFY}?from={altered}&to={altered}").data["fault"]["position"] == altered

    def test_ends_at_the_head(self, stocked: Any) -> None:
        head = len(stocked.shop.events())
        proof = stocked.shop.client().get(f"{VERIFY}?from={head}&to={head + 1000}").data
        assert (proof["sound"], proof["to"], proof["verified"]) == (True, head, 1)

    @pytest.mark.parametrize("query", ["from=3&to=2", "from=1000000"])
    def test_that_ends_before_it_begins_is_refused(self, stocked: Any, query: str) -> None:
        answer = stocked.shop.client().get(f"{VERIFY}?{query}")
        assert (answer.status, answer.code, answer.fields) == (422, "validation_failed", {"from"})

    def test_that_is_too_long_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(log_proofs, "MOST_EVENTS", 10)
        assert log_proofs.stretch_of(1, 10, 50) == (1, 10)
        with pytest.raises(log_proofs.RangeTooLarge, match="more than is proved at once"):
            log_proofs.stretch_of(1, None, 11)


class TestWhoMay:
    def test_nobody_who_is_bound_to_a_store(self, stocked: Any) -> None:
        bound = stocked.shop.client(stores=[stocked.store["id"]])
        assert bound.get(VERIFY).status == 403

    def test_each_company_proves_its_own(self, stocked: Any, altered: int, make_shop: Any) -> None:
        assert stocked.shop.client().get(VERIFY).data["fault"]["position"] == altered
        assert make_shop().client().get(VERIFY).data["sound"] is True
