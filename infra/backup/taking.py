"""Taking a logical backup while the shop sells: what changes is read at one moment, the log after that.

The moment is a transaction of seconds, in which small tables are copied and it is noted where each log ends.
Events up to there never change, so they are read in many short transactions, and nothing keeps the server
from cleaning up.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql

from infra.backup.contents import ANSWERS, KEYS, LOG, PICTURES, SMALL
from infra.backup.errors import LogHasGaps, NothingToGoOnFrom, OtherLog
from infra.backup.files import Seal, Writer, lines_of, read_file
from infra.backup.manifest import FILE_NAME, File, Manifest, Stretch
from infra.backup.vault import Vault
from infra.eventstore.data_keys import DataKeys

#: How many positions of logs are read in one transaction, of how many companies at most.
PACK, COMPANIES = 20_000, 500
#: For what the data key makes the keys that seal files, and that sign manifests.
SEALING, SIGNING = b"mipos backup", b"mipos backup manifest"
LISTED = "pictures.list.gz"

#: Told how many events are written, and of how many.
Progress = Callable[[int, int], None]

_MOMENT: LiteralString = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

_HEADS: LiteralString = "SELECT company_id, position, hash FROM company_head ORDER BY company_id"

_EPOCH: LiteralString = "SELECT log_epoch, current_schema() FROM installation"

_MIGRATIONS: LiteralString = "SELECT name FROM schema_migrations ORDER BY name"

# A restored log has other events at these positions.
_HASHES: LiteralString = """
    SELECT base.company_id
      FROM (SELECT unnest(%(companies)b::uuid[]) AS company_id, unnest(%(positions)b::bigint[]) AS position,
                   unnest(%(hashes)b::bytea[]) AS hash) AS base
      LEFT JOIN events AS event ON event.company_id = base.company_id AND event.position = base.position
     WHERE base.position > 0 AND event.hash IS DISTINCT FROM base.hash
     LIMIT 1
"""

_COLUMNS: LiteralString = """
    SELECT attname::text FROM pg_attribute
     WHERE attrelid = %(table)s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
     ORDER BY attnum
"""

_PICTURES_THERE: LiteralString = "COPY (SELECT company_id, hash, size FROM image_contents) TO STDOUT"

_WHOLE = sql.SQL("COPY (SELECT {columns} FROM {table} ORDER BY {columns}) TO STDOUT")

_STRETCHES = sql.SQL("""
    COPY (SELECT {columns}
            FROM (SELECT unnest({companies}::uuid[]) AS company, unnest({afters}::bigint[]) AS after,
                         unnest({uptos}::bigint[]) AS upto) AS stretch
            JOIN {table} AS kept
              ON kept.company_id = stretch.company AND kept.position > stretch.after
             AND kept.position <= stretch.upto) TO STDOUT
""")

_PICTURES = sql.SQL("""
    COPY (SELECT {columns}
            FROM (SELECT unnest({companies}::uuid[]) AS company, unnest({hashes}::text[]) AS content,
                         unnest({sizes}::text[]) AS variant) AS wanted
            JOIN {table} AS kept
              ON kept.company_id = wanted.company AND kept.hash = wanted.content
             AND kept.size = wanted.variant) TO STDOUT
""")

_NOTE: LiteralString = """
    INSERT INTO backups (name, form, place, began_at, finished_at, events, bytes)
    VALUES (%(name)s, %(form)s, %(place)s, %(began_at)s, %(finished_at)s, %(events)s, %(bytes)s)
        ON CONFLICT (name) DO NOTHING
"""

_NOTE_TESTS: LiteralString = """
    UPDATE backups SET tested_at = greatest(backups.tested_at, test.at)
      FROM (SELECT unnest(%(names)b::text[]) AS name, unnest(%(ats)b::timestamptz[]) AS at) AS test
     WHERE backups.name = test.name
"""

# A year of daily ones is enough to see how they have grown.
_FORGET_OLD: LiteralString = """
    DELETE FROM backups WHERE finished_at < %(finished_at)s::timestamptz - interval '400 days'
