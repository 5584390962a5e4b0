"""What is answered of seals, and of what they prove."""

from typing import Annotated

from msgspec import UNSET, UnsetType

from api.answers import Answer, Count, Id, Meaning, Moment

_HASH = "e14db8db39d95faee9d0dfbfd86cb5c2d8473a48935e7921c7cdde976f91bdff"
_ORIGIN = "mipos.local/log/0190163d-8694-739b-aea5-966c26f8ad91/1"
_WITNESS = "accountant.example/witness+8c2a7f10+BKNAf+8M4Qvh1w3RnXS8CZZ+TWMJulDV8d3IZkElkxuI"
_VKEY = f"{_ORIGIN}+279a2d19+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"


class FormerKeyAnswer(Answer):
    """A key that seals of this log were signed with before."""

    vkey: Annotated[str, Meaning("The public key as verifiers of C2SP logs are given it.", _VKEY)]
    until: Annotated[Moment, Meaning("When the last seal was signed with it.")]


class SealKeyAnswer(Answer):
    """The key that seals of the company's log are signed with."""

    origin: Annotated[str, Meaning("What the log is called in its checkpoints.", _ORIGIN)]
    vkey: Annotated[str, Meaning("The public key as verifiers of C2SP logs are given it.", _VKEY)]
    algorithm: Annotated[str, Meaning("The algorithm of signatures.", "Ed25519")]
    former: Annotated[list[FormerKeyAnswer], Meaning("Keys of before, the newest first.")]


class WitnessAnswer(Answer):
    """Somebody else who saw a seal, and says so by a line of its checkpoint."""

    name: Annotated[str, Meaning("Who they are.", "accountant.example/witness")]
    vkey: Annotated[str, Meaning("Their public key as verifiers of cosignatures are given it.", _WITNESS)]
    cosigned_at: Annotated[Moment, Meaning("When they saw it, by their own clock; they signed this time.")]


class SealAnswer(Answer):
    """What the log was at a moment, signed."""

    size: Annotated[Count, Meaning("How many events it covers, from the first.", 7)]
    root: Annotated[str, Meaning("The root of the Merkle tree over their hashes (RFC 6962).", _HASH)]
    head_hash: Annotated[
        str | None, Meaning("The chain hash of the last; null for whoever may not see all of it.", _HASH)
    ]
    epoch: Annotated[int, Meaning("Which life of the log it is of; each restore begins another.", 1)]
    sealed_at: Annotated[Moment, Meaning("When it was signed, by the clock of the server.")]
    vkey: Annotated[str, Meaning("The key that it was signed with.", _VKEY)]
    checkpoint: Annotated[
        str,
        Meaning(
            "The same as a signed note (C2SP tlog-checkpoint): keep it, and hold it against the log later.",
            f"{_ORIGIN}\n7\n4U242znZX67p0N+/2Gy1wthHOkiTXnkhx83el2+Rvf8=\n\n— {_ORIGIN} J5otGWhliQ…\n",
        ),
    ]
    witnesses: Annotated[list[WitnessAnswer], Meaning("Who cosigned it; it may have none, or none yet.")]


class ProvedEventAnswer(Answer, kw_only=True):
    """What the hash of an event is made of; of what is withheld, its digest."""

    type: Annotated[str, Meaning("What happened.", "orders.Order.Sold")]
    stream_id: Annotated[Id, Meaning("To what it happened.")]
    stream_version: Annotated[int, Meaning("Which version of that it led to.", 1)]
    recorded_at: Annotated[int, Meaning("When, in microseconds since 1970 (UTC).", 1_795_770_000_000_005)]
    state: Annotated[str, Meaning("What it says, to the byte.", '{"n":5}')] | UnsetType = UNSET
    state_sha256: Annotated[str, Meaning("The digest of that, if it is withheld.", _HASH)] | UnsetType = UNSET
    metadata: Annotated[str, Meaning("Who did it and when, to the byte.", "{}")] | UnsetType = UNSET
    metadata_sha256: Annotated[str, Meaning("The digest of that, if it is withheld.", _HASH)] | UnsetType = (
        UNSET
    )


class ProofAnswer(Answer):
    """Proof that an event is in the log that was sealed (RFC 9162, 2.1.3)."""

    position: Annotated[int, Meaning("Its place in the log, from 1.", 5)]
    index: Annotated[int, Meaning("The place of its leaf in the tree, from 0.", 4)]
    size: Annotated[Count, Meaning("How many events the seal covers.", 7)]
    event: Annotated[ProvedEventAnswer, Meaning("What was recorded, in the fields that its hash is of.")]
    previous_hash: Annotated[str, Meaning("The chain hash of the event before it.", _HASH)]
    hash: Annotated[str, Meaning("Its own: what its leaf is made of.", _HASH)]
    path: Annotated[list[str], Meaning("The hashes beside the way from its leaf to the root.", [_HASH])]
    checkpoint: Annotated[str, Meaning("The signed note with that root.")]
    vkey: Annotated[str, Meaning("The key that it was signed with.", _VKEY)]


class SealedTreeAnswer(Answer):
    """A size that was sealed, and its root."""

    size: Annotated[Count, Meaning("How many events.", 7)]
    root: Annotated[str, Meaning("The hash over all events up to `size` (RFC 6962), in hexadecimal.", _HASH)]


class ConsistencyAnswer(Answer, rename={"from_tree": "from", "to_tree": "to"}):
    """Proof that a log has only grown from one seal to another (RFC 9162, 2.1.4)."""

    from_tree: Annotated[SealedTreeAnswer, Meaning("The earlier one.")]
    to_tree: Annotated[SealedTreeAnswer, Meaning("The later one.")]
    proof: Annotated[list[str], Meaning("The hashes that lead from the one to the other.", [_HASH])]
