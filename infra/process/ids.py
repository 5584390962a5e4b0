"""Fresh ids: random, but later ones sort after earlier ones, which keeps indexes dense."""

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """A UUID of version 7 (RFC 9562): milliseconds since the epoch, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    number = int.from_bytes(os.urandom(10), "big")
    number |= milliseconds << 80
    number = number & ~(0xF << 76) | (0x7 << 76)
    return UUID(int=number & ~(0x3 << 62) | (0x2 << 62))
