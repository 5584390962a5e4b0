"""Proofs: that an event is in the log that was sealed, and that a log has only grown."""

import json
from base64 import b64encode
from collections.abc import Collection
from hashlib import sha256
from typing import Any

from falcon import Request, Response

from api.audit.permitted import PERMISSION, sees_all
from api.audit.proof_input import ConsistencyQuery, ProofQuery
from api.audit.seal_answers import ConsistencyAnswer, ProofAnswer, ProvedEventAnswer, SealedTreeAnswer
from api.media import TEXT
from api.operations import operation
from api.resource import Resource
from api.services import Reading
from commands.ports import Caller, Missing
from domain.errors import NotAllowed
from domain.seals.refusals import NotSealedYet
from domain.seals.tree import Hashes, Stretch, consistency, hash_of, inclusion
from projections.base import Row
from projections.seals import LAST_POSITION, ask_hashes, find_seal, find_sealed_event

_FORMAT = "c2sp.org/tlog-proof@v1"
_PAYLOAD = ("state", "metadata")


class NotForAll(NotAllowed):
    """A proof follows from all that an event says; it is for whoever sees costs and is bound to no store."""


def check_sees_all(caller: Caller) -> None:
    """Raise NotForAll for whoever may see a part only: a digest tells what is left to be guessed."""
    if not sees_all(caller):
        raise NotForAll


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

        def question(reading: Reading) -> tuple[Row, Row, list[str]]:
            event, seal = find_sealed_event(reading.db, position), find_seal(reading.db, query.get("size"))
            if event is None or (seal is None and "size" in query):
                raise Missing
            if seal is None or seal["size"] < position:
                raise _not_sealed(seal)
            return event, seal, _hashes(reading, inclusion(position - 1, seal["size"]))

        event, seal, path = self.ask(req, resp, question)
        shown = _proof(event, seal, path, {*filter(None, query.get("withhold", "").split(","))}, req)
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
        refusals=(Missing,),
        description="From one size that was sealed to another: whoever holds both checkpoints knows by it "
        "that the later log begins with the earlier one.",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The hashes that lead from one root to the other. Raises Missing."""
        query = req.context.query

        def question(reading: Reading) -> tuple[Row, Row, list[str]]:
            seals = [find_seal(reading.db, query[name]) for name in ("from_size", "to_size")]
            earlier, later = seals
            if earlier is None or later is None:
                raise Missing
            return earlier, later, _hashes(reading, consistency(earlier["size"], later["size"]))

        earlier, later, proof = self.ask(req, resp, question)
        self.answer(req, resp, ConsistencyAnswer(from_tree=_tree(earlier), to_tree=_tree(later), proof=proof))


def _hashes(reading: Reading, parts: list[Stretch]) -> list[str]:
    known: Hashes = ask_hashes(reading.db, [one for part in parts for one in part]).read()
    return [hash_of(part, known).hex() for part in parts]


def _tree(seal: Row) -> SealedTreeAnswer:
    return SealedTreeAnswer(size=seal["size"], root=seal["root"].hex())


def _not_sealed(seal: Row | None) -> NotSealedYet:
    refusal = NotSealedYet()
    refusal.beside["sealed_up_to"] = seal["size"] if seal else 0
    return refusal


def _proof(event: Row, seal: Row, path: list[str], withheld: Collection[str], req: Request) -> ProofAnswer:
    shown = {name: value for name, value in event.items() if name not in _PAYLOAD or name not in withheld}
    for name in withheld:
        shown[f"{name}_sha256"] = sha256(event[name].encode()).hexdigest()
    first = sha256(req.context.caller.company_id.bytes).digest()
    return ProofAnswer(
        position=event["position"],
        index=event["position"] - 1,
        size=seal["size"],
        event=ProvedEventAnswer.of(shown),
        previous_hash=(event["previous"] or first).hex(),
        hash=event["hash"].hex(),
        path=path,
        checkpoint=seal["checkpoint"],
        vkey=seal["vkey"],
    )


def tlog_proof(proof: ProofAnswer) -> str:
    """The proof as one text, which a stranger checks with the key alone."""
    event = proof.event
    extra: dict[str, Any] = {
        "position": proof.position,
        "stream_id": str(event.stream_id),
        "stream_version": event.stream_version,
        "recorded_at": event.recorded_at,
        "type": event.type,
        "previous": proof.previous_hash,
    }
    for name in ("state", "state_sha256", "metadata", "metadata_sha256"):
        if isinstance(value := getattr(event, name), str):
            extra[name] = value
    encoded = b64encode(json.dumps(extra, ensure_ascii=False).encode()).decode()
    path = [b64encode(bytes.fromhex(one)).decode() for one in proof.path]
    return "\n".join([_FORMAT, f"extra {encoded}", f"index {proof.index}", *path, "", proof.checkpoint])
