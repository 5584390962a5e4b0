"""Of all who wait for a company's next event in this process, one looks; the others hear of what it saw."""

import time
from uuid import UUID

#: How often somebody looks, in seconds.
EACH = 0.1
#: Of so many companies it is kept how far their logs were.
_MOST_COMPANIES = 10_000


class News:
    """How far each company's log was when somebody last looked.

    It is asked by the thread that polls and told by those that run requests; each replaces single entries.
    """

    def __init__(self) -> None:
        self._seen: dict[UUID, tuple[int, float]] = {}

    def note(self, company_id: UUID, position: int) -> None:
        """Somebody has looked: the log ends there."""
        if len(self._seen) > _MOST_COMPANIES:
            self._seen.clear()
        self._seen[company_id] = position, time.monotonic()

    def is_due(self, company_id: UUID, after: int) -> bool:
        """Whether whoever waits behind this position should look: there is more, or it is their turn."""
        position, looked_at = self._seen.get(company_id, (0, 0.0))
        if position > after:
            return True
        now = time.monotonic()
        if now < looked_at + EACH:
            return False
        self._seen[company_id] = position, now
        return True
