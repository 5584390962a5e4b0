"""A witness: cosigns checkpoints of logs it knows, as long as each has only grown (C2SP tlog-witness).

What it has cosigned of a log it never forgets: it lies in a file before the answer is given, so that no log
gets two pasts past it, however it is stopped.
"""

import base64
import binascii
import fcntl
import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.seals.checking import is_consistent
from domain.seals.checkpoints import NotACheckpoint, Note, read_note, read_verifier_key, verifier_key
from domain.seals.cosignatures import Witness, cosigned
from domain.seals.tree import empty_root
from infra.seals.key import is_signed_by

#: A tree of 2 ** 63 leaves has no longer proof.
MOST_HASHES = 63
_HASH, _SEED = 32, 32


class WitnessBusy(Exception):
    """Another process keeps what was cosigned in {file}: two would cosign two pasts."""

    def __init__(self, file: Path) -> None:
        super().__init__((self.__doc__ or "").format(file=file))


class NotTrusted(ValueError):
    """Line {number} of the trusted keys is no verifier key of a log."""

    def __init__(self, number: int) -> None:
        super().__init__((self.__doc__ or "").format(number=number))


@dataclass(frozen=True)
class Reply:
    """What is answered: a status, a text, and of which kind it is."""

    status: int
    text: str = ""
    media: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What is asked: that a log has grown from a size to a checkpoint, and the proof of it."""

    former: int
    proof: tuple[bytes, ...]
    note: Note

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Read a request. Raises NotACheckpoint."""
        try:
            head, note = body.decode().split("\n\n", 1)
            first, *hashes = head.split("\n")
            proof = tuple(base64.b64decode(one, validate=True) for one in hashes)
        except (ValueError, binascii.Error):
            raise NotACheckpoint from None
        word, _, former = first.partition(" ")
        is_number = former.isascii() and former.isdigit() and str(int(former[:20])) == former
        if word != "old" or not is_number or any(len(one) != _HASH for one in proof):
            raise NotACheckpoint
        return cls(former=int(former), proof=proof, note=read_note(note))


class TrustedLogs:
    """Whose logs are cosigned: those of keys by their names, in each of their lives."""

    def __init__(self, lines: Iterable[str]) -> None:
        """A line is a verifier key, with ` *` behind it for all logs of that installation.

        Empty lines and those that begin with # say nothing. Raises NotTrusted.
        """
        self._logs: list[tuple[str, int, bytes]] = []
        for number, line in enumerate(lines, start=1):
            vkey, _, more = line.strip().partition(" ")
            if not vkey or vkey.startswith("#"):
                continue
            try:
                origin, public = read_verifier_key(vkey)
            except NotACheckpoint:
                raise NotTrusted(number) from None
            if more.strip() not in {"", "*"}:
                raise NotTrusted(number)
            # The last part of a name is the life of the log, the one before it the company.
            parts = 2 if more.strip() else 1
            self._logs.append((origin.rsplit("/", parts)[0], parts, public))

    def keys_of(self, origin: str) -> list[str]:
        """The verifier keys that a log of this name is believed by; none of one that is not known."""
        return [
            verifier_key(origin, public)
            for beginning, parts, public in self._logs
            if origin.rsplit("/", parts)[0] == beginning and origin.count("/") == beginning.count("/") + parts
        ]


class Cosigned:
    """What was cosigned last of each log, in a file that one process has."""

    def __init__(self, file: Path) -> None:
        """Take the file. Raises WitnessBusy, OSError, ValueError for one that is none of these."""
        self._file = file
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = os.open(file.with_name(f"{file.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise WitnessBusy(file) from None
        self._logs = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        if not isinstance(self._logs, dict):
            raise ValueError(file)  # noqa: TRY004 what it says is wrong, not what it is

    def close(self) -> None:
        """Leave the file to another process."""
        os.close(self._lock)

    def last(self, origin: str) -> tuple[int, bytes]:
        """Size and root of what was cosigned last of a log; the empty tree of one that is new."""
        size, root = self._logs.get(origin, (0, empty_root().hex()))
        return size, bytes.fromhex(root)

    def keep(self, origin: str, size: int, root: bytes) -> None:
        """Keep that this was cosigned. It lies on the disk, whole, when this returns."""
        logs = {**self._logs, origin: (size, root.hex())}
        unfinished = self._file.with_name(f"{self._file.name}.part")
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as written:
            json.dump(logs, written, indent=1, sort_keys=True)
            written.flush()
            os.fsync(written.fileno())
        unfinished.replace(self._file)
        folder = os.open(self._file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._logs = logs


class Cosigner:
    """Answers whoever asks for a cosignature."""

    def __init__(self, name: str, seed: bytes, trusted: TrustedLogs, cosigned_before: Cosigned) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.witness = Witness(name=name, public=self._key.public_key().public_bytes_raw())
        self._trusted = trusted
        self._cosigned = cosigned_before
        self._turn = Lock()

    def add(self, body: bytes) -> Reply:
        """Cosign a checkpoint, or say why not."""
        try:
            asked = Submission.read(body)
        except NotACheckpoint:
            return Reply(400, "This is no checkpoint with its proof.\n")
        checkpoint = asked.note.checkpoint
        keys = self._trusted.keys_of(checkpoint.origin)
        if not keys:
            return Reply(404, "This log is not known here.\n")
        if not any(is_signed_by(asked.note, key) for key in keys):
            return Reply(403, "No key that is trusted for this log has signed it.\n")
        if asked.former > checkpoint.size or len(asked.proof) > MOST_HASHES:
            return Reply(400, "A log does not shrink.\n")
        with self._turn:
            return self._cosign(asked)

    def _cosign(self, asked: Submission) -> Reply:
        checkpoint = asked.note.checkpoint
        size, root = self._cosigned.last(checkpoint.origin)
        is_same = asked.former != checkpoint.size or root == checkpoint.root
        if asked.former != size or not is_same:
            return Reply(409, f"{size}\n", "text/x.tlog.size")
        if not _has_grown(size, root, asked):
            return Reply(422, "The proof does not lead from what was cosigned to this.\n")
        self._cosigned.keep(checkpoint.origin, checkpoint.size, checkpoint.root)
        seconds = int(time.time())
        return Reply(200, self.witness.line(seconds, self._key.sign(cosigned(checkpoint, seconds))))


def _has_grown(size: int, root: bytes, asked: Submission) -> bool:
    checkpoint = asked.note.checkpoint
    if size == 0:
        return not asked.proof and (checkpoint.size > 0 or checkpoint.root == root)
    return is_consistent(size, checkpoint.size, (root, checkpoint.root), asked.proof)


def witness_seed(file: Path) -> bytes:
    """The secret of a witness, made once and kept in a file for its owner alone. Raises ValueError."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        seed = base64.b64decode(file.read_text(encoding="ascii").strip(), validate=True)
        if len(seed) != _SEED:
            raise ValueError(file) from None
        return seed
    seed = os.urandom(_SEED)
    with os.fdopen(handle, "w", encoding="ascii") as written:
        written.write(base64.b64encode(seed).decode() + "\n")
        written.flush()
        os.fsync(written.fileno())
    return seed
