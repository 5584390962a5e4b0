"""Seals what an event tells about a person, so that it can be forgotten while the event stays as it is.

The private fields leave the state and come back as one member, encrypted by AES-256-GCM with the person's own
key; without that key they read as the event says of what is forgotten. The rest of the state, and with it all
sums and the chain of hashes, is not concerned.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import repeat
from os import urandom
from typing import Any, cast
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infra.eventstore.data_keys import NONCE_LENGTH
from projections.log import NAMES_SUBJECT

_FORM = "1."
#: What is sealed is filled up to a multiple of this, so that its length says little, in bytes.
_BLOCK = 64
#: How the sealed part begins, and where: behind the id of whom it tells about.
_SEALED = '"private":"'
_AFTER_SUBJECT = len(NAMES_SUBJECT) + 36 + len('",')

#: Private fields by their path, with what each reads once it is forgotten.
Private = Mapping[str, Any]
State = dict[str, Any]


class BrokenSeal(Exception):
    """What is sealed was sealed for another event, or is not what was sealed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed part stands; moved to anywhere else, it does not open."""

    company_id: UUID
    subject_id: UUID
    stream_id: UUID
    version: int
    type: str

    @property
    def bytes(self) -> bytes:
        """The place, as the seal covers it."""
        ids = self.company_id.bytes + self.subject_id.bytes + self.stream_id.bytes
        return ids + self.version.to_bytes(8, signed=True) + self.type.encode()


def is_about_somebody(state: str) -> bool:
    """Whether a state names whom it tells about, be it that it has a sealed part or not."""
    return state.startswith(NAMES_SUBJECT)


def is_sealed(state: str) -> bool:
    """Whether a state has a sealed part."""
    return state.startswith(NAMES_SUBJECT) and state.startswith(_SEALED, _AFTER_SUBJECT)


def subject_of(state: str) -> UUID:
    """Whom a state tells about that names somebody."""
    start = len(NAMES_SUBJECT)
    return UUID(state[start : start + 36])


def about(subject_id: UUID, state: str) -> str:
    """A state in which nothing is sealed, with whom it is about."""
    return f'{NAMES_SUBJECT}{subject_id}",{state[1:]}'


def without_subject(state: str) -> str:
    """A state in which nothing is sealed, without whom it is about."""
    return f"{{{state[_AFTER_SUBJECT:]}" if is_about_somebody(state) else state


def tells_anything(fact: Any, private: Private) -> bool:
    """Whether any private field of an event, or of values within it, holds something."""
    return any(_tells(fact, path.split(".")) for path in private)


def _tells(value: Any, names: list[str]) -> bool:
    if isinstance(value, (tuple, list)):
        return any(_tells(one, names) for one in value)
    if not names:
        return bool(value)
    return value is not None and _tells(getattr(value, names[0]), names[1:])


def sealed(state: State, private: Private, key: bytes, place: Place) -> State:
    """A state, as JSON has it, with its private fields sealed."""
    holders = {path: _holders(state, path) for path in private}
    values = {path: [one.get(name) for one in some] for path, (some, name) in holders.items()}
    for some, name in holders.values():
        _withhold(state, some, name)
    plain = msgspec.json.encode(values)
    plain += b" " * (-len(plain) % _BLOCK)
    nonce = urandom(NONCE_LENGTH)
    secret = nonce + AESGCM(key).encrypt(nonce, plain, place.bytes)
    member = _FORM + urlsafe_b64encode(secret).rstrip(b"=").decode()
    # These come first: by the beginning of its state an event is known to be about somebody, and sealed.
    return {"subject_id": str(place.subject_id), "private": member, **state}


def forgotten(state: State, private: Private) -> State:
    """A state with what its private fields read once they are forgotten."""
    for path, reads in private.items():
        _fill(state, path, repeat(reads))
    return state


def opened(state: str, private: Private, key: bytes | None, place: Place) -> str:
    """A sealed state as it was before, or, without the key, with what was sealed forgotten.

    Raises BrokenSeal.
    """
    members = cast("State", msgspec.json.decode(state))
    del members["subject_id"]
    secret = members.pop("private")
    if key is None:
        forgotten(members, private)
    else:
        for path, values in _open(secret, key, place).items():
            _fill(members, path, iter(values))
    return msgspec.json.encode(members).decode()


def _open(secret: str, key: bytes, place: Place) -> dict[str, list[Any]]:
    try:
        raw = urlsafe_b64decode(secret.removeprefix(_FORM) + "==")
        plain = AESGCM(key).decrypt(raw[:NONCE_LENGTH], raw[NONCE_LENGTH:], place.bytes)
        return cast("dict[str, list[Any]]", msgspec.json.decode(plain))
    except (ValueError, InvalidTag, msgspec.DecodeError) as error:
        raise BrokenSeal from error


def _fill(state: State, path: str, values: Iterator[Any]) -> None:
    """Put values at a path, one for each element of the lists on the way."""
    if "." not in path:
        state[path] = next(values)
        return
    holders, name = _holders(state, path)
    for holder in holders:
        holder[name] = next(values)


def _withhold(state: State, holders: list[State], name: str) -> None:
    """Leave a field out; within a list, where others count on its place, leave null."""
    for holder in holders:
        if holder is state:
            holder.pop(name, None)
        else:
            holder[name] = None


def _holders(state: State, path: str) -> tuple[list[State], str]:
    """The objects that have the last field of a path, and its name."""
    *ways, name = path.split(".")
    holders = [state]
    for way in ways:
        found = [holder.get(way) for holder in holders]
        holders = [
            one for some in found for one in (some if isinstance(some, (list, tuple)) else (some,)) if one
        ]
    return holders, name
