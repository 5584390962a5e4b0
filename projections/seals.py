"""Seals of a company's log, and the hashes of its tree from which proofs are made."""

from collections.abc import Iterable, Iterator, Mapping
from typing import LiteralString
from uuid import UUID

from domain.pending import Pending
from domain.seals.tree import Growing, Subtree, leaf_hash
from projections.base import Database, Row
from projections.pages import PAGE, list_and_count

#: Of which heights subtrees are kept, and how many of them in a row.
TILE_HEIGHT = 8
_TILE, _HASH = 1 << TILE_HEIGHT, 32
#: No log has more events: positions are signed numbers of eight bytes.
LAST_POSITION = 2**63 - 1

_OWN: LiteralString = "company_id = %(company_id)s"
#: A checkpoint as it is handed out has the lines of those who cosigned it behind its own.
_COLUMNS: LiteralString = """
    seal.epoch, seal.size, seal.root, seal.head_hash, seal.vkey, seal.sealed_at,
    seal.checkpoint || coalesce((SELECT string_agg(cosigned.line, '' ORDER BY cosigned.vkey)
                                   FROM seal_witnesses AS cosigned
                                  WHERE cosigned.company_id = %(company_id)s AND cosigned.epoch = seal.epoch
                                    AND cosigned.size = seal.size), '') AS checkpoint,
    coalesce((SELECT jsonb_agg(jsonb_build_object('vkey', cosigned.vkey, 'cosigned_at', cosigned.cosigned_at)
                               ORDER BY cosigned.vkey)
                FROM seal_witnesses AS cosigned
               WHERE cosigned.company_id = %(company_id)s AND cosigned.epoch = seal.epoch
                 AND cosigned.size = seal.size), '[]'::jsonb) AS witnesses
"""

_LIST: LiteralString = f"""
    SELECT {_COLUMNS} FROM audit_seals AS seal WHERE {_OWN} ORDER BY epoch DESC, size DESC {PAGE}
"""
_COUNT: LiteralString = f"SELECT count(*) AS total FROM audit_seals WHERE {_OWN}"

# Of what the log still is: a life before the present one may have been sealed beyond where this one began.
_OF_SIZE: LiteralString = f"""
    SELECT {_COLUMNS} FROM audit_seals AS seal
     WHERE {_OWN} AND (%(size)s::bigint IS NULL OR size = %(size)s)
       AND seal.size <= ALL (SELECT later.from_position FROM log_epochs AS later
                              WHERE later.company_id = %(company_id)s AND later.number > seal.epoch)
     ORDER BY epoch DESC, size DESC LIMIT 1
"""

_KEYS: LiteralString = f"""
    SELECT vkey, max(sealed_at) AS until FROM audit_seals
     WHERE {_OWN} GROUP BY vkey ORDER BY until DESC
"""

_EPOCH: LiteralString = f"SELECT max(number) AS number FROM log_epochs WHERE {_OWN}"

_LEAVES: LiteralString = """
    SELECT event.position - 1 AS number, event.hash
      FROM (SELECT unnest(%(firsts)b::bigint[]) AS first, unnest(%(lasts)b::bigint[]) AS last) AS asked
      JOIN events AS event ON event.company_id = %(company_id)s
                          AND event.position BETWEEN asked.first + 1 AND asked.last + 1
"""

_TILES: LiteralString = """
    SELECT tile.level, tile.number, tile.hashes
      FROM (SELECT unnest(%(levels)b::int[]) AS level, unnest(%(numbers)b::bigint[]) AS number) AS asked
      JOIN audit_tiles AS tile ON tile.company_id = %(company_id)s AND tile.level = asked.level
                              AND tile.number = asked.number
"""

_BEYOND: LiteralString = """
    SELECT tile.level, tile.number, sealed.size
      FROM (SELECT coalesce(max(size), 0) AS size FROM audit_seals
             WHERE company_id = %(company_id)s) AS sealed
      JOIN audit_tiles AS tile ON tile.company_id = %(company_id)s
       AND tile.number * 256 + length(tile.hashes) / 32 > sealed.size >> (8 * tile.level)
     LIMIT 1
"""

_SEALED_EVENT: LiteralString = """
    SELECT event.position, event.type, event.stream_id, event.stream_version, event.state, event.metadata,
           (extract(epoch FROM event.recorded_at) * 1000000)::bigint AS recorded_at, event.hash,
           before.hash AS previous
      FROM events AS event
      LEFT JOIN events AS before ON before.company_id = event.company_id
                                AND before.position = event.position - 1
     WHERE event.company_id = %(company_id)s
"""
_AT_POSITION: LiteralString = f"{_SEALED_EVENT} AND event.position = %(position)s"
_FIRST: LiteralString = f"""
    {_SEALED_EVENT} AND event.stream_id = %(stream_id)s AND event.stream_version = 1
"""


