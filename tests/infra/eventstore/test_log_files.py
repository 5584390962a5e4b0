"""An exported log is verified by plain Python elsewhere, and whatever is changed in it is found and named."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import psycopg
import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eventsourcing.persistence import StoredEvent
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.seals.checkpoints import Checkpoint, read_note
from domain.seals.tree import Growing
from infra.cli.audit import audit
from infra.eventstore import chain
from infra.eventstore.chain import ChainedEvent, LogAltered, event_hash, genesis_hash
from infra.eventstore.subject_keys import KeysOfSubjects
from infra.postgres.transactions import transaction
from infra.runtime.models import EVENT_TYPES
from infra.seals import verify_log
from infra.seals.key import SealKey
from infra.seals.log_files import LogFile, NoEvents, Stretch
from infra.seals.sealing import Sealer

from .recorder import CompanyApplicationRecorder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from infra.postgres.pool import Pool

    from .conftest import LogDatabase

NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
KEY = SealKey("a key of at least thirty-two characters", "mipos.example/log")
EVENTS = 9


@pytest.fixture
def log(pool: Pool[Any], company: UUID) -> UUID:
    recorder = CompanyApplicationRecorder(pool, company)
    recorder.insert_events(
        [
            StoredEvent(uuid4(), 1, "orders.Order.Placed", f'{{"buyer": "Zoë 李\n {number}"}}'.encode())
            for number in range(EVENTS)
        ],
        metadata='{"actor":"Jürgen"}',
    )
    return company


def export(database: LogDatabase, company: UUID, path: Path, **how: Any) -> bytes:
    LogFile(database.conninfo("worker"), company, KEY, **how).write(path, NOW, lambda _done, _total: None)
    return path.read_bytes()


def verify(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """As a stranger does: the verifier alone, in a folder of its own, without anything that is installed."""
    lone = path.parent / "elsewhere"
    lone.mkdir(exist_ok=True)
    shutil.copy(verify_log.__file__, lone / "verify_log.py")
    return subprocess.run(  # noqa: S603
        [sys.executable, "-I", "-S", "verify_log.py", path, *options],
        cwd=lone,
        capture_output=True,
        text=True,
        check=False,
    )


def note_in(log_file: bytes) -> str:
    return log_file.decode().partition("checkpoint ")[2].partition("\n")[2].rpartition("end ")[0]


def with_end(content: bytes) -> bytes:
    """The file with an end line that fits: whoever forges it can make that too."""
    body = content[: content.rindex(b"end ")]
    return body + b"end %d %s\n" % (body.count(b"\nevent "), sha256(body).hexdigest().encode())


class TestAWholeLog:
    def test_is_sound_and_sealed(self, log_database: LogDatabase, log: UUID, tmp_path: Path) -> None:
        path = tmp_path / "shop.mlog"
        export(log_database, log, path)
        for options in ((), ("--vkey", KEY.vkey_of(log, 1))):
            found = verify(path, *options)
            assert (found.returncode, found.stderr) == (0, "")
            assert (
                f"positions 1 to {EVENTS}, each chained to the one before, sealed up to {EVENTS}."
                in found.stdout
            )
            assert ("By the key in the file" in found.stdout) == (not options)

    def test_is_written_to_the_byte_as_it_must_be(
        self, log_database: LogDatabase, log: UUID, tmp_path: Path
    ) -> None:
        head, _, rest = export(log_database, log, tmp_path / "a.mlog").partition(b"\n\n")
        assert head.decode().split("\n") == [
            "mipos-log 1",
            f"origin mipos.example/log/{log}/1",
            f"company {log}",
            "layout 2",
            f"events 1 {EVENTS}",
            f"before {sha256(log.bytes).hexdigest()}",
            f"vkey {KEY.vkey_of(log, 1)}",
            "made 2026-03-31T12:00:00+00:00",
        ]
        first = rest.decode().split("\n")[0]
        assert re.fullmatch(r"event 1 [\da-f-]{36} 1 \d{16} orders\.Order\.Placed [\da-f]{64} \d+ 19", first)

    def test_has_the_seals_that_were_made_where_they_were_made(
        self, log_database: LogDatabase, pool: Pool[Any], log: UUID, tmp_path: Path
    ) -> None:
        notes = []
        with log_database.connect("worker") as connection:
            for _ in range(2):
                sealed = Sealer(connection, KEY).seal(log, NOW)
                assert sealed is not None
                notes.append(sealed.checkpoint)
                more = [StoredEvent(uuid4(), 1, "a.B.C", b"{}")] * 2
                CompanyApplicationRecorder(pool, log).insert_events(
                    [replace(one, originator_id=uuid4()) for one in more]
                )
        content = export(log_database, log, tmp_path / "a.mlog")
        for note in notes:
            assert f"\ncheckpoint {len(note.encode())}\n{note}".encode() in content
        assert content.count(b"\ncheckpoint ") == 3
        assert verify(tmp_path / "a.mlog").returncode == 0

    def test_is_not_written_where_a_seal_differs(
        self, log_database: LogDatabase, log: UUID, tmp_path: Path
    ) -> None:
        with log_database.connect("worker") as connection:
            Sealer(connection, KEY).seal(log, NOW)
        rewrite(log_database, log)
        with pytest.raises(LogAltered, match="not what was sealed"):
            export(log_database, log, tmp_path / "a.mlog")

    def test_is_read_compressed(self, log_database: LogDatabase, log: UUID, tmp_path: Path) -> None:
        content = export(log_database, log, tmp_path / "a.mlog")
        packed = tmp_path / "a.mlog.gz"
        packed.write_bytes(gzip.compress(content))
        assert verify(packed).returncode == 0
        packed.write_bytes(gzip.compress(content)[:-9])
        found = verify(packed)
        assert (found.returncode, "ended before the end-of-stream marker" in found.stderr) == (1, True)

    def test_keeps_what_is_withheld_provable(
        self, log_database: LogDatabase, log: UUID, tmp_path: Path
    ) -> None:
        path = tmp_path / "a.mlog"
        assert b"rgen" not in export(log_database, log, path, withholds_metadata=True)
        found = verify(path)
        assert found.returncode == 0
        assert f"Who did it, and when is withheld of {EVENTS} events, first at 1." in found.stdout

    def test_tells_of_what_somebody_else_left_out_of_it(
        self, log_database: LogDatabase, log: UUID, tmp_path: Path
    ) -> None:
        path = tmp_path / "a.mlog"
        content = export(log_database, log, path)
        said = re.search(rb'\{"buyer": "[^}]* 4"\}', content)
        assert said is not None
        length = b" %d 19\n%s\n" % (len(said[0]), said[0])
        path.write_bytes(
            with_end(content.replace(length, b" -%s 19\n" % sha256(said[0]).hexdigest().encode()))
        )
        found = verify(path)
        assert (found.returncode, found.stderr) == (0, "")
        assert "What they say is withheld of 1 events, first at 5." in found.stdout

    def test_is_not_written_where_it_was_altered(
        self, log_database: LogDatabase, log: UUID, tmp_path: Path
    ) -> None:
        with log_database.connect("postgres") as owner:
            owner.execute("UPDATE events SET state = '{}' WHERE company_id = %s AND position = 3", [log])
        with pytest.raises(LogAltered, match="position 3"):
            export(log_database, log, tmp_path / "a.mlog")
        assert list(tmp_path.iterdir()) == []


Command = Callable[..., Result]


@pytest.fixture
def command(log_database: LogDatabase, log: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `mipos audit`."""
    monkeypatch.setenv("MIPOS_SEAL_KEY", "a key of at least thirty-two characters")
    monkeypatch.setenv("MIPOS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("infra.cli.audit.company_called", lambda _context, _name: log)
    worker = {"worker_conninfo": lambda: log_database.conninfo("worker")}
    return lambda *arguments: CliRunner().invoke(audit, [str(one) for one in arguments], obj=worker)


class TestOnTheCommandLine:
    def test_is_written_and_verified(
        self, log_database: LogDatabase, log: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MIPOS_SEAL_KEY", "a key of at least thirty-two characters")
        monkeypatch.setattr("infra.cli.audit.company_called", lambda _context, _name: log)
        path, lone = tmp_path / "shop.mlog", tmp_path / "verify_log.py"
        worker = {"worker_conninfo": lambda: log_database.conninfo("worker")}

        def run(*arguments: object) -> Result:
            return CliRunner().invoke(audit, [str(one) for one in arguments], obj=worker)

        written = run("export", "--company", "Harbour", "--to", path)
        assert (written.exit_code, written.output.strip()) == (0, f"Positions 1 to {EVENTS} are in {path}.")
        assert "sealed up to 9" in run("verify-file", path).output
        assert "is there already" in run("export", "--company", "Harbour", "--to", path).output
        lone.write_text(run("verifier").output)
        plain = [sys.executable, "-I", "-S", str(lone), str(path)]
        assert subprocess.run(plain, check=True, capture_output=True).stdout.startswith(b"SOUND")  # noqa: S603
        packed = tmp_path / "shop.mlog.gz"
        packed.write_bytes(gzip.compress(path.read_bytes()))
        assert "sealed up to 9" in run("verify-file", packed).output
        path.write_bytes(path.read_bytes()[:-1])
        refused = run("verify-file", path)
        assert (refused.exit_code, "NOT SOUND" in refused.output) == (1, True)
        none = run("export", "--company", "Harbour", "--to", tmp_path / "b.mlog", "--from", 100)
        assert none.exit_code == 1
        assert none.output.strip() == "Error: There are no events in this part of the log."

    def test_keys_of_persons_are_written_apart_and_never_over_anything(
        self, log_database: LogDatabase, log: UUID, pool: Pool[Any], tmp_path: Path, command: Command
    ) -> None:
        known, forgotten = UUID(int=1), UUID(int=2)
        states = [f'{{"subject_id":"{one}","private":"1.x","n":1}}'.encode() for one in (known, forgotten)]
        CompanyApplicationRecorder(pool, log).insert_events(
            [StoredEvent(uuid4(), 1, "customers.Customer.Registered", state) for state in states]
        )
        with log_database.connect("app") as connection, transaction(connection, log) as db:
            keys = KeysOfSubjects(db, EVENT_TYPES.data_keys).of({known: "customer"}, new=[known])
        path, keys_path = tmp_path / "shop.mlog", tmp_path / "shop.keys"
        said = command("export", "--company", "Harbour", "--to", path, "--keys", keys_path)
        assert f"Keys of 1 persons are in {keys_path}" in said.output
        key = keys[known]
        assert key is not None
        assert keys_path.read_text() == f"key {known} {b64encode(key).decode()}\n"
        assert keys_path.stat().st_mode & 0o777 == 0o600
        assert b64encode(key) not in path.read_bytes()
        for taken in (keys_path, tmp_path / "other.mlog"):
            refused = command(
                *("export", "--company", "Harbour", "--to", tmp_path / "other.mlog", "--keys", taken)
            )
            assert (refused.exit_code, "is there already" in refused.output) == (2, True)
        assert not (tmp_path / "other.mlog").exists()

    def test_logs_are_verified_and_what_is_not_sound_is_named(
        self, log_database: LogDatabase, log: UUID, command: Command
    ) -> None:
        sound = command("verify", "--company", log)
        assert (sound.exit_code, f"SOUND: {log}: positions 1 to 9, sealed up to 0" in sound.output) == (
            0,
            True,
        )
        with log_database.connect("postgres") as owner:
            owner.execute("UPDATE events SET state = '{}' WHERE company_id = %s AND position = 4", [log])
        found = command("verify", "--company", log)
        assert (found.exit_code, f"NOT SOUND: {log}: at position 4 the event" in found.output) == (1, True)


class TestAPart:
    def test_is_sound_by_the_frontier_before_it(
        self, log_database: LogDatabase, log: UUID, tmp_path: Path
    ) -> None:
        path = tmp_path / "part.mlog"
        export(log_database, log, path, stretch=Stretch(first=4, last=7))
        assert "positions 4 to 7" in verify(path).stdout

    @pytest.mark.parametrize(("first", "last"), [(5, 4), (1, EVENTS + 1), (EVENTS + 1, None)])
    def test_of_no_events_is_refused(
        self, log_database: LogDatabase, log: UUID, tmp_path: Path, first: int, last: int | None
    ) -> None:
        with pytest.raises(NoEvents):
            export(log_database, log, tmp_path / "a.mlog", stretch=Stretch(first=first, last=last))
        assert list(tmp_path.iterdir()) == []


class TestWhoeverForges:
    def test_an_event_is_told_where(self, log_database: LogDatabase, log: UUID, tmp_path: Path) -> None:
        path = tmp_path / "a.mlog"
        path.write_bytes(with_end(export(log_database, log, path).replace(b' 4"}', b' 5"}')))
        found = verify(path)
        assert (found.returncode, found.stdout) == (1, "")
        assert "NOT SOUND: at position 5: the event was altered" in found.stderr

    def test_a_cut_tail_is_found_by_a_checkpoint_that_was_kept(
        self, log_database: LogDatabase, log: UUID, tmp_path: Path
    ) -> None:
        content = export(log_database, log, tmp_path / "whole.mlog")
        held = tmp_path / "held.txt"
        held.write_text(note_in(content))
        path = tmp_path / "short.mlog"
        export(log_database, log, path, stretch=Stretch(last=6))
        assert verify(path).returncode == 0
        found = verify(path, "--checkpoint", str(held))
        assert found.returncode == 1
        assert f"you kept a checkpoint of {EVENTS} events, and these are 1 to 6" in found.stderr

    def test_a_rewritten_past_is_found_by_a_checkpoint_that_was_kept(
        self, log_database: LogDatabase, log: UUID, tmp_path: Path
    ) -> None:
        held = tmp_path / "held.txt"
        held.write_text(note_in(export(log_database, log, tmp_path / "whole.mlog")))
        rewrite(log_database, log)
        path = tmp_path / "later.mlog"
        export(log_database, log, path)
        assert verify(path).returncode == 0
        found = verify(path, "--checkpoint", str(held))
        assert f"positions 1 to {EVENTS}: not what the checkpoint that you kept says" in found.stderr

    @pytest.mark.parametrize("kept", [b"", b"{}", b"\xff\n\n", b"mipos.example/log\n9\n\nnobody"])
    def test_what_was_kept_and_is_no_checkpoint_is_not_passed_over(
        self, log_database: LogDatabase, log: UUID, tmp_path: Path, kept: bytes
    ) -> None:
        path, held = tmp_path / "a.mlog", tmp_path / "held.txt"
        export(log_database, log, path)
        held.write_bytes(kept)
        found = verify(path, "--checkpoint", str(held))
        assert (found.returncode, found.stdout) == (1, "")
        assert "what you kept does not help: what should be a checkpoint is none" in found.stderr

    def test_a_checkpoint_that_was_kept_with_other_line_ends_is_compared(
        self, log_database: LogDatabase, log: UUID, tmp_path: Path
    ) -> None:
        path, held = tmp_path / "a.mlog", tmp_path / "held.txt"
        held.write_bytes(note_in(export(log_database, log, path)).replace("\n", "\r\n").encode())
        found = verify(path, "--checkpoint", str(held))
        assert (found.returncode, found.stderr) == (0, "")
        assert f"What you kept of {EVENTS} events is its beginning." in found.stdout

    @pytest.mark.parametrize("content", [b"", b"{}", b"\x89PNG\r\n", b"mipos"])
    def test_something_else_is_no_log(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "a.mlog"
        path.write_bytes(content)
        found = verify(path)
        assert (found.returncode, "neither an exported log nor a proof" in found.stderr) == (1, True)

    def test_the_company_of_a_part_is_told(
        self, log_database: LogDatabase, log: UUID, tmp_path: Path
    ) -> None:
        path = tmp_path / "part.mlog"
        content = export(log_database, log, path, stretch=Stretch(first=4, last=7))
        other = f"company {uuid4()}".encode()
        path.write_bytes(with_end(content.replace(f"company {log}".encode(), other)))
        assert "the head is not that of this company's log" in verify(path).stderr

    def test_another_key_is_no_key(self, log_database: LogDatabase, log: UUID, tmp_path: Path) -> None:
        path = tmp_path / "a.mlog"
        content = export(log_database, log, path)
        other = SealKey("another key of at least thirty-two characters", "mipos.example/log").vkey_of(log, 1)
        assert verify(path, "--vkey", other).returncode == 1
        path.write_bytes(with_end(content.replace(KEY.vkey_of(log, 1).encode(), other.encode())))
        assert "is not signed with the key of this log" in verify(path, "--vkey", other).stderr


def rewrite(database: LogDatabase, company: UUID) -> None:
    """As somebody would who may write everything: a whole new chain with a new head."""
    with database.connect("postgres") as owner:
        owner.execute("UPDATE events SET state = '{}' WHERE company_id = %s AND position = 2", [company])
        chained = genesis_hash(company)
        for row in owner.execute(chain.EVENTS, {"company_id": company, "first": 1, "last": None}).fetchall():
            event = ChainedEvent(*row)
            chained = event_hash(chained, event)
            owner.execute(
                "UPDATE events SET hash = %s WHERE company_id = %s AND position = %s",
                [chained, company, event.position],
            )
        owner.execute("UPDATE company_head SET hash = %s WHERE company_id = %s", [chained, company])


@pytest.fixture(scope="module")
def small(log_database: LogDatabase, pool: Pool[Any], tmp_path_factory: pytest.TempPathFactory) -> bytes:
    company = log_database.open_company()
    events = [StoredEvent(uuid4(), 1, "a.B.C", b'{"n":%d}' % number) for number in range(4)]
    CompanyApplicationRecorder(pool, company).insert_events(events, metadata="{}")
    return export(log_database, company, tmp_path_factory.mktemp("logs") / "small.mlog")


def is_sound(content: bytes, held: bytes | None = None) -> bool:
    try:
        verify_log.verify_log(BytesIO(content), None, held)
    except (ValueError, KeyError, TypeError, OverflowError):
        return False
    return True


@settings(deadline=None, max_examples=400)
@given(data=st.data())
def test_no_change_of_a_byte_or_a_line_is_overlooked(small: bytes, data: st.DataObject) -> None:
    assert is_sound(small)
    lines = small.splitlines(keepends=True)
    place = data.draw(st.integers(0, len(small) - 1))
    line, other = data.draw(st.integers(0, len(lines) - 1)), data.draw(st.integers(0, len(lines) - 1))
    changes = {
        **changed_at(small, place, data.draw(st.integers(1, 255))),
        **changed_lines(lines, line),
        "swapped": swapped(lines, line, other),
    }
    changed = changes[data.draw(st.sampled_from(sorted(changes)))]
    # Two equal lines may be swapped, and one of two equal bytes dropped like the other.
    if changed != small:
        assert not is_sound(changed)


@pytest.mark.large
def test_none_of_all_changes_of_a_file_is_overlooked(small: bytes) -> None:
    """Each byte changed in five ways, dropped, doubled, cut off; each line dropped, doubled, swapped."""
    lines, tried = small.splitlines(keepends=True), 0
    held = re.search(rb"checkpoint \d+\n(.*)end ", small, re.DOTALL)
    assert held is not None
    assert is_sound(small, held[1])

    def try_all(changes: Iterable[bytes]) -> None:
        nonlocal tried
        for changed in changes:
            if changed != small:
                tried += 1
                assert not is_sound(changed, held[1])

    for place in range(len(small)):
        for bits in (0x01, 0x20, 0x80, 0xFF):
            try_all([changed_at(small, place, bits)["changed"]])
        try_all(changed_at(small, place, 0x07).values())
    for line in range(len(lines)):
        try_all(changed_lines(lines, line).values())
        try_all(swapped(lines, line, other) for other in range(line))
    assert tried > 8 * len(small)


@pytest.mark.parametrize("last", range(4))
def test_an_end_that_nobody_signed_is_found(small: bytes, last: int) -> None:
    """Whoever cuts events off, or makes them anew, can write a matching end, but no checkpoint."""
    cut = ended(small, last)
    with pytest.raises(ValueError, match=f"positions 1 to {last}: chained only, and signed by nobody"):
        verify_log.verify_log(BytesIO(cut), None, None)
    assert not is_sound(cut, note_in(small).encode())


def test_an_end_that_was_cut_off_behind_a_checkpoint_is_found_by_one_that_was_kept(
    log_database: LogDatabase, log: UUID, tmp_path: Path
) -> None:
    """A log of some time ago is sound alone: it was exported like that."""
    earlier = export(log_database, log, tmp_path / "a.mlog", stretch=Stretch(last=4))
    held = note_in(export(log_database, log, tmp_path / "b.mlog")).encode()
    assert is_sound(earlier)
    assert not is_sound(earlier, held)


def ended(content: bytes, last: int) -> bytes:
    """The events up to a position, none of them signed, with a head and an end that fit."""
    head, *events = re.split(rb"(?m)^(?=event \d)", content)
    cut = b"".join([head, *events[:last]]).replace(b"events 1 4\n", b"events 1 %d\n" % last)
    return cut + b"end %d %s\n" % (last, sha256(cut).hexdigest().encode())


def changed_at(content: bytes, place: int, bits: int) -> dict[str, bytes]:
    """The same with one byte changed, dropped or doubled, and what is before it alone."""
    before, one, after = content[:place], content[place : place + 1], content[place + 1 :]
    changed = before + bytes([one[0] ^ bits]) + after
    return {
        "changed": changed,
        "dropped": before + after,
        "doubled": before + one + one + after,
        "cut": before,
    }


def changed_lines(lines: list[bytes], line: int) -> dict[str, bytes]:
    """The same without a line, or with it twice."""
    return {
        "without a line": b"".join(lines[:line] + lines[line + 1 :]),
        "a line doubled": b"".join([*lines[: line + 1], *lines[line:]]),
    }


def swapped(lines: list[bytes], line: int, other: int) -> bytes:
    """The same with two lines in each other's place."""
    places = [other if one == line else line if one == other else one for one in range(len(lines))]
    return b"".join(lines[one] for one in places)


@given(seed=st.binary(min_size=32, max_size=32), text=st.binary(max_size=80), place=st.integers(0, 63))
@settings(deadline=None, max_examples=25)
def test_signatures_are_those_of_ed25519(seed: bytes, text: bytes, place: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(text)
    assert verify_log.is_signed(public, text, signature)
    forged = signature[:place] + bytes([signature[place] ^ 1]) + signature[place + 1 :]
    with suppress(ValueError):
        assert not verify_log.is_signed(public, text, forged)
    assert not verify_log.is_signed(public, text + b"!", signature)


def test_a_checkpoint_in_a_file_is_what_the_tree_says(
    log_database: LogDatabase, log: UUID, tmp_path: Path
) -> None:
    note = read_note(note_in(export(log_database, log, tmp_path / "a.mlog")))
    with log_database.connect("postgres") as owner:
        hashes = owner.execute(
            "SELECT hash FROM events WHERE company_id = %s ORDER BY position", [log]
        ).fetchall()
    tree = Growing()
    for (one,) in hashes:
        tree.add(one)
    origin = KEY.origin_of(log, 1)
    assert note.checkpoint == Checkpoint(origin=origin, size=EVENTS, root=tree.root)


def test_only_the_owner_of_a_database_rewrites(log_database: LogDatabase, log: UUID) -> None:
    with log_database.connect() as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("UPDATE events SET state = '{}' WHERE company_id = %s", [log])
