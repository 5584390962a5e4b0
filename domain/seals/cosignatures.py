"""Cosignatures: a witness saw a checkpoint of a log that had only grown, and says when (tlog-cosignature)."""

import base64
from dataclasses import dataclass
from hashlib import sha256

from domain.seals.checkpoints import Checkpoint, NotACheckpoint, SignatureLine

#: What an Ed25519 key of a witness is called in notes, and how long its parts are.
COSIGNING = 0x04
_KEY, _ID, _TIME, _SIGNATURE = 32, 4, 8, 64


@dataclass(frozen=True, kw_only=True)
class Witness:
    """Somebody who cosigns: their name and their public key."""

    name: str
    public: bytes

    @classmethod
    def read(cls, vkey: str) -> "Witness":
        """The witness that a verifier key says. Raises NotACheckpoint."""
        name, _, rest = vkey.partition("+")
        try:
            data = base64.b64decode(rest.partition("+")[2], validate=True)
        except ValueError:
            raise NotACheckpoint from None
        witness = cls(name=name, public=data[1:])
        if len(data) != 1 + _KEY or not is_name(name) or witness.vkey != vkey:
            raise NotACheckpoint
        return witness

    @property
    def key_id(self) -> bytes:
        """By which a line says that it is theirs."""
        return sha256(f"{self.name}\n".encode() + bytes([COSIGNING]) + self.public).digest()[:_ID]

    @property
    def vkey(self) -> str:
        """Their public key as a verifier is given it."""
        encoded = base64.b64encode(bytes([COSIGNING]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    def line(self, seconds: int, signature: bytes) -> str:
        """The line that is added to a note; the time is in seconds since 1970 (UTC)."""
        encoded = base64.b64encode(self.key_id + seconds.to_bytes(_TIME) + signature).decode()
        return f"\u2014 {self.name} {encoded}\n"

    def signed(self, line: SignatureLine) -> tuple[int, bytes] | None:
        """When and with what they signed, if the line is theirs."""
        is_theirs = (line.name, line.key_id) == (self.name, self.key_id)
        if not is_theirs or len(line.signature) != _TIME + _SIGNATURE:
            return None
        return int.from_bytes(line.signature[:_TIME]), line.signature[_TIME:]


def is_name(name: str) -> bool:
    """Whether somebody may be called so in a note."""
    return bool(name) and "+" not in name and name.isprintable() and not any(map(str.isspace, name))


def cosigned(checkpoint: Checkpoint, seconds: int) -> bytes:
    """What a witness signs: the time, and the checkpoint."""
    return f"cosignature/v1\ntime {seconds}\n{checkpoint.text}".encode()
