"""The key that logs are signed with: one for an installation, whose name in each log is the log's own."""

from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from domain.seals.checkpoints import Checkpoint, NotACheckpoint, Note, read_verifier_key, verifier_key


class SealKey:
    """An Ed25519 key made from the text that an installation keeps."""

    def __init__(self, text: str, origin: str) -> None:
        """`origin` is what every log is called by, before its company and its epoch."""
        self._key = Ed25519PrivateKey.from_private_bytes(sha256(b"mipos seal key " + text.encode()).digest())
        self._public = self._key.public_key().public_bytes_raw()
        self._origin = origin

    def origin_of(self, company_id: UUID, epoch: int) -> str:
        """What a company's log is called in its life of this number."""
        return f"{self._origin}/{company_id}/{epoch}"

    def vkey_of(self, company_id: UUID, epoch: int) -> str:
        """The public key as a verifier of that log is given it."""
        return verifier_key(self.origin_of(company_id, epoch), self._public)

    def sign(self, checkpoint: Checkpoint) -> str:
        """The checkpoint as a signed note."""
        return checkpoint.signed(self._public, self._key.sign(checkpoint.text.encode()))


def is_signed_by(note: Note, vkey: str) -> bool:
    """Whether the log signed its checkpoint itself, with the key that a verifier key says."""
    try:
        origin, public = read_verifier_key(vkey)
        signature = note.signature_of(public)
        if signature is None or origin != note.checkpoint.origin:
            return False
        Ed25519PublicKey.from_public_bytes(public).verify(signature, note.checkpoint.text.encode())
    except (NotACheckpoint, InvalidSignature):
        return False
    return True
