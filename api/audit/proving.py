"""How a proof is made: what the hash of an event is made of, and the hashes that lead to the sealed root."""

import json
from base64 import b64encode
from collections.abc import Collection
from hashlib import sha256
from typing import Any
from uuid import UUID

from api.audit.seal_answers import ProofAnswer, ProvedEventAnswer
from api.services import Reading
from domain.seals.refusals import NotSealedYet
from domain.seals.tree import Hashes, Stretch, hash_of, inclusion
from projections.base import Row
from projections.seals import ask_hashes

_FORMAT = "c2sp.org/tlog-proof@v1"
#: What can be withheld: a digest stands in for it then.
PAYLOAD = ("state", "metadata")


def hashes_of(reading: Reading, parts: list[Stretch]) -> list[str]:
    """The hashes of these stretches of a sealed tree."""
    known: Hashes = ask_hashes(reading.db, [one for part in parts for one in part]).read()
    return [hash_of(part, known).hex() for part in parts]


def prove(reading: Reading, event: Row, seal: Row | None, withheld: Collection[str] = ()) -> ProofAnswer:
    """The proof of an event by a seal. Raises NotSealedYet."""
    position = event["position"]
    if seal is None or seal["size"] < position:
        refusal = NotSealedYet()
        refusal.beside["sealed_up_to"] = seal["size"] if seal else 0
        raise refusal
    shown = {name: value for name, value in event.items() if name not in PAYLOAD or name not in withheld}
    for name in withheld:
        shown[f"{name}_sha256"] = sha256(event[name].encode()).hexdigest()
    return ProofAnswer(
        position=position,
        index=position - 1,
        size=seal["size"],
        event=ProvedEventAnswer.of(shown),
        previous_hash=(event["previous"] or _first(reading.db.company_id)).hex(),
        hash=event["hash"].hex(),
        path=hashes_of(reading, inclusion(position - 1, seal["size"])),
        checkpoint=seal["checkpoint"],
        vkey=seal["vkey"],
    )


def _first(company_id: UUID) -> bytes:
    """What the hash of the first event of a log is chained to."""
    return sha256(company_id.bytes).digest()


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
