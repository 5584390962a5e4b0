"""A log is sealed as it grows: what was sealed stays proved, and what was changed since is never signed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from domain.seals.checkpoints import read_note
from domain.seals.refusals import EpochForked
from infra.eventstore.chain import Fault, LogAltered, Reason
from infra.jobs.seals import Sealing
from infra.seals.key import SealKey, is_signed_by
from infra.seals.published import epoch_of, last_published, publish

from .sealed_log import KEY, NOW, Log

if TYPE_CHECKING:
    from pathlib import Path

    from infra.postgres.pool import Pool

    from .conftest import LogDatabase


@pytest.fixture
def log(log_database: LogDatabase, pool: Pool[Any], company: UUID) -> Log:
    return Log(log_database, pool, company)


class TestASeal:
    def test_is_of_all_that_was_recorded_and_signed(self, log: Log) -> None:
        log.record(5)
        seal = log.seal()
        assert seal is not None
        assert (seal.epoch, seal.size, seal.root, seal.sealed_at) == (1, 5, log.tree(5).root, NOW)
        note = read_note(seal.checkpoint)
        assert (note.checkpoint.origin, note.checkpoint.size, note.checkpoint.root) == (
            f"mipos.example/log/{log.company_id}/1",
            5,
            seal.root,
        )
        assert is_signed_by(note, KEY.vkey_of(log.company_id, 1))

    def test_is_none_of_an_empty_log(self, log: Log) -> None:
        assert log.seal() is None

    def test_stays_the_last_while_nothing_is_new(self, log: Log) -> None:
        log.record(2)
        first = log.seal()
        assert log.seal(NOW + timedelta(hours=1)) == first

    @pytest.mark.parametrize("most", [1, 3, 300])
    def test_follows_from_the_one_before_however_much_is_new(self, log: Log, most: int) -> None:
        for many in (1, 2, 4, 300):
            log.record(many)
            seal = log.seal(most=most)
            assert seal is not None
            assert seal.root == log.tree(seal.size).root
        assert log.ask("SELECT max(size) FROM audit_seals WHERE company_id = %(company_id)s") == [(307,)]

    def test_keeps_whole_rows_of_the_tree(self, log: Log) -> None:
        log.record(700)
        log.seal(most=100)
        [(level, number, hashes)] = log.ask(
            "SELECT level, number, hashes FROM audit_tiles WHERE company_id = %(company_id)s"
        )
        assert (level, number) == (1, 0)
        assert hashes == log.tree(256).root + log.tree(256, after=256).root


class TestWhatWasAltered:
    def test_is_not_signed_where_the_bytes_differ(self, log: Log) -> None:
        log.record(3)
        log.alter("UPDATE events SET state = '{}' WHERE company_id = %(company_id)s AND position = 2")
        with pytest.raises(LogAltered) as altered:
            log.seal()
        assert altered.value.fault == Fault(2, Reason.ALTERED)
        assert log.ask("SELECT 1 FROM audit_seals WHERE company_id = %(company_id)s") == []

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE audit_seals SET root = sha256('x') WHERE company_id = %(company_id)s",
            "UPDATE audit_seals SET frontier = frontier || sha256('x') WHERE company_id = %(company_id)s",
            "UPDATE audit_seals SET checkpoint = 'x' WHERE company_id = %(company_id)s",
            "UPDATE audit_seals SET head_hash = sha256('x') WHERE company_id = %(company_id)s",
        ],
    )
    def test_is_not_signed_where_the_last_seal_differs(self, log: Log, statement: str) -> None:
        log.record(3)
        log.seal()
        log.record(1)
        log.alter(statement)
        with pytest.raises(LogAltered) as altered:
            log.seal()
        assert altered.value.fault == Fault(3, Reason.SEAL_DIFFERS)

    def test_is_not_signed_by_another_key_over_the_seal_of_the_first(self, log: Log) -> None:
        log.record(3)
        log.seal()
        log.alter(
            "UPDATE audit_seals SET vkey = replace(vkey, 'mipos', 'other') WHERE company_id = %(company_id)s"
        )
        log.record(1)
        with pytest.raises(LogAltered):
            log.seal()

    def test_of_a_log_that_lost_its_end_nothing_is_signed(self, log: Log) -> None:
        log.record(3)
        log.seal()
        log.alter("DELETE FROM events WHERE company_id = %(company_id)s AND position = 3")
        log.alter(
            "UPDATE company_head AS head SET position = 2, hash = event.hash FROM events AS event"
            " WHERE head.company_id = %(company_id)s AND event.company_id = head.company_id"
            " AND event.position = 2"
        )
        with pytest.raises(EpochForked):
            log.seal()


class TestAnEpoch:
    def test_that_begins_with_a_restore_has_seals_of_its_own(self, log: Log) -> None:
        log.record(3)
        first = log.seal()
        log.alter("INSERT INTO log_epochs (company_id, number, from_position) VALUES (%(company_id)s, 2, 3)")
        seal = log.seal()
        assert first is not None
        assert seal is not None
        assert (seal.epoch, seal.size, seal.root) == (2, 3, first.root)
        assert epoch_of(read_note(seal.checkpoint)) == 2


class TestAKey:
    def test_that_is_new_goes_on_from_what_the_former_signed(self, log: Log) -> None:
        log.record(3)
        log.seal()
        log.record(1)
        other = SealKey("another key of at least thirty-two characters", "mipos.example/log")
        seal = log.seal(key=other)
        assert seal is not None
        assert seal.vkey == other.vkey_of(log.company_id, 1)
        assert seal.root == log.tree(4).root


class TestPublishing:
    def test_adds_what_the_file_lacks_once(self, log: Log, tmp_path: Path) -> None:
        path = tmp_path / "seals" / f"{log.company_id}.txt"
        seals = []
        for many in (1, 2):
            log.record(many)
            seals.append(log.seal())
        with log.database.connect("worker") as connection:
            assert publish(connection, log.company_id, tmp_path / "seals") == 2
            assert publish(connection, log.company_id, tmp_path / "seals") == 0
            log.record(1)
            seals.append(log.seal())
            assert publish(connection, log.company_id, tmp_path / "seals") == 1
        assert path.read_text() == "".join(f"{one.checkpoint}\n" for one in seals if one)
        last = last_published(path)
        assert last is not None
        assert last.checkpoint.size == 4

    def test_reads_the_last_note_that_is_whole(self, log: Log, tmp_path: Path) -> None:
        path = tmp_path / f"{log.company_id}.txt"
        assert last_published(path) is None
        for _ in range(50):
            log.record(1)
            log.seal()
        with log.database.connect("worker") as connection:
            publish(connection, log.company_id, tmp_path)
        path.write_text(path.read_text()[:-20])
        last = last_published(path)
        assert last is not None
        assert last.checkpoint.size == 49


def test_the_job_seals_and_publishes_every_log_but_those_that_were_altered(
    log: Log, log_database: LogDatabase, pool: Pool[Any], tmp_path: Path
) -> None:
    other = Log(log_database, pool, log_database.open_company())
    for one in (log, other):
        one.record(2)
    log.alter("UPDATE events SET state = '{}' WHERE company_id = %(company_id)s")
    with log_database.connect("worker") as connection:
        for _ in range(2):
            Sealing(KEY, tmp_path).seal_all(connection, None, NOW)  # type: ignore[arg-type]  # it records nothing
    assert other.ask("SELECT size FROM audit_seals WHERE company_id = %(company_id)s") == [(2,)]
    assert log.ask("SELECT size FROM audit_seals WHERE company_id = %(company_id)s") == []
    assert (tmp_path / f"{other.company_id}.txt").exists()
    assert not (tmp_path / f"{log.company_id}.txt").exists()