"""


@dataclass
class _Moment:
    """What a backup is of: where logs end, and how tables are made, at one moment."""

    heads: dict[UUID, tuple[int, str]]
    log_epoch: int
    schema: str
    migrations: list[str]
    columns: dict[str, list[str]] = field(default_factory=dict)


class Taking:
    """One logical backup that is being written; `connection` is a worker's, without a transaction."""

    def __init__(
        self, connection: psycopg.Connection[Any], vault: Vault, data_keys: DataKeys, *, incremental: bool
    ) -> None:
        self._connection = connection
        self._vault = vault
        self._data_keys = data_keys
        self._incremental = incremental
        self._began_at = datetime.now(UTC)
        self._files: dict[str, File] = {}
        self._contents: dict[str, str] = {}
        self._same: dict[str, str] = {}

    def take(self, progress: Progress = lambda _done, _total: None) -> Manifest:
        """Write it, and note in the database that there is one. Raises BackupError."""
        with self._vault.writing():
            base = self._find_base()
            kind = "incremental" if base else "full"
            self.name = self._vault.new_name("logical", kind, self._began_at)
            with self._vault.unfinished(self.name) as folder:
                moment, new = self._copy_moment(folder, base)
                companies = _stretches(moment, base)
                self._copy_log(folder, moment, companies, progress)
                self._copy_pictures(folder, moment, new)
                manifest = Manifest(
                    software=version("mipos"),
                    name=self.name,
                    form="logical",
                    kind="incremental" if base else "full",
                    base=base.name if base else None,
                    began_at=self._began_at,
                    finished_at=datetime.now(UTC),
                    schema=moment.schema,
                    log_epoch=moment.log_epoch,
                    data_key=self._data_keys.current_id.hex(),
                    server=self._connection.info.server_version,
                    migrations=moment.migrations,
                    companies=companies,
                    columns=moment.columns,
                    contents=self._contents,
                    same=self._same,
                    files=self._files,
                ).signed(self._data_keys.derived(SIGNING))
                write_manifest(folder, manifest)
        note(self._connection, self._vault, manifest)
        return manifest

    def _find_base(self) -> Manifest | None:
        """The backup that this one goes on from. Raises NothingToGoOnFrom, OtherLog."""
        if not self._incremental:
            return None
        base = self._vault.newest("logical")
        if base is None:
            raise NothingToGoOnFrom(folder=self._vault.folder, form="logical")
        self._vault.series(base.name)
        return base

    def _copy_moment(self, folder: Path, base: Manifest | None) -> tuple[_Moment, list[tuple[str, ...]]]:
        """Copy in one short transaction what changes. Returns it, and which pictures the base has not."""
        connection = self._connection
        connection.execute(_MOMENT)
        try:
            [(log_epoch, schema)] = connection.execute(_EPOCH).fetchall()
            heads = {one: (place, h.hex()) for one, place, h in connection.execute(_HEADS).fetchall()}
            migrations = [name for (name,) in connection.execute(_MIGRATIONS).fetchall()]
            moment = _Moment(heads, log_epoch, schema, migrations)
            for table in (LOG, KEYS, PICTURES, ANSWERS, *SMALL):
                rows = connection.execute(_COLUMNS, {"table": table}).fetchall()
                moment.columns[table] = [column for (column,) in rows]
            if base:
                self._check_same_log(moment, base)
            self._copy_table(folder, moment, KEYS, f"keys/{KEYS}.gz")
            for table in SMALL:
                self._copy_small(folder, moment, table, base)
            new = self._list_pictures(folder, base)
        finally:
            connection.execute("ROLLBACK")
        return moment, new

    def _check_same_log(self, moment: _Moment, base: Manifest) -> None:
        """Raise OtherLog unless the log is the one that the base is of, only longer."""
        if moment.log_epoch != base.log_epoch:
            raise OtherLog(folder=self._vault.folder, reason="a backup was restored since")
        params = {
            "companies": list(base.companies),
            "positions": [one.upto for one in base.companies.values()],
            "hashes": [bytes.fromhex(one.hash) for one in base.companies.values()],
        }
        for (company_id,) in self._connection.execute(_HASHES, params).fetchall():
            reason = f"that of company {company_id} ends otherwise where {base.name} ended"
            raise OtherLog(folder=self._vault.folder, reason=reason)

    def _copy_small(self, folder: Path, moment: _Moment, table: str, base: Manifest | None) -> None:
        """Copy a small table, unless the base has the very same rows of the very same columns."""
        self._copy_table(folder, moment, table, name := f"tables/{table}.sealed")
        is_same = base and base.contents.get(table) == self._contents[table]
        if base and is_same and base.columns.get(table) == moment.columns[table]:
            (folder / name).unlink()
            del self._files[name]
            self._same[table] = base.same.get(table, base.name)

    def _copy_table(self, folder: Path, moment: _Moment, table: str, name: str) -> None:
        """Copy all rows of a table; they are in an order, so that the same rows have the same digest."""
        digest = sha256(self._data_keys.derived(SIGNING))
        columns = _listed(moment.columns[table])
        statement = _WHOLE.format(columns=columns, table=sql.Identifier(table))
        with self._writer(folder, name) as writer, self._connection.cursor().copy(statement) as rows:
            for part in rows:
                digest.update(part)
                writer.write(part)
        self._files[name] = writer.facts
        self._contents[table] = digest.hexdigest()

    def _list_pictures(self, folder: Path, base: Manifest | None) -> list[tuple[str, ...]]:
        """List all pictures there are. Returns those that the base has not listed."""
        known = set(pictures_of(self._vault, base)) if base else set()
        new = []
        with (
            self._writer(folder, LISTED) as writer,
            self._connection.cursor().copy(_PICTURES_THERE) as rows,
        ):
            for line in lines_of(map(bytes, rows)):
                writer.write(line)
                if (picture := _fields(line)) not in known:
                    new.append(picture)
        self._files[LISTED] = writer.facts
        return new

    def _copy_log(
        self, folder: Path, moment: _Moment, companies: Mapping[UUID, Stretch], progress: Progress
    ) -> None:
        """Copy events, and the answers that were given at their positions, some thousand positions at a time.

        Raises LogHasGaps.
        """
        total, done, there = sum(one.upto - one.after for one in companies.values()), 0, 0
        progress(0, total)
        with (
            self._writer(folder, f"{LOG}.gz") as events,
            self._writer(folder, f"tables/{ANSWERS}.sealed") as answers,
        ):
            for pack in _packs(companies):
                there += self._copy_stretches(moment, LOG, pack, events)
                self._copy_stretches(moment, ANSWERS, pack, answers)
                done += sum(upto - after for _, after, upto in pack)
                progress(done, total)
        if there != total:
            raise LogHasGaps(there=there, expected=total)
        self._files[f"{LOG}.gz"], self._files[f"tables/{ANSWERS}.sealed"] = events.facts, answers.facts

    def _copy_stretches(
        self, moment: _Moment, table: str, pack: list[tuple[UUID, int, int]], writer: Writer
    ) -> int:
        """Copy the rows of a table at these positions. Returns how many there were."""
        companies, afters, uptos = (list(column) for column in zip(*pack, strict=True))
        statement = _STRETCHES.format(
            columns=_listed(moment.columns[table]),
            companies=sql.Literal(companies),
            afters=sql.Literal(afters),
            uptos=sql.Literal(uptos),
            table=sql.Identifier(table),
        )
        return self._copy(statement, writer)

    def _copy_pictures(self, folder: Path, moment: _Moment, new: list[tuple[str, ...]]) -> None:
        """Copy these pictures, some at a time; one that was removed meanwhile was shown by nothing."""
        with self._writer(folder, f"{PICTURES}.gz") as writer:
            for start in range(0, len(new), _PICTURES_AT_ONCE):
                companies, hashes, sizes = zip(*new[start : start + _PICTURES_AT_ONCE], strict=True)
                statement = _PICTURES.format(
                    columns=_listed(moment.columns[PICTURES]),
                    companies=sql.Literal(list(companies)),
                    hashes=sql.Literal(list(hashes)),
                    sizes=sql.Literal(list(sizes)),
                    table=sql.Identifier(PICTURES),
                )
                self._copy(statement, writer)
        self._files[f"{PICTURES}.gz"] = writer.facts

    def _copy(self, statement: sql.Composed, writer: Writer) -> int:
        lines = 0
        with self._connection.cursor().copy(statement) as rows:
            for part in rows:
                lines += bytes(part).count(b"\n")
                writer.write(part)
        return lines

    def _writer(self, folder: Path, name: str) -> Writer:
        return Writer(folder / name, seal_of(self._data_keys, self.name, name))


