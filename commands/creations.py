"""Making something under an id of the client's own: once, and again only for the very same request."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

import msgspec

#: The length of a fingerprint in bytes.
SIZE = 16

_NO_DEFAULTS: Mapping[str, Any] = MappingProxyType({})

_encode: Callable[..., bytes] = msgspec.json.Encoder(order="deterministic").encode


@dataclass(frozen=True, slots=True)
class Content:
    """A fingerprint of what a request says that makes something; it stays with what was made for ever.

    `earlier` are the fingerprints it would have had under former keys of the server.
    """

    fingerprint: str
    earlier: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, body: Mapping[str, Any], peppers: Sequence[bytes], defaults: Mapping[str, Any] = _NO_DEFAULTS
    ) -> "Content":
        """The fingerprint of a validated body, made with a pepper, as a body may hold a password.

        Two spellings of the same count as the same: the order of fields, `1.0` and `1`, and what is left out
        and what is null, empty or as it would be anyway. `defaults` are by field, of an object by its fields.
        A field that a later version adds so changes no fingerprint without it.
        """
        text = _encode(_substance(body, defaults))
        fingerprint, *earlier = (_digest(text, pepper) for pepper in peppers)
        return cls(fingerprint, tuple(earlier))

    def is_of(self, fingerprint: str | None) -> bool:
        """Whether what was made has this fingerprint."""
        return fingerprint is not None and (fingerprint == self.fingerprint or fingerprint in self.earlier)


def _digest(text: bytes, pepper: bytes) -> str:
    return hashlib.blake2b(text, key=pepper, digest_size=SIZE, person=b"mipos content").hexdigest()


def _substance(value: Any, defaults: Mapping[str, Any] = _NO_DEFAULTS) -> Any:
    """What a value says, without what says nothing. A sale has so many values that this must be quick."""
    kind = type(value)
    if kind is dict:
        fields = {}
        for name, field in value.items():
            if field is None:
                continue
            default = defaults.get(name)
            if type(field) in _PLAIN:
                plain = field
            else:
                plain = _substance(field, default if type(default) is dict else _NO_DEFAULTS)
            if (plain or plain not in _EMPTY) and (default is None or plain != default):
                fields[name] = plain
        return fields
    if kind is list:
        return [_substance(one, defaults) for one in value]
    if kind is Decimal:
        # As a number that was sent without quotes may be read as a whole one.
        return format(value.normalize(), "f")
    if kind is bytes:
        return hashlib.sha256(value).hexdigest()
    return value


_PLAIN = frozenset({str, int, bool, type(None), UUID})
_EMPTY: tuple[Any, ...] = ([], {}, "")
