"""Paths have one spelling: what a lenient server would understand as well is no path of ours."""

import re
from uuid import UUID

from falcon import Request
from falcon.routing import BaseConverter

# Each part begins with something other than a dot, and nothing here can be read in two ways.
_PATH = re.compile(r"/(?:[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)?\Z")
# What a receipt says may hold anything, so that part alone is written as any URL is: its own slashes encoded.
_RECEIPT = re.compile(r"(?:https?://[^/]+)?/api/pos/receipts/[^/?]+\Z")
#: The largest number that the database takes: positions and sizes of a log go no further.
_LARGEST = 2**63 - 1
_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,18})\Z")
_ID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\Z")


def is_spelt_right(req: Request) -> bool:
    """Whether the path is written in the one way that counts.

    No part is empty or begins with a dot, and nothing is encoded, which no path of ours needs but one.
    """
    sent: str = req.env.get("RAW_URI", "").partition("?")[0]
    return bool(_RECEIPT.match(sent)) or ("%" not in sent and bool(_PATH.match(req.path)))


class IdConverter(BaseConverter):
    """An id in a path: a UUID in groups; of upper or lower case letters, as systems write them either way."""

    def convert(self, value: str) -> UUID | None:
        """The id, or None where there is none."""
        return UUID(value) if _ID.match(value) else None


class NumberConverter(BaseConverter):
    """A number in a path: decimal digits without a sign or leading zeros."""

    def convert(self, value: str) -> int | None:
        """The number, or None where there is none, or none that could be the number of anything."""
        number = int(value) if _NUMBER.match(value) else None
        return number if number is not None and number <= _LARGEST else None