_PICTURES_AT_ONCE = 50


def seal_of(data_keys: DataKeys, backup: str, file: str, data_key_id: bytes | None = None) -> Seal | None:
    """What seals a file of a backup, under the data key of today or the one named; None for one in clear.

    Raises NoDataKey.
    """
    if not file.endswith(".sealed"):
        return None
    return Seal(data_keys.derived(SEALING, data_key_id), f"{backup} {file}")


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, last of all files: a folder without one is no backup."""
    file = folder / FILE_NAME
    file.write_bytes(manifest.encode())
    file.chmod(0o600)


def note(connection: psycopg.Connection[Any], vault: Vault, manifest: Manifest) -> None:
    """Note in the database that a backup was taken, and which ones were restored since to try them."""
    params = {name: getattr(manifest, name) for name in ("name", "form", "began_at", "finished_at", "events")}
    place = str(vault.folder)
    connection.execute(_NOTE, {**params, "place": place, "bytes": manifest.size})
    tests = vault.restores()
    names, ats = [name for _, name, _ in tests], [at for at, _, _ in tests]
    connection.execute(_NOTE_TESTS, {"names": names, "ats": ats})
    connection.execute(_FORGET_OLD, {"finished_at": manifest.finished_at})


def pictures_of(vault: Vault, manifest: Manifest) -> Iterator[tuple[str, ...]]:
    """Company, hash and size of each picture that there was when a backup was taken."""
    for line in lines_of(read_file(vault.folder / manifest.name / LISTED)):
        yield _fields(line)


def _fields(line: bytes) -> tuple[str, ...]:
    return tuple(line.decode().rstrip("\n").split("\t"))


def _listed(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _stretches(moment: _Moment, base: Manifest | None) -> dict[UUID, Stretch]:
    """Of each company what the base has not; those without news are in it, too."""
    known = {company_id: one.upto for company_id, one in base.companies.items()} if base else {}
    return {
        company_id: Stretch(known.get(company_id, 0), position, head_hash)
        for company_id, (position, head_hash) in moment.heads.items()
    }


def _packs(companies: Mapping[UUID, Stretch]) -> Iterator[list[tuple[UUID, int, int]]]:
    """Stretches of logs, as many as are worth a transaction."""
    pack: list[tuple[UUID, int, int]] = []
    room = PACK
    for company_id, one in companies.items():
        after = one.after
        while after < one.upto:
            upto = min(one.upto, after + room)
            pack.append((company_id, after, upto))
            room -= upto - after
            after = upto
            if room == 0 or len(pack) == COMPANIES:
                yield pack
                pack, room = [], PACK
    if pack:
        yield pack
