"""The sealed log as a C2SP log, whose tiles monitors and witnesses read: for whoever may audit it."""

from typing import TypeVar

from falcon import Request, Response

from api.audit.permitted import PERMISSION, NotForAll, check_sees_all
from api.media import BYTES, TEXT
from api.operations import operation
from api.resource import Resource
from api.services import Reading
from commands.ports import Missing
from domain.seals.tiles import NotATile, Tile, entry_bundle, read_tile
from domain.seals.tree import leaf_hash
from projections.base import Database, Row
from projections.seals import find_epoch_number, find_seal, find_tiles, list_entries

W = TypeVar("W", bytes, list[bytes])

_HASH = 32
#: A tile never changes at its address.
_FOREVER = "max-age=31536000, immutable"

#: What the operations say of each.
TILES = (
    "Tiles of the Merkle tree as C2SP tlog-tiles has them: of a level the hashes of 256 subtrees, of level 0 "
    "of 256 leaves; a partial one (`.p/` and how many) has the first of them. Numbers are written in groups "
    "of three digits, `x001/x234/067`. Only what is sealed is there, and a tile never changes, but that a "
    "restore begins another log: whoever keeps tiles keeps them by the origin of the checkpoint."
)
ENTRIES = (
    "What leaves are made of, each behind its length in two bytes: the chain hash of an event, 32 bytes, "
    "which says nothing of it."
)
_FOR_WHOM = (
    "The hash of an event tells whoever knows all of it but a number which one that is: so only whoever "
    "holds `costs.view` and is bound to no store fetches them."
)
CHECKPOINT = "The newest seal of this life of the log, as a signed note, with the lines of who cosigned it."


def checkpoint_of(reading: Reading) -> str:
    """The newest checkpoint of the present life of the log. Raises Missing."""
    return str(_sealed(reading.db)["checkpoint"])


def tile_of(reading: Reading, level: str, path: str) -> bytes:
    """The hashes of a tile. Raises Missing."""
    db, tile = reading.db, _tile_at(level, path)
    if tile.level == 0:
        return b"".join(map(leaf_hash, _entries(db, tile)))
    _check_sealed(db, tile)
    row = find_tiles(db, [(tile.level, tile.number)]).get((tile.level, tile.number), b"")
    return _whole(row[: tile.width * _HASH], tile.width * _HASH)


def entries_of(reading: Reading, path: str) -> bytes:
    """What the leaves of a tile are made of. Raises Missing."""
    return entry_bundle(_entries(reading.db, _tile_at("0", path)))


def send_checkpoint(resp: Response, note: str) -> None:
    """Answer with a checkpoint, which soon will be another one."""
    resp.content_type, resp.data = f"{TEXT}; charset=utf-8", note.encode()
    resp.set_header("Cache-Control", "no-cache")


def send_tile(resp: Response, data: bytes, kept: str) -> None:
    """Answer with what never changes; `kept` says by whom it may be: `public`, or `private`."""
    resp.content_type, resp.data = BYTES, data
    resp.set_header("Cache-Control", f"{kept}, {_FOREVER}")


class LogCheckpoint(Resource):
    """The newest checkpoint."""

    @operation(
        PERMISSION,
        "Fetch the checkpoint of the log",
        media=(TEXT,),
        refusals=(Missing,),
        description=CHECKPOINT,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """How large the log is and its root, signed. Raises Missing."""
        send_checkpoint(resp, self.ask(req, resp, checkpoint_of))


class LogTile(Resource):
    """A tile of the tree."""

    @operation(
        PERMISSION,
        "Fetch a tile of the log",
        media=(BYTES,),
        refusals=(Missing, NotForAll),
        description=f"{TILES} {_FOR_WHOM}",
    )
    def on_get(self, req: Request, resp: Response, level: str, tile: str) -> None:
        """Its hashes, one after another. Raises Missing, NotForAll."""
        check_sees_all(req.context.caller)
        data = self.ask(req, resp, lambda reading: tile_of(reading, level, tile))
        send_tile(resp, data, "private")


class LogEntries(Resource):
    """A bundle of entries."""

    @operation(
        PERMISSION,
        "Fetch entries of the log",
        media=(BYTES,),
        refusals=(Missing, NotForAll),
        description=f"{ENTRIES} {_FOR_WHOM}",
    )
    def on_get(self, req: Request, resp: Response, tile: str) -> None:
        """What leaves are made of. Raises Missing, NotForAll."""
        check_sees_all(req.context.caller)
        data = self.ask(req, resp, lambda reading: entries_of(reading, tile))
        send_tile(resp, data, "private")


def _sealed(db: Database) -> Row:
    """The newest seal of the present life of the log. Raises Missing."""
    seal = find_seal(db)
    if seal is None or seal["epoch"] != find_epoch_number(db):
        raise Missing
    return seal


def _tile_at(level: str, path: str) -> Tile:
    try:
        return read_tile(level, path)
    except NotATile:
        raise Missing from None


def _entries(db: Database, tile: Tile) -> list[bytes]:
    """What its leaves are made of. Raises Missing."""
    _check_sealed(db, tile)
    return _whole(list_entries(db, tile.first, tile.first + tile.width - 1), tile.width)


def _check_sealed(db: Database, tile: Tile) -> None:
    if tile.size > _sealed(db)["size"]:
        raise Missing


def _whole(found: W, length: int) -> W:
    """What was found, if that is all of it. Raises Missing."""
    if len(found) != length:
        raise Missing
    return found