def list_seals(db: Database, *, page: int, limit: int) -> tuple[list[Row], int]:
    """One page of the seals, the newest first, and how many there are."""
    return list_and_count(db, _LIST, _COUNT, page=page, limit=limit)


def find_seal(db: Database, size: int | None = None) -> Row | None:
    """The seal of so many events, or the newest of all; None if there is none."""
    return db.ask(_OF_SIZE, {"company_id": db.company_id, "size": size}).row()


def list_keys(db: Database) -> list[Row]:
    """The keys that seals were signed with, as `vkey`, and `until` when, the newest first."""
    return db.ask(_KEYS, {"company_id": db.company_id}).rows()


def find_epoch_number(db: Database) -> int:
    """Which life of the log this is, counted from 1."""
    row = db.ask(_EPOCH, {"company_id": db.company_id}).row()
    return row["number"] if row and row["number"] else 1


def find_sealed_event(db: Database, position: int) -> Row | None:
    """An event with all that its hash is made of, and the hash before it; None if there is none."""
    return db.ask(_AT_POSITION, {"company_id": db.company_id, "position": position}).row()


def find_first_event(db: Database, stream_id: UUID) -> Row | None:
    """The same of the event that something began with."""
    return db.ask(_FIRST, {"company_id": db.company_id, "stream_id": stream_id}).row()


def ask_hashes(db: Database, subtrees: Iterable[Subtree]) -> Pending[Mapping[Subtree, bytes]]:
    """Ask for the hashes of complete subtrees that are sealed, in two statements, however many."""
    wanted = sorted({*subtrees})
    leaves = [_entries(one) for one in wanted if one.height < TILE_HEIGHT]
    tiles = sorted({_tile(one) for one in wanted if one.height >= TILE_HEIGHT})
    company = {"company_id": db.company_id}
    stretches = {"firsts": [one.start for one in leaves], "lasts": [one.stop - 1 for one in leaves]}
    found = db.ask(_LEAVES, {**company, **stretches})
    rows = db.ask(
        _TILES,
        {**company, "levels": [level for level, _ in tiles], "numbers": [number for _, number in tiles]},
    )

    def made() -> Mapping[Subtree, bytes]:
        known: dict[tuple[int, int], bytes] = {
            (0, row["number"]): leaf_hash(row["hash"]) for row in found.rows()
        }
        for row in rows.rows():
            for place, one in _split(row["hashes"]):
                known[row["level"], row["number"] * _TILE + place] = one
        return {subtree: _whole(subtree, known) for subtree in wanted}

    return Pending(made)


def list_entries(db: Database, first: int, last: int) -> list[bytes]:
    """The chain hashes from one leaf to another, both included, as far as there are any."""
    params = {"company_id": db.company_id, "firsts": [first], "lasts": [last]}
    rows = sorted(db.ask(_LEAVES, params).rows(), key=lambda row: row["number"])
    return [row["hash"] for row in rows]


def find_tiles(db: Database, tiles: Iterable[tuple[int, int]]) -> Mapping[tuple[int, int], bytes]:
    """The rows of these levels (1 and more) and numbers, as far as there are any."""
    levels, numbers = zip(*wanted, strict=True) if (wanted := sorted({*tiles})) else ((), ())
    params = {"company_id": db.company_id, "levels": [*levels], "numbers": [*numbers]}
    return {(row["level"], row["number"]): row["hashes"] for row in db.ask(_TILES, params).rows()}


def find_tile_beyond(db: Database) -> Row | None:
    """A row that has more hashes than were sealed; None if there is none."""
    return db.ask(_BEYOND, {"company_id": db.company_id}).row()


def _entries(subtree: Subtree) -> range:
    """Which hashes of its level a subtree is made of."""
    many = 1 << subtree.height % TILE_HEIGHT
    return range(subtree.number * many, (subtree.number + 1) * many)


def _tile(subtree: Subtree) -> tuple[int, int]:
    """The level and the number of the row that has these."""
    return subtree.height // TILE_HEIGHT, _entries(subtree).start // _TILE


def _split(hashes: bytes) -> Iterator[tuple[int, bytes]]:
    for place in range(0, len(hashes), _HASH):
        yield place // _HASH, hashes[place : place + _HASH]


def _whole(subtree: Subtree, known: Mapping[tuple[int, int], bytes]) -> bytes:
    level = subtree.height // TILE_HEIGHT
    return Growing.over(known[level, place] for place in _entries(subtree)).root
