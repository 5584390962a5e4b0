"""Seals: what the log was at moments, signed, and the key that signs."""

from datetime import datetime

from falcon import Request, Response

from api.audit.permitted import PERMISSION, sees_all
from api.audit.seal_answers import FormerKeyAnswer, SealAnswer, SealKeyAnswer, WitnessAnswer
from api.operations import operation
from api.queries import PageQuery
from api.resource import Resource
from commands.access import CompanySuspended, SubscriptionExpired
from commands.ports import Caller, Missing
from domain.seals.refusals import EpochForked, LogNotSound, NoSealKey
from projections.base import Row
from projections.seals import LAST_POSITION, find_epoch_number, find_seal, list_keys, list_seals

ABOUT = (
    "A seal is a checkpoint of a C2SP log: how many events there were, and the root of the Merkle tree over "
    "their chain hashes, signed with Ed25519. It is made hourly. Keep some outside of this installation: who "
    "rewrites the past, or cuts its end off, cannot give you a log that fits them."
)


def show_seal(caller: Caller, row: Row) -> SealAnswer:
    """A seal as the caller sees it."""
    hashes = {"root": row["root"].hex(), "head_hash": row["head_hash"].hex() if sees_all(caller) else None}
    witnesses = [
        WitnessAnswer(
            name=one["vkey"].partition("+")[0],
            vkey=one["vkey"],
            cosigned_at=datetime.fromisoformat(one["cosigned_at"]),
        )
        for one in row["witnesses"]
    ]
    return SealAnswer.of({**row, **hashes, "witnesses": witnesses})


class SealKey(Resource):
    """The key."""

    @operation(
        PERMISSION,
        "Show the key of seals",
        answer=SealKeyAnswer,
        refusals=(NoSealKey,),
        description="The public key; compare it with what you were given on another way.",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """Its name, itself, and the keys of before."""
        company_id = req.context.caller.company_id
        epoch, keys = self.ask(
            req, resp, lambda reading: (find_epoch_number(reading.db), list_keys(reading.db))
        )
        origin, vkey = self.services.seals.key_of(company_id, epoch)
        former = [FormerKeyAnswer.of(row) for row in keys if row["vkey"] != vkey]
        self.answer(req, resp, SealKeyAnswer(origin=origin, vkey=vkey, algorithm="Ed25519", former=former))


class Seals(Resource):
    """All seals, and new ones."""

    @operation(PERMISSION, "List seals", query=PageQuery(), answer=SealAnswer, many=True, description=ABOUT)
    def on_get(self, req: Request, resp: Response) -> None:
        """One page, the newest first."""
        query = req.context.query
        rows, total = self.ask(req, resp, lambda reading: list_seals(reading.db, **query))
        self.answer_page(req, resp, [show_seal(req.context.caller, row) for row in rows], total)

    @operation(
        "audit.seal",
        "Seal the log",
        answer=SealAnswer,
        status=201,
        or_status=200,
        lengthy=True,
        repeatable=False,
        refusals=(CompanySuspended, SubscriptionExpired, NoSealKey, EpochForked, LogNotSound, Missing),
        description="Signs all that was recorded up to now, once every hash since the last seal was "
        "recomputed from its bytes. Where nothing is new it answers 200 with the last seal. The hourly seal "
        "is also made of a company that may only read.",
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Sign what is new.

        Raises CompanySuspended, SubscriptionExpired, NoSealKey, EpochForked, LogNotSound, Missing.
        """
        caller = req.context.caller
        self.services.application.check(caller, writing=True)
        is_new = self.services.seals.seal(caller.company_id)
        resp.status = 201 if is_new else 200
        self.answer(
            req, resp, _found(req, self.ask(req, resp, lambda reading: find_seal(reading.db))), "Sealed"
        )


class LatestSeal(Resource):
    """The last seal."""

    @operation(PERMISSION, "Show the latest seal", answer=SealAnswer, refusals=(Missing,), description=ABOUT)
    def on_get(self, req: Request, resp: Response) -> None:
        """What the log was when it was sealed last. Raises Missing."""
        self.answer(req, resp, _found(req, self.ask(req, resp, lambda reading: find_seal(reading.db))))


class SealOfSize(Resource):
    """The seal of so many events."""

    @operation(PERMISSION, "Show a seal", answer=SealAnswer, refusals=(Missing,), description=ABOUT)
    def on_get(self, req: Request, resp: Response, size: int) -> None:
        """The seal that covers so many events. Raises Missing."""
        if size > LAST_POSITION:
            raise Missing
        self.answer(req, resp, _found(req, self.ask(req, resp, lambda reading: find_seal(reading.db, size))))


def _found(req: Request, row: Row | None) -> SealAnswer:
    if row is None:
        raise Missing
    return show_seal(req.context.caller, row)
