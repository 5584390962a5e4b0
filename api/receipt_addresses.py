"""The address in a receipt's QR code: it proves which sale it is of, and a till finds the sale by it.

Its token is made with a key of the server's own, so that nobody makes up the address of another sale. A token
cannot be read back; the address therefore names company and order beside it, and nothing has to be looked up.
"""

import base64
import hmac
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

_TOKEN_BYTES = 16
_NAME = "?id="


@dataclass(frozen=True, kw_only=True)
class ReceiptAddresses:
    """Makes the addresses; without a `public_url` they are paths, which only tills can follow."""

    key: bytes = field(default=b"", repr=False)
    public_url: str | None = None

    @classmethod
    def of_server(cls, secret: str, public_url: str | None) -> Self:
        """Those of a server with this secret key, of which they give nothing away."""
        return cls(key=hmac.digest(secret.encode(), b"mipos receipts", "sha256"), public_url=public_url)

    def of(self, company_id: UUID, order_id: UUID) -> str:
        """The address of an order's receipt: what its QR code says."""
        name = company_id.bytes + order_id.bytes
        token = hmac.digest(self.key, name, "sha256")[:_TOKEN_BYTES]
        return f"{self.public_url or ''}/api/receipts/{_base32(token)}{_NAME}{_base32(name)}"


def order_of(address: str) -> UUID | None:
    """The order whose receipt has this address, or None for a text that is no such address.

    Whose order it is, and whether the token is right, is not looked at: a caller finds only orders of the own
    company anyway.
    """
    name = address.rpartition(_NAME)[2].strip()
    try:
        raw = base64.b32decode(name + "=" * (-len(name) % 8), casefold=True)
    except ValueError:
        return None
    return UUID(bytes=raw[16:]) if len(raw) == 2 * _TOKEN_BYTES and _NAME in address else None


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=")
