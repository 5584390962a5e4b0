"""Holds back whoever guesses: attempts are counted by account and by address, over all processes."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import LiteralString

from commands.signing_in import TooManyRequests, Visitor
from domain.companies import PLATFORM_ID
from infra.application import Application
from projections.base import Answer, Database
from projections.users import username_key

#: How long failures count, from the first of them on.
WINDOW = timedelta(minutes=15)

_COUNT: LiteralString = """
    INSERT INTO sign_in_failures AS known (key, failures, until) VALUES (%(key)s, 1, %(until)s)
        ON CONFLICT (key) DO UPDATE
       SET failures = CASE WHEN known.until <= %(now)s THEN 1 ELSE known.failures + 1 END,
           until = CASE WHEN known.until <= %(now)s THEN excluded.until ELSE known.until END
    RETURNING failures, until
"""

_FORGET: LiteralString = "DELETE FROM sign_in_failures WHERE key = %(key)s"

# Whatever began to count anew meanwhile counts other attempts than this one.
_GIVE_BACK: LiteralString = """
    UPDATE sign_in_failures SET failures = failures - 1
     WHERE key = %(key)s AND until = %(until)s AND failures > 0
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that counts as a failure until it is forgiven. `until` is when its address counts anew."""

    account: bytes | None
    address: bytes
    until: datetime


class Throttle:
    """Counts failures before they happen, so that no number of guesses at once gets past the limit.

    A failure of an account or an address counts for a quarter of an hour, from the first one on.
    """

    def __init__(
        self, application: Application, pepper: bytes, *, per_account: int, per_address: int
    ) -> None:
        self._application = application
        self._pepper = pepper
        self._per_account = per_account
        self._per_address = per_address

    def count(self, visitor: Visitor, account: str | None = None, *, purpose: str = "sign-in") -> Attempt:
        """Count an attempt at the account of this user name, if any. Raises TooManyRequests.

        Whether anybody has that name makes no difference. What is refused is not counted.
        """
        now = datetime.now(UTC)
        own = self._key(purpose, username_key(account)) if account is not None else None
        address = self._key("address", visitor.neighbourhood)
        # The account comes first everywhere: two transactions that lock both never wait for each other.
        limits = [(own, self._per_account)] if own else []
        limits.append((address, self._per_address))
        with self._application.transaction(PLATFORM_ID) as db:
            asked = [(_ask(db, key, now), limit) for key, limit in limits]
            counted = list(_checked(asked, now))
        return Attempt(own, address, counted[-1])

    def forgive(self, db: Database, attempt: Attempt) -> None:
        """Take a count back that turned out to be no failure; the account begins anew."""
        if attempt.account is not None:
            db.execute(_FORGET, {"key": attempt.account})
        db.execute(_GIVE_BACK, {"key": attempt.address, "until": attempt.until})

    def forget(self, db: Database, account: str) -> None:
        """Let the account begin anew."""
        db.execute(_FORGET, {"key": self._key("sign-in", username_key(account))})

    def _key(self, purpose: str, text: str) -> bytes:
        return hmac.digest(self._pepper, f"{purpose}:{text}".encode(), "sha256")


def _ask(db: Database, key: bytes, now: datetime) -> Answer:
    return db.ask(_COUNT, {"key": key, "now": now, "until": now + WINDOW})


def _checked(asked: list[tuple[Answer, int]], now: datetime) -> Iterator[datetime]:
    """Until when each of them counts. Raises TooManyRequests, which takes the counts back with it."""
    for answer, limit in asked:
        row = answer.row() or {}
        if row["failures"] > limit:
            raise TooManyRequests(max(1, -int((now - row["until"]).total_seconds() // 1)))
        yield row["until"]
