"""Holds back whoever guesses: attempts are counted by account and by address, over all processes.

At one account, an address has few guesses. All addresses together have more; whoever uses them up shuts out
only addresses that the account was not used from, so nobody can keep users out of where they work.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

from commands.signing_in import TooManyRequests, Visitor
from domain.companies import PLATFORM_ID
from infra.decisions.transactions import Transactions
from projections.base import Answer, Database
from projections.user_directory import username_key

#: How long failures of an address count, from the first of them on, …
WINDOW = timedelta(minutes=15)
#: … and those at an account from anywhere.
WIDE_WINDOW = timedelta(hours=1)
#: How long an address is familiar to an account that signed in there.
FAMILIAR = timedelta(days=30)

_COUNT: LiteralString = """
    INSERT INTO sign_in_failures AS counter (key, failures, until) VALUES (%(key)s, 1, %(until)s)
        ON CONFLICT (key) DO UPDATE
       SET failures = CASE WHEN counter.until <= %(now)s THEN 1 ELSE counter.failures + 1 END,
           until = CASE WHEN counter.until <= %(now)s THEN excluded.until ELSE counter.until END
    RETURNING failures, until
"""

# The keys of an account at each address begin like the key of the account.
_FORGET: LiteralString = "DELETE FROM sign_in_failures WHERE key BETWEEN %(first)s AND %(last)s"

# Whatever began to count anew meanwhile counts other attempts than this one.
_GIVE_BACK: LiteralString = """
    UPDATE sign_in_failures SET failures = failures - 1
     WHERE key = %(key)s AND until = %(until)s AND failures > 0
"""

# What an account knows is kept beside its failures: a key that counts none.
_BEFRIEND: LiteralString = """
    INSERT INTO sign_in_failures (key, failures, until) VALUES (%(key)s, 0, %(until)s)
        ON CONFLICT (key) DO UPDATE SET until = excluded.until
"""

_IS_FAMILIAR: LiteralString = "SELECT 1 FROM sign_in_failures WHERE key = %(key)s AND until > %(now)s"

_PREFIX = 16


@dataclass(frozen=True, slots=True)
class Count:
    """Attempts that are counted together: under which key, until when, and up to what number."""

    key: bytes
    until: datetime
    limit: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that counts as a failure until it is forgiven: at the account here, and in wider counts."""

    here: bytes | None
    counts: tuple[tuple[bytes, datetime], ...]
    familiar: bytes | None


class Throttle:
    """Counts failures before they happen, so that no number of guesses at once gets past the limit.

    `per_account` failures are granted to an address at an account, `from_anywhere` to all that the account is
    not familiar with, `per_address` to an address at all accounts.
    """

    def __init__(
        self,
        transactions: Transactions,
        pepper: bytes,
        *,
        per_account: int,
        from_anywhere: int,
        per_address: int,
    ) -> None:
        self._transactions = transactions
        self._pepper = pepper
        self._per_account = per_account
        self._from_anywhere = from_anywhere
        self._per_address = per_address

    def count(self, visitor: Visitor, account: str | None = None, *, purpose: str = "sign-in") -> Attempt:
        """Count an attempt at the account of this user name, if any. Raises TooManyRequests.

        Whether anybody has that name makes no difference. What is refused is not counted.
        """
        now = datetime.now(UTC)
        address = Count(self._key("address", visitor.neighbourhood), now + WINDOW, self._per_address)
        if account is None:
            with self._transactions.transaction(PLATFORM_ID) as db:
                until = _counted(_ask(db, address, now), address, now)
            return Attempt(None, ((address.key, until),), None)
        anywhere = self._anywhere(purpose, account)
        origin = f"{username_key(account)}@{visitor.neighbourhood}"
        here = anywhere[:_PREFIX] + self._key(purpose, origin)[_PREFIX:]
        familiar = self._key("familiar", origin)
        # In this order everywhere: two transactions that lock several of them never wait for each other.
        counts = (
            Count(here, now + WINDOW, self._per_account),
            Count(anywhere, now + WIDE_WINDOW, self._limit_of(purpose)),
            address,
        )
        with self._transactions.transaction(PLATFORM_ID) as db:
            answers = [_ask(db, count, now) for count in counts]
            is_familiar = db.ask(_IS_FAMILIAR, {"key": familiar, "now": now})
            _counted(answers[0], counts[0], now)
            until = _counted(answers[1], counts[1], now, is_open=is_familiar.row() is not None)
            wider = ((anywhere, until), (address.key, _counted(answers[2], address, now)))
        return Attempt(here, wider, familiar)

    def forgive(self, db: Database, attempt: Attempt) -> None:
        """Take a count back that was no failure; the account is familiar with the address now."""
        if attempt.here is not None:
            db.execute(_FORGET, {"first": attempt.here, "last": attempt.here})
        for key, until in attempt.counts:
            db.execute(_GIVE_BACK, {"key": key, "until": until})
        if attempt.familiar is not None:
            db.execute(_BEFRIEND, {"key": attempt.familiar, "until": datetime.now(UTC) + FAMILIAR})

    def forget(self, db: Database, account: str, visitor: Visitor) -> None:
        """Let the account begin anew at every address, and be familiar with the visitor's."""
        prefix = self._anywhere("sign-in", account)[:_PREFIX]
        db.execute(_FORGET, {"first": prefix, "last": prefix + b"\xff" * _PREFIX})
        familiar = self._key("familiar", f"{username_key(account)}@{visitor.neighbourhood}")
        db.execute(_BEFRIEND, {"key": familiar, "until": datetime.now(UTC) + FAMILIAR})

    def _anywhere(self, purpose: str, account: str) -> bytes:
        return self._key(purpose, username_key(account))

    def _limit_of(self, purpose: str) -> int:
        """Nobody is helped by more messages than one address may ask for."""
        return self._per_account if purpose == "reset" else self._from_anywhere

    def _key(self, purpose: str, text: str) -> bytes:
        return hmac.digest(self._pepper, f"{purpose}:{text}".encode(), "sha256")


def _ask(db: Database, count: Count, now: datetime) -> Answer:
    return db.ask(_COUNT, {"key": count.key, "now": now, "until": count.until})


def _counted(answer: Answer, count: Count, now: datetime, *, is_open: bool = False) -> datetime:
    """Until when it counts. Raises TooManyRequests, which takes the counts back with it."""
    row: dict[str, Any] = answer.row() or {}
    if row["failures"] > count.limit and not is_open:
        raise TooManyRequests(max(1, -int((now - row["until"]).total_seconds() // 1)))
    until: datetime = row["until"]
    return until
