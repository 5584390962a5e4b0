"""A log is verified with all that was sealed of it, and whatever is changed is found and named."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from infra.eventstore import chain
from infra.postgres.transactions import transaction
from infra.seals import long_verification
from infra.seals.key import SealKey
from infra.seals.long_verification import verify
from infra.seals.published import add_note, all_published, publish
from infra.seals.verification import OutsideRecord

from .sealed_log import KEY, Log

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from infra.postgres.pool import Pool
    from projections.log_proofs import LogProof

    from .conftest import LogDatabase

OTHER_KEY = SealKey("another key of at least thirty-two characters", "mipos.example/log")
#: Of each of these sizes there is a seal.
SIZES = (40, 600, 700)
EVENTS = 720


class Watched:
    """A log with seals, published, and what verifies it."""

    def __init__(self, log: Log, folder: Path) -> None:
        self.log = log
        self.folder = folder

    def verify(self, first: int = 1, last: int | None = None, key: SealKey | None = KEY) -> LogProof:
        outside = OutsideRecord(key=key, folder=self.folder)
        conninfo = self.log.database.conninfo("worker")
        return verify(conninfo, self.log.company_id, outside, first, last, lambda _done, _total: None)

    def verify_at_once(self, first: int = 1, last: int | None = None) -> LogProof:
        outside = OutsideRecord(key=KEY, folder=self.folder)
        with (
            self.log.database.connect("app") as connection,
            transaction(connection, self.log.company_id, reading=True) as db,
        ):
            return outside.verify(db, first, last)

    def fault(self, first: int = 1, last: int | None = None) -> tuple[int, str] | None:
        """What both ways of verifying find, which is the same."""
        found = self.verify(first, last)
        assert found == self.verify_at_once(first, last)
        assert found.verified <= found.last - found.first + 1
        return (found.fault.position, found.fault.reason) if found.fault else None

    def alter(self, statement: str) -> None:
        self.log.alter(f"{statement} WHERE company_id = %(company_id)s")

    def publish(self) -> None:
        with self.log.database.connect("worker") as connection:
            publish(connection, self.log.company_id, self.folder)

    def cut(self, last: int) -> None:
        """Cut the end of the log off, as whoever can write everything would."""
        self.log.alter(f"DELETE FROM events WHERE company_id = %(company_id)s AND position > {last}")
        self.log.alter(
            f"UPDATE company_head SET position = {last}, hash = (SELECT hash FROM events"
            f" WHERE company_id = %(company_id)s AND position = {last}) WHERE company_id = %(company_id)s"
        )


@pytest.fixture
def watched(log_database: LogDatabase, pool: Pool[Any], company: UUID, tmp_path: Path) -> Watched:
    log = Log(log_database, pool, company)
    for before, size in zip((0, *SIZES), SIZES, strict=False):
        log.record(size - before)
        log.seal()
    log.record(EVENTS - SIZES[-1])
    watched = Watched(log, tmp_path)
    watched.publish()
    return watched


class TestASoundLog:
    def test_is_verified_to_its_head(self, watched: Watched) -> None:
        found = watched.verify()
        assert found == watched.verify_at_once()
        assert (found.first, found.last, found.verified, found.fault) == (1, EVENTS, EVENTS, None)
        assert found.sealed_up_to == SIZES[-1]
        [(last_hash,)] = watched.log.ask("SELECT hash FROM company_head WHERE company_id = %(company_id)s")
        assert found.last_hash == last_hash

    @pytest.mark.parametrize(("first", "last"), [(1, 39), (2, None), (257, 600), (513, 700), (701, None)])
    def test_is_verified_in_stretches(self, watched: Watched, first: int, last: int | None) -> None:
        assert watched.fault(first, last) is None

    def test_is_verified_by_several_processes(
        self, watched: Watched, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(long_verification, "CHUNK", 100)
        monkeypatch.setattr(long_verification, "allowed_cores", lambda: (0, 1))
        assert watched.verify().verified == EVENTS
        watched.alter("UPDATE events SET state = state || ' '")
        found = watched.verify(500)
        assert found.fault is not None
        assert (found.fault.position, found.fault.reason, found.verified) == (500, "altered", 0)

    def test_without_a_key_is_verified_by_the_keys_that_seals_name(self, watched: Watched) -> None:
        assert watched.verify(key=None).fault is None

    def test_that_was_signed_with_two_keys_is_verified_with_either(self, watched: Watched) -> None:
        watched.log.seal(key=OTHER_KEY)
        watched.publish()
        for key in (KEY, OTHER_KEY):
            assert watched.verify(key=key).fault is None

    def test_that_was_restored_is_held_against_what_it_still_has(self, watched: Watched) -> None:
        watched.cut(650)
        watched.log.alter("DELETE FROM audit_seals WHERE company_id = %(company_id)s AND size > 650")
        watched.log.alter(
            "INSERT INTO log_epochs (company_id, number, from_position) VALUES (%(company_id)s, 2, 650)"
        )
        assert watched.fault() is None
        watched.log.record(10)
        watched.log.seal()
        watched.publish()
        assert watched.fault() is None


class TestTheChain:
    def test_names_what_was_altered(self, watched: Watched) -> None:
        watched.log.alter(
            "UPDATE events SET metadata = '{ }' WHERE company_id = %(company_id)s AND position = 300"
        )
        assert watched.fault() == (300, "altered")
        assert watched.fault(1, 299) is None

    def test_names_what_is_missing(self, watched: Watched) -> None:
        watched.log.alter("DELETE FROM events WHERE company_id = %(company_id)s AND position = 300")
        assert watched.fault() == (300, "missing")
        assert watched.fault(301) == (300, "missing")

    def test_names_another_head(self, watched: Watched) -> None:
        watched.alter("UPDATE company_head SET hash = sha256('x')")
        assert watched.fault() == (EVENTS, "head_differs")
        watched.alter("UPDATE company_head SET position = position - 1")
        assert watched.fault() == (EVENTS - 1, "head_differs")

    def test_names_what_lies_beyond_the_head(self, watched: Watched) -> None:
        watched.log.alter(
            "UPDATE company_head AS head SET position = 719, hash = (SELECT hash FROM events"
            " WHERE company_id = head.company_id AND position = 719) WHERE company_id = %(company_id)s"
        )
        assert watched.fault() == (720, "beyond_head")


class TestSeals:
    def test_find_a_past_that_was_made_anew_with_its_chain(self, watched: Watched) -> None:
        remake(watched, 500)
        assert watched.fault(401, 511) is None
        # Rows of the tree tell of it before the next seal does.
        assert watched.fault() == (512, "seal_differs")

    @pytest.mark.parametrize(
        "change",
        [
            "SET root = sha256('x')",
            "SET head_hash = sha256('x')",
            "SET frontier = frontier || sha256('x')",
            "SET frontier = sha256(frontier)",
            "SET checkpoint = 'x'",
        ],
    )
    def test_are_found_to_be_others(self, watched: Watched, change: str) -> None:
        watched.log.alter(f"UPDATE audit_seals {change} WHERE company_id = %(company_id)s AND size = 600")
        assert watched.fault() == (600, "seal_differs")

    @pytest.mark.parametrize(
        "change", ["SET vkey = reverse(vkey)", "SET checkpoint = replace(checkpoint, '.example', '.other')"]
    )
    def test_are_found_not_to_be_signed(self, watched: Watched, change: str) -> None:
        watched.alter(f"UPDATE audit_seals {change}")
        assert watched.fault() == (40, "signature_false")

    def test_are_found_to_be_signed_by_somebody_else(self, watched: Watched) -> None:
        watched.alter("DELETE FROM audit_seals")
        watched.alter("DELETE FROM audit_tiles")
        remake(watched, 500)
        watched.log.seal(key=OTHER_KEY)
        assert watched.fault() == (40, "seal_differs")

    def test_are_found_to_be_gone(self, watched: Watched) -> None:
        watched.log.alter("DELETE FROM audit_seals WHERE company_id = %(company_id)s AND size >= 600")
        assert watched.fault() == (600, "seal_differs")

    def test_find_an_end_that_was_cut_off(self, watched: Watched) -> None:
        watched.cut(690)
        assert watched.fault() == (691, "epoch_forked")

    def test_find_an_end_that_was_cut_off_together_with_its_seals(self, watched: Watched) -> None:
        watched.cut(650)
        watched.log.alter("DELETE FROM audit_seals WHERE company_id = %(company_id)s AND size > 650")
        assert watched.fault() == (651, "epoch_forked")


class TestRowsOfTheTree:
    @pytest.mark.parametrize(
        "change", ["overlay(hashes placing '\\x00' from 40)", "substring(hashes for 32)"]
    )
    def test_are_compared_with_the_log(self, watched: Watched, change: str) -> None:
        watched.alter(f"UPDATE audit_tiles SET hashes = {change}")
        assert watched.fault() == (512, "seal_differs")

    def test_have_nothing_that_is_not_sealed(self, watched: Watched) -> None:
        watched.alter("UPDATE audit_tiles SET hashes = hashes || sha256('x')")
        assert watched.fault() == (SIZES[-1], "seal_differs")

    def test_that_are_gone_are_missed(self, watched: Watched) -> None:
        watched.alter("DELETE FROM audit_tiles")
        assert watched.fault() == (256, "seal_differs")
        assert watched.fault(600) == (599, "seal_differs")


class TestWhatWasPublished:
    def test_is_held_against_the_log(self, watched: Watched) -> None:
        path = watched.folder / f"{watched.log.company_id}.txt"
        path.write_text(path.read_text().replace("\n600\n", "\n601\n"))
        assert watched.fault() == (600, "seal_differs")

    def test_may_stand_there_again_with_the_lines_of_witnesses(self, watched: Watched) -> None:
        path = watched.folder / f"{watched.log.company_id}.txt"
        [first, *_] = all_published(path)
        line = f"— witness.example {b64encode(bytes(76)).decode()}\n"
        add_note(watched.folder, watched.log.company_id, first.text + line)
        assert watched.fault() is None
        watched.cut(650)
        watched.log.alter("DELETE FROM audit_seals WHERE company_id = %(company_id)s AND size > 650")
        assert watched.fault() == (651, "epoch_forked")

    def test_is_not_asked_for_where_there_is_none(self, watched: Watched) -> None:
        (watched.folder / f"{watched.log.company_id}.txt").unlink()
        assert watched.fault() is None


def remake(watched: Watched, position: int) -> None:
    """Alter an event and make all hashes from there on anew, as whoever can write everything would."""
    log = watched.log
    with log.database.connect("postgres") as owner:
        where = {"company_id": log.company_id, "first": position - 1, "last": None}
        events = [chain.ChainedEvent(*row) for row in owner.execute(chain.EVENTS, where).fetchall()]
        previous = events[0].hash
        for event in events[1:]:
            state = '{"forged":1}' if event.position == position else event.state
            previous = chain.event_hash(previous, event._replace(state=state))
            owner.execute(
                "UPDATE events SET state = %s, hash = %s WHERE company_id = %s AND position = %s",
                (state, previous, log.company_id, event.position),
            )
        owner.execute("UPDATE company_head SET hash = %s WHERE company_id = %s", (previous, log.company_id))
