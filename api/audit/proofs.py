"""Proofs: that an event is in the log that was sealed, and that a log has only grown."""

from falcon import Request, Response

from api.audit.permitted import PERMISSION, NotForAll, check_sees_all
from api.audit.proof_input import ConsistencyQuery, ProofQuery
from api.audit.proving import hashes_of, prove, tlog_proof
from api.audit.seal_answers import ConsistencyAnswer, ProofAnswer, SealedTreeAnswer
from api.media import TEXT
from api.operations import operation
from api.resource import Resource
from api.services import Reading
from commands.ports import Missing
from domain.seals.refusals import NotSealedYet
from domain.seals.tree import consistency
from projections.base import Row
from projections.seals import LAST_POSITION, find_seal, find_sealed_event


class EventProof(Resource):
    """Proof of one event."""

    @operation(
        PERMISSION,
        "Prove an event",
        query=ProofQuery(),
        answer=ProofAnswer,
        media=(TEXT,),
        refusals=(Missing, NotSealedYet, NotForAll),
        description="Who has the key checks it without asking anybody: the hash of the event follows from "
        "its parts, and the path leads from it to the root that was signed. What is withheld stands there as "
        "a digest, and who knows most of it may guess the rest: so only whoever holds `costs.view` and is "
        "bound to no store proves events. `format=tlog-proof` is one text (C2SP tlog-proof) for "
        "`verify_log.py`.",
    )
    def on_get(self, req: Request, resp: Response, position: int) -> None:
        """The event, its path, and the signed checkpoint. Raises Missing, NotSealedYet."""
        query = req.context.query
        check_sees_all(req.context.caller)
        if position > LAST_POSITION:
            raise Missing

        withheld = {*filter(None, query.get("withhold", "").split(","))}

        def question(reading: Reading) -> ProofAnswer:
            event, seal = find_sealed_event(reading.db, position), find_seal(reading.db, query.get("size"))
            if event is None or (seal is None and "size" in query):
                raise Missing
            return prove(reading, event, seal, withheld)

        shown = self.ask(req, resp, question)
        if query["format"] == "tlog-proof":
            resp.content_type, resp.data = f"{TEXT}; charset=utf-8", tlog_proof(shown).encode()
        else:
            self.answer(req, resp, shown)


class Consistency(Resource):
    """Proof that the log has only grown."""

    @operation(
        PERMISSION,
        "Prove that the log has only grown",
        query=ConsistencyQuery(),
        answer=ConsistencyAnswer,
        refusals=(Missing, NotForAll),
        description="From one size that was sealed to another: whoever holds both checkpoints knows by it "
        "that the later log begins with the earlier one. There are hashes of single events in it, hence for "
        "whoever may prove these.",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The hashes that lead from one root to the other. Raises Missing, NotForAll."""
        query = req.context.query
        check_sees_all(req.context.caller)

        def question(reading: Reading) -> tuple[Row, Row, list[str]]:
            seals = [find_seal(reading.db, query[name]) for name in ("from_size", "to_size")]
            earlier, later = seals
            if earlier is None or later is None:
                raise Missing
            return earlier, later, hashes_of(reading, consistency(earlier["size"], later["size"]))

        earlier, later, proof = self.ask(req, resp, question)
        self.answer(req, resp, ConsistencyAnswer(from_tree=_tree(earlier), to_tree=_tree(later), proof=proof))


def _tree(seal: Row) -> SealedTreeAnswer:
    return SealedTreeAnswer(size=seal["size"], root=seal["root"].hex())
