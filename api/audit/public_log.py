"""The same log for anyone, where its company says so.

Its address has the number of the log's life, as its origin has: a restore begins another log, and what was
said of the former one stays true of that.
"""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from falcon import Request, Response

from api.audit.tiles import (
    CHECKPOINT,
    ENTRIES,
    TILES,
    checkpoint_of,
    entries_of,
    send_checkpoint,
    send_tile,
    tile_of,
)
from api.media import BYTES, TEXT
from api.operations import PUBLIC, operation
from api.resource import Resource
from api.services import Reading
from commands.ports import Caller, Missing
from projections.companies import find_company
from projections.seals import find_epoch_number

R = TypeVar("R")

_FOR_ANYONE = (
    "For anyone, while the company's `public_proofs` says so; else, and for any other life of the log than "
    "the present one, there is nothing here. Nothing but hashes and their number is told. Like every public "
    "address it takes so many requests a minute."
)


class PublicLog(Resource):
    """Base of what anyone is shown."""

    def ask_log(self, req: Request, company_id: UUID, epoch: int, question: Callable[[Reading], R]) -> R:
        """Answer of the log of this company in this life of it. Raises Missing.

        How far it is beyond its seal stays untold.
        """
        anyone = Caller(company_id=company_id, user_id=None, request_id=req.context.request_id)

        def open_question(reading: Reading) -> R:
            company = find_company(reading.db)
            is_open = company is not None and company["public_proofs"] and company["status"] != "archived"
            if not is_open or find_epoch_number(reading.db) != epoch:
                raise Missing
            return question(reading)

        answer, _position = self.services.application.read(anyone, open_question)
        return answer


class PublicCheckpoint(PublicLog):
    """The newest checkpoint, for anyone."""

    @operation(
        PUBLIC,
        "Fetch the checkpoint of a public log",
        media=(TEXT,),
        refusals=(Missing,),
        description=f"{CHECKPOINT} {_FOR_ANYONE}",
    )
    def on_get(self, req: Request, resp: Response, company_id: UUID, epoch: int) -> None:
        """How large the log is and its root, signed. Raises Missing."""
        send_checkpoint(resp, self.ask_log(req, company_id, epoch, checkpoint_of))


class PublicTile(PublicLog):
    """A tile of the tree, for anyone."""

    @operation(
        PUBLIC,
        "Fetch a tile of a public log",
        media=(BYTES,),
        refusals=(Missing,),
        description=f"{TILES} {_FOR_ANYONE}",
    )
    def on_get(  # noqa: PLR0917 as the address has it
        self, req: Request, resp: Response, company_id: UUID, epoch: int, level: str, tile: str
    ) -> None:
        """Its hashes, one after another. Raises Missing."""
        data = self.ask_log(req, company_id, epoch, lambda reading: tile_of(reading, level, tile))
        send_tile(resp, data, "public")


class PublicEntries(PublicLog):
    """A bundle of entries, for anyone."""

    @operation(
        PUBLIC,
        "Fetch entries of a public log",
        media=(BYTES,),
        refusals=(Missing,),
        description=f"{ENTRIES} {_FOR_ANYONE}",
    )
    def on_get(self, req: Request, resp: Response, company_id: UUID, epoch: int, tile: str) -> None:
        """What leaves are made of. Raises Missing."""
        data = self.ask_log(req, company_id, epoch, lambda reading: entries_of(reading, tile))
        send_tile(resp, data, "public")
