"""Checkpoints: how large a log was and its root, in three signed lines (C2SP tlog-checkpoint, signed-note).

Who holds one can tell a log that was cut or rewritten since from one that has only grown.
"""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

#: What an Ed25519 key of a log is called in notes, and how long its parts are.
ED25519 = 0x01
_KEY_LENGTH, _ID_LENGTH, _ROOT_LENGTH = 32, 4, 32
#: Before each signature of a note: an em dash and a space.
_SIGNED = "— "


class NotACheckpoint(ValueError):
    """The text is no checkpoint."""


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """The first `size` events of the log that is called `origin` have this Merkle root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed, its last line break included."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"

    def signed(self, public_key: bytes, signature: bytes) -> str:
        """The note: the text, an empty line, and the line of the log's own signature."""
        line = _base64(key_id(self.origin, public_key) + signature)
        return f"{self.text}\n{_SIGNED}{self.origin} {line}\n"


@dataclass(frozen=True, kw_only=True)
class SignatureLine:
    """One signature of a note: who signed, by which key, and what else the line has."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, kw_only=True)
class Note:
    """A checkpoint with whatever was signed below it."""

    checkpoint: Checkpoint
    signatures: tuple[SignatureLine, ...]

    @property
    def text(self) -> str:
        """The note as it is written."""
        lines = (f"{_SIGNED}{one.name} {_base64(one.key_id + one.signature)}\n" for one in self.signatures)
        return "".join((self.checkpoint.text, "\n", *lines))

    @property
    def own(self) -> "Note":
        """The note as the log signed it, without the lines of those who cosigned it."""
        origin = self.checkpoint.origin
        return replace(self, signatures=tuple(one for one in self.signatures if one.name == origin))

    def signature_of(self, public_key: bytes) -> bytes | None:
        """The log's own signature by this key; None if there is none. Those of unknown keys say nothing."""
        origin = self.checkpoint.origin
        own = (origin, key_id(origin, public_key))
        return next((one.signature for one in self.signatures if (one.name, one.key_id) == own), None)


def read_note(text: str) -> Note:
    """Read a signed checkpoint, exactly as it is written. Raises NotACheckpoint."""
    body, separator, signatures = text.partition("\n\n")
    lines = body.split("\n")
    if not separator or len(lines) != 3 or not lines[0]:  # noqa: PLR2004 no extension lines
        raise NotACheckpoint
    origin, size, root = lines
    if not size.isascii() or not size.isdigit() or str(int(size[:20])) != size:
        raise NotACheckpoint
    checkpoint = Checkpoint(origin=origin, size=int(size), root=_bytes(root, _ROOT_LENGTH))
    return Note(checkpoint=checkpoint, signatures=tuple(_signatures(signatures)))


def _signatures(text: str) -> Iterator[SignatureLine]:
    if not text.endswith("\n"):
        raise NotACheckpoint
    for line in text[:-1].split("\n"):
        name, separator, encoded = line.removeprefix(_SIGNED).rpartition(" ")
        signed = _bytes(encoded)
        if not line.startswith(_SIGNED) or not (name and separator) or len(signed) <= _ID_LENGTH:
            raise NotACheckpoint
        yield SignatureLine(name=name, key_id=signed[:_ID_LENGTH], signature=signed[_ID_LENGTH:])


def key_id(name: str, public_key: bytes) -> bytes:
    """The four bytes by which a note says which key signed: of the name and of the key."""
    return sha256(f"{name}\n".encode() + bytes([ED25519]) + public_key).digest()[:_ID_LENGTH]


def verifier_key(origin: str, public_key: bytes) -> str:
    """The public key of a log as a verifier is given it (`vkey`)."""
    return f"{origin}+{key_id(origin, public_key).hex()}+{_base64(bytes([ED25519]) + public_key)}"


def read_verifier_key(vkey: str) -> tuple[str, bytes]:
    """The origin and the public key that a verifier key says. Raises NotACheckpoint."""
    origin, _, rest = vkey.partition("+")
    _, _, encoded = rest.partition("+")
    public = _bytes(encoded, 1 + _KEY_LENGTH)[1:]
    if verifier_key(origin, public) != vkey:
        raise NotACheckpoint
    return origin, public


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str, length: int | None = None) -> bytes:
    """What is written in Base64, which has one way to write it. Raises NotACheckpoint."""
    try:
        data = base64.b64decode(text.encode(), validate=True)
    except (binascii.Error, ValueError):
        raise NotACheckpoint from None
    if _base64(data) != text or (length is not None and len(data) != length):
        raise NotACheckpoint
    return data
