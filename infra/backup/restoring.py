"""Bringing a logical backup back into an empty database: the log, its keys, and what lies beside it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql

from infra.backup.contents import AFTERWARDS, ANSWERS, KEYS, LOG, PICTURES, SMALL
from infra.backup.errors import DatabaseTaken, FileDamaged, FileMissing, KeyMissing, OtherForm
from infra.backup.files import check_file, lines_of, read_file
from infra.backup.manifest import Manifest, check_software
from infra.backup.taking import SIGNING, pictures_of, seal_of
from infra.backup.vault import Vault
from infra.eventstore.data_keys import DataKeys, NoDataKey

Progress = Callable[[int, int], None]

_FILLING: LiteralString = "SET synchronous_commit = off"

_HAS_LOG: LiteralString = "SELECT EXISTS (SELECT FROM company_head)"

# Tables that a migration put a row into.
_EMPTY = sql.SQL("DELETE FROM {}")

_COPY = sql.SQL("COPY {table} ({columns}) FROM STDIN")

_STAGE: LiteralString = "CREATE TEMPORARY TABLE staged_answers (LIKE idempotency_keys) ON COMMIT DROP"

# A key that expired may have been used again since, so the newest backup comes first.
_TAKE_STAGED: LiteralString = """
    INSERT INTO idempotency_keys SELECT * FROM staged_answers ON CONFLICT (company_id, key) DO NOTHING
"""

_HEADS: LiteralString = """
    INSERT INTO company_head (company_id, position, hash, recorded_at)
    SELECT head.company_id, head.position, head.hash, coalesce(event.recorded_at, 'epoch')
      FROM (SELECT unnest(%(companies)b::uuid[]) AS company_id, unnest(%(positions)b::bigint[]) AS position,
                   unnest(%(hashes)b::bytea[]) AS hash) AS head
      LEFT JOIN events AS event ON event.company_id = head.company_id AND event.position = head.position
"""

_ACTIVITY: LiteralString = """
    INSERT INTO company_activity (company_id, active_at) SELECT company_id, recorded_at FROM company_head
