"""Fresh ids: random, but later ones sort after earlier ones, which keeps indexes dense."""

import os
import random
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

#: What of the lowest 80 bits says that it is of version 7, and what of them is drawn.
_FORM, _DRAWN = 0x7000_8000_0000_0000_0000, 0x0FFF_3FFF_FFFF_FFFF_FFFF
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def uuid7() -> UUID:
    """A UUID of version 7 (RFC 9562): milliseconds since the epoch, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    drawn = int.from_bytes(os.urandom(10), "big") & _DRAWN
    return UUID(int=milliseconds << 80 | _FORM | drawn)


def uuid7_at(moment: datetime) -> UUID:
    """A UUID of version 7 for a moment, exact to the microsecond: its order is that of time.

    The microseconds of the millisecond stand in the twelve bits that may hold them (method 3 of RFC 9562, but
    as a number and not as a fraction, so that the moment can be read off again).
    """
    milliseconds, microseconds = divmod((moment - _EPOCH) // _MICROSECOND, 1000)
    # Nobody has to be kept from guessing it, and the system would take longer to draw.
    low = 0x2 << 62 | random.getrandbits(62)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | microseconds << 64 | low)
