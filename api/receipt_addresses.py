"""The address in a receipt's QR code: its holder sees there what was sold, and a till finds the sale by it.

Its token is made with a key of the installation's own, so that nobody makes up the address of another sale. A
token cannot be read back; the address therefore names company and order beside it, and nothing has to be
looked up. That of a gift receipt is another one, which leads to no prices.
"""

import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

_TOKEN_BYTES = 16
_NAME = "?id="
_GIFT = b"\x01"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPlace:
    """Which receipt an address leads to."""

    company_id: UUID
    order_id: UUID
    is_gift: bool = False


@dataclass(frozen=True, kw_only=True)
class ReceiptAddresses:
    """Makes the addresses; without a `public_url` they are paths, which only tills can follow.

    What was printed under one of the `former` keys still leads somewhere.
    """

    key: bytes = field(default=b"", repr=False)
    former: Sequence[bytes] = field(default=(), repr=False)
    public_url: str | None = None

    @classmethod
    def of_installation(cls, key: str, former: Sequence[str], public_url: str | None) -> Self:
        """Those of an installation with this data key, of which they give nothing away."""
        return cls(key=_derived(key), former=[_derived(one) for one in former], public_url=public_url)

    def of(self, company_id: UUID, order_id: UUID, *, is_gift: bool = False) -> str:
        """The address of an order's receipt: what its QR code says."""
        name = company_id.bytes + order_id.bytes + (_GIFT if is_gift else b"")
        token = _token(self.key, name)
        return f"{self.public_url or ''}/api/receipts/{_base32(token)}{_NAME}{_base32(name)}"

    def place_of(self, token: str, name: str) -> ReceiptPlace | None:
        """What an address with this token and this name leads to; None if it was never printed."""
        given, raw = _raw(token), _raw(name)
        if given is None or raw is None or not _is_name(raw):
            return None
        if not any(hmac.compare_digest(given, _token(key, raw)) for key in (self.key, *self.former)):
            return None
        return ReceiptPlace(
            company_id=UUID(bytes=raw[:16]), order_id=UUID(bytes=raw[16:32]), is_gift=raw[32:] == _GIFT
        )


def order_of(address: str) -> UUID | None:
    """The order whose receipt has this address, or None for a text that is no such address.

    Whose order it is, and whether the token is right, is not looked at: a caller finds only orders of the own
    company anyway.
    """
    raw = _raw(address.rpartition(_NAME)[2].strip())
    return UUID(bytes=raw[16:32]) if raw and _is_name(raw) and _NAME in address else None


def _derived(data_key: str) -> bytes:
    return hmac.digest(data_key.encode(), b"mipos receipts", "sha256")


def _token(key: bytes, name: bytes) -> bytes:
    return hmac.digest(key, name, "sha256")[:_TOKEN_BYTES]


def _is_name(raw: bytes) -> bool:
    return len(raw) == 2 * _TOKEN_BYTES or (len(raw) == 2 * _TOKEN_BYTES + 1 and raw.endswith(_GIFT))


def _raw(text: str) -> bytes | None:
    try:
        return base64.b32decode(text + "=" * (-len(text) % 8), casefold=True)
    except ValueError:
        return None


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=")