"""

_ANALYZE = sql.SQL("ANALYZE {}")
#: What is filled here; read models are looked at when they are made.
_FILLED = (LOG, PICTURES, KEYS, ANSWERS, *SMALL, "company_head", "company_activity")


@dataclass(frozen=True)
class Restoring:
    """A backup, the newest of `series`, on its way back. The data keys are those that open it."""

    vault: Vault
    series: Sequence[Manifest]
    data_keys: DataKeys

    @property
    def newest(self) -> Manifest:
        """The backup that is brought back."""
        return self.series[-1]

    def check(self, known: Iterable[str], progress: Progress) -> None:
        """See that every file is what was written, and that this version and these keys can read it.

        `known` are the migrations of this version. Raises BackupError, before anything is touched.
        """
        self.check_signatures(known)
        self._check_continuous()
        total, done = sum(manifest.size for manifest in self.series), 0

        def advance(more: int) -> None:
            nonlocal done
            done += more
            progress(done, total)

        for manifest in self.series:
            for name, facts in manifest.files.items():
                check_file(self._file(manifest, name), facts, advance)

    def check_signatures(self, known: Iterable[str]) -> None:
        """See that this version can read what the backups are, and that nobody changed what they say.

        Raises BackupError.
        """
        for manifest in self.series:
            if manifest.form != self.newest.form:
                reason = f"{self.newest.name} cannot rest on it"
                raise OtherForm(backup=manifest.name, form=manifest.form, reason=reason)
            check_software(manifest, dict.fromkeys(known))
            self._check_signature(manifest)

    def _check_signature(self, manifest: Manifest) -> None:
        try:
            key = self.data_keys.derived(SIGNING, bytes.fromhex(manifest.data_key))
        except NoDataKey:
            raise KeyMissing(backup=manifest.name, key=manifest.data_key) from None
        if not manifest.is_signed(key):
            raise FileDamaged(file=self._file(manifest, "manifest.json"), reason="somebody changed it")

    def _check_continuous(self) -> None:
        """Raise FileDamaged where a log does not go on where the backup before ended."""
        ends: dict[UUID, int] = {}
        for manifest in self.series:
            if any(one.after != ends.get(company_id, 0) for company_id, one in manifest.companies.items()):
                raise FileDamaged(file=self.vault.folder / manifest.name, reason="it rests on another one")
            ends |= {company_id: one.upto for company_id, one in manifest.companies.items()}

    def fill(
        self, owner: psycopg.Connection[Any], forgotten: set[tuple[str, str]], progress: Progress
    ) -> None:
        """Fill the tables of an empty database, as their owner, in autocommit mode.

        `forgotten` are persons, each with their company, whose keys are left out, so that nothing of them
        reaches the disk. Raises DatabaseTaken, BackupError.
        """
        if owner.execute(_HAS_LOG).fetchall() != [(False,)]:
            raise DatabaseTaken
        owner.execute(_FILLING)
        total, done = sum(manifest.events for manifest in self.series), 0
        progress(0, total)
        for manifest in self.series:
            for lines in self._copied(owner, manifest, LOG, f"{LOG}.gz"):
                done += lines
                progress(done, total)
        self._fill_pictures(owner)
        self._fill_keys(owner, forgotten)
        self._fill_answers(owner)
        for table in SMALL:
            self._fill_small(owner, table)
        self._end_log(owner)

    def _fill_pictures(self, owner: psycopg.Connection[Any]) -> None:
        """Bring back those pictures that there were when the newest backup was taken."""
        wanted = set(pictures_of(self.vault, self.newest))
        for manifest in self.series:
            columns = manifest.columns[PICTURES]
            places = [columns.index(name) for name in ("company_id", "hash", "size")]

            def is_wanted(line: bytes, places: list[int] = places) -> bool:
                fields = line.rstrip(b"\n").split(b"\t")
                return tuple(fields[place].decode() for place in places) in wanted

            lines = filter(is_wanted, lines_of(self._read(manifest, f"{PICTURES}.gz")))
            _copy(owner, PICTURES, columns, lines)

    def _fill_keys(self, owner: psycopg.Connection[Any], forgotten: set[tuple[str, str]]) -> None:
        columns = self.newest.columns[KEYS]
        company, subject = columns.index("company_id"), columns.index("subject_id")

        def is_known(line: bytes) -> bool:
            fields = line.split(b"\t")
            return (fields[company].decode(), fields[subject].decode()) not in forgotten

        _copy(owner, KEYS, columns, filter(is_known, lines_of(self._read(self.newest, f"keys/{KEYS}.gz"))))

    def _fill_answers(self, owner: psycopg.Connection[Any]) -> None:
        for manifest in reversed(self.series):
            with owner.transaction():
                owner.execute(_STAGE)
                parts = self._read(manifest, f"tables/{ANSWERS}.sealed")
                _copy(owner, "staged_answers", manifest.columns[ANSWERS], parts)
                owner.execute(_TAKE_STAGED)

    def _fill_small(self, owner: psycopg.Connection[Any], table: LiteralString) -> None:
        """Bring a small table back, from the last backup of the series in which it had changed."""
        where = self.newest.same.get(table, self.newest.name)
        manifest = next((one for one in self.series if one.name == where), None)
        if manifest is None:
            raise FileMissing(file=self.vault.folder / where)
        if table not in manifest.columns:
            return  # A backup from before there was such a table.
        with owner.transaction():
            owner.execute(_EMPTY.format(sql.Identifier(table)))
            _copy(owner, table, manifest.columns[table], self._read(manifest, f"tables/{table}.sealed"))

    def _end_log(self, owner: psycopg.Connection[Any]) -> None:
        """Put the ends of logs where the backup found them; that their hashes are right is proved later."""
        heads = self.newest.companies
        params = {
            "companies": list(heads),
            "positions": [one.upto for one in heads.values()],
            "hashes": [bytes.fromhex(one.hash) for one in heads.values()],
        }
        with owner.transaction():
            owner.execute(_HEADS, params)
            owner.execute(_ACTIVITY)
            for statement in AFTERWARDS:
                owner.execute(statement)
        for table in _FILLED:
            owner.execute(_ANALYZE.format(sql.Identifier(table)))

    @property
    def next_epoch(self) -> int:
        """An epoch that no log restored from this folder had: its followers see that it began anew."""
        used = [epoch for _, _, epoch in self.vault.restores()]
        return max([self.newest.log_epoch, *used]) + 1

    def _copied(
        self, owner: psycopg.Connection[Any], manifest: Manifest, table: str, name: str
    ) -> Iterator[int]:
        """Copy a file into its table, saying with each part how many lines went in."""
        statement = _copying(table, manifest.columns[table])
        with owner.cursor().copy(statement) as rows:
            for part in self._read(manifest, name):
                rows.write(part)
                yield part.count(b"\n")

    def _read(self, manifest: Manifest, name: str) -> Iterator[bytes]:
        seal = seal_of(self.data_keys, manifest.name, name, bytes.fromhex(manifest.data_key))
        return read_file(self._file(manifest, name), seal)

    def _file(self, manifest: Manifest, name: str) -> Path:
        return self.vault.folder / manifest.name / name


def _copy(owner: psycopg.Connection[Any], table: str, columns: Sequence[str], parts: Iterable[bytes]) -> None:
    with owner.cursor().copy(_copying(table, columns)) as rows:
        for part in parts:
            rows.write(part)


def _copying(table: str, columns: Sequence[str]) -> sql.Composed:
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    return _COPY.format(table=sql.Identifier(table), columns=listed)
