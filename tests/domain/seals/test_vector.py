"""Seven events whose hashes, roots, proofs and checkpoint any other implementation gives, too."""

import base64
import json
from hashlib import sha256
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.seals.checkpoints import Checkpoint, read_note, verifier_key
from domain.seals.tree import Growing, Stretch, Subtree, consistency, hash_of, inclusion, leaf_hash, stretch
from infra.eventstore.chain import ChainedEvent, event_hash, genesis_hash
from infra.seals.verify_log import verify_proof

COMPANY = UUID("0190163d-8694-739b-aea5-966c26f8ad91")
ORIGIN = f"mipos.example/log/{COMPANY}/1"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
TYPES = (
    "orders.Order.Sold",
    "stock.StockMovement.Issued",
    "customers.Customer.Registered",
    "catalog.Product.Repriced",
    "orders.Order.Sold",
    "shifts.Shift.Closed",
    "customers.Customer.Erased",
)
ROOTS = {
    1: "a60060852c66a9967d41764f85ede848df238b2cc920e819bb3b3fca10ef001e",
    3: "04a72772fe5b67da61bcb943fb946107559f48cefcb638d483b25e6caa1b7daf",
    4: "2f61c8c374aa8c3c2a8819268a666314d6c1da7eadc15d2210eb1de44cbb55fc",
    7: "e14db8db39d95faee9d0dfbfd86cb5c2d8473a48935e7921c7cdde976f91bdff",
}
CHECKPOINT = f"""\
{ORIGIN}
7
4U242znZX67p0N+/2Gy1wthHOkiTXnkhx83el2+Rvf8=

— {ORIGIN} J5otGWhliQgjah+V0avU0ybxh0/vAISjwonz+UcizDjhnGVG7LXZ9kTTYHQEwlZ6GQ2fHMZyUdU32A9YcQFHgmFqWQM=
"""


def hashes() -> list[bytes]:
    made = [genesis_hash(COMPANY)]
    for number, type_name in enumerate(TYPES, start=1):
        event = ChainedEvent(
            position=number,
            stream_id=UUID(f"0190163d-8694-7300-0000-{number:012}"),
            stream_version=1,
            type=type_name,
            state=f'{{"n":{number}}}',
            metadata=f'{{"at":"2026-11-27T09:00:0{number}.000000Z"}}',
            recorded_at=1795770000000000 + number,
            hash=b"",
        )
        made.append(event_hash(made[-1], event))
    return made


def proof(parts: list[Stretch]) -> list[str]:
    tree, known = Growing(), dict[Subtree, bytes]()
    for leaf in hashes()[1:]:
        known.update(tree.add(leaf))
    return [base64.b64encode(hash_of(part, known)).decode() for part in parts]


def test_events_are_chained() -> None:
    chain = hashes()
    assert chain[0].hex() == "27e92014ce23da3e3b3a7122c8b8091ca592880efa39c13f53deee907b26959a"
    assert chain[1].hex() == "5deb020688edc123985b4fc2a82cb3dbad68e078cfeb17b564b8b116d3abbe02"
    assert chain[7].hex() == "a52735c7b960d5a42cb77d3988490b4dbe72eeb47f22f0172e2d1af694a7891d"


def test_trees_have_roots() -> None:
    tree = Growing()
    assert leaf_hash(hashes()[1]).hex() == ROOTS[1]
    for leaf in hashes()[1:]:
        tree.add(leaf)
        assert tree.root.hex() == ROOTS.get(tree.size, tree.root.hex())
    assert tree.size == 7
    assert len(stretch(0, 7)) == 3


def test_the_fifth_event_is_proved() -> None:
    assert proof(inclusion(4, 7)) == [
        "ctgecUkTnofAKqPSYdQumNgIq7qlZQBgWXAC1b+pjfA=",
        "vU1HsznMY1/XbRpg0Pn6UsCqsWaqQgjTm0mwaTMPT+U=",
        "L2HIw3SqjDwqiBkmimZjFNbB2n6twV0iEOsd5Ey7Vfw=",
    ]


def test_three_grew_to_seven() -> None:
    assert proof(consistency(3, 7)) == [
        "nmuajdRJ9IqrmD+hP7SVn0LgEhERFj0Oacy88HcQMk4=",
        "QGYNC6WUeJaLhnm/1cXg6luxLiQlyiNvHgm28z0hCSg=",
        "2CXbcveFK+Kj7RGL78wVRxIEKskvWtUQIZRLn0QZMQo=",
        "igQ9t+sUTCB3cADx9hzpWScnq+sUnXQ69OWJWMgnmHs=",
    ]


def tlog_proof(**event: object) -> bytes:
    """The proof of the fifth event as a text, with what is given changed in it."""
    chain = hashes()
    facts = {
        "position": 5,
        "stream_id": "0190163d-8694-7300-0000-000000000005",
        "stream_version": 1,
        "recorded_at": 1795770000000005,
        "type": TYPES[4],
        "previous": chain[4].hex(),
        "state": '{"n":5}',
        "metadata_sha256": sha256(b'{"at":"2026-11-27T09:00:05.000000Z"}').hexdigest(),
        **event,
    }
    extra = base64.b64encode(json.dumps(facts).encode()).decode()
    lines = ["c2sp.org/tlog-proof@v1", f"extra {extra}", "index 4", *proof(inclusion(4, 7))]
    return ("\n".join(lines) + "\n\n" + CHECKPOINT).encode()


def test_a_stranger_verifies_the_proof_of_an_event() -> None:
    vkey = verifier_key(ORIGIN, PUBLIC)
    assert verify_proof(tlog_proof(), vkey) == (
        "orders.Order.Sold of 0190163d-8694-7300-0000-000000000005 is the event at position 5 of 7."
    )
    for changed in (
        {"state": '{"n":6}'},
        {"position": 4},
        {"type": "orders.Order.Voided"},
        {"stream_version": 2},
    ):
        with pytest.raises(ValueError, match="not in the log"):
            verify_proof(tlog_proof(**changed), vkey)
    with pytest.raises(ValueError, match="not signed"):
        verify_proof(tlog_proof(), verifier_key(ORIGIN, bytes(32)))


def test_a_checkpoint_is_signed() -> None:
    checkpoint = Checkpoint(origin=ORIGIN, size=7, root=bytes.fromhex(ROOTS[7]))
    note = checkpoint.signed(PUBLIC, KEY.sign(checkpoint.text.encode()))
    assert note == CHECKPOINT
    assert verifier_key(ORIGIN, PUBLIC) == f"{ORIGIN}+279a2d19+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"


def test_it_is_read_again() -> None:
    note = read_note(CHECKPOINT)
    assert (note.checkpoint.origin, note.checkpoint.size) == (ORIGIN, 7)
    assert note.checkpoint.root.hex() == ROOTS[7]
    signature = note.signature_of(PUBLIC)
    assert signature is not None
    KEY.public_key().verify(signature, note.checkpoint.text.encode())
    assert note.signature_of(bytes(32)) is None
