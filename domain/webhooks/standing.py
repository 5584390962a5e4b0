"""How a webhook stands in the log of its company, as of now: no fact, and no part of its version."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Everything up to `position` was delivered or given up; `lag` is how many events came after it.

    `failing_since` is when it began to fail, None while it takes what it is sent; `public_key` is what its
    receiver checks signatures by, if that is not a secret of both.
    """

    position: int = 0
    lag: int = 0
    failing_since: datetime | None = None
    public_key: str | None = None
