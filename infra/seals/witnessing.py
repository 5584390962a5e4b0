"""Asks a witness over HTTP to cosign a checkpoint, and believes no more than it has signed."""

import base64
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPException

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from domain.seals.checkpoints import NotACheckpoint, Note, read_note
from domain.seals.cosignatures import Witness, cosigned

#: For how long a witness is waited for, in seconds, and how much of its answer is read, in bytes.
PATIENCE, LARGEST = 10, 65_536
_CONFLICT, _NOT_GROWN = 409, 422


class WitnessSilent(Exception):
    """The witness does not answer, or not as witnesses do."""


class WitnessDown(WitnessSilent):
    """The witness cannot be reached at all."""


class PastDiffers(Exception):
    """What leads from what the witness cosigned to this is no proof to it: it cosigned another past."""


class WitnessKnows(Exception):
    """The witness has cosigned another size of this log last."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a witness is asked, and by which key it is believed."""

    url: str
    witness: Witness

    def cosign(self, note: str, former: int, proof: Sequence[bytes]) -> tuple[int, str]:
        """The time, in seconds since 1970 (UTC), and the line that it adds to the note.

        `proof` leads from the first `former` events to it. Raises WitnessSilent, WitnessKnows, PastDiffers.
        """
        lines = [f"old {former}", *(base64.b64encode(one).decode() for one in proof)]
        answer = self._post("\n".join([*lines, "", note]).encode())
        return self._checked(read_note(note), answer)

    def _post(self, body: bytes) -> str:
        request = urllib.request.Request(  # noqa: S310 an operator named it
            f"{self.url.rstrip('/')}/add-checkpoint", data=body, headers={"Content-Type": "text/plain"}
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
                return str(answer.read(LARGEST).decode())
        except urllib.error.HTTPError as refusal:
            said = refusal.read(LARGEST).decode(errors="replace").strip()
            if refusal.code == _CONFLICT and said.isascii() and said.isdigit():
                raise WitnessKnows(int(said[:20])) from None
            if refusal.code == _NOT_GROWN:
                raise PastDiffers from None
            message = f"it answers {refusal.code}: {said[:200]}"
            raise WitnessSilent(message) from None
        except (OSError, HTTPException, ValueError) as error:
            raise WitnessDown(str(error) or type(error).__name__) from error

    def _checked(self, note: Note, answer: str) -> tuple[int, str]:
        """The first line of the answer that the witness has signed. Raises WitnessSilent."""
        checkpoint = note.checkpoint
        try:
            lines = read_note(f"{checkpoint.text}\n{answer}").signatures
        except NotACheckpoint:
            lines = ()
        for line in lines:
            if (found := self.witness.signed(line)) is not None:
                seconds, signature = found
                key = Ed25519PublicKey.from_public_bytes(self.witness.public)
                try:
                    key.verify(signature, cosigned(checkpoint, seconds))
                except InvalidSignature:
                    continue
                return seconds, self.witness.line(seconds, signature)
        message = "its answer has no signature of its own over this checkpoint"
        raise WitnessSilent(message)
