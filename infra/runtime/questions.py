"""Questions about how the service is: asked together, seldom, and in a thread of their own."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Lock
from typing import Generic, LiteralString, TypeVar

import psycopg
import structlog

from commands.unavailable import TimedOut, Unavailable
from domain.companies import PLATFORM_ID
from infra.decisions.transactions import Transactions
from infra.process.troubles import described
from projections.base import Database, Row

S = TypeVar("S")
Questions = Mapping[str, LiteralString]
#: The rows of each question by its name; None where it could not be answered.
Answers = Mapping[str, Sequence[Row] | None]

log = structlog.get_logger("state")


def ask_together(db: Database, questions: Questions) -> dict[str, Sequence[Row]]:
    """The rows of each question, in one round trip."""
    asked = {name: db.ask(question, {}) for name, question in questions.items()}
    return {name: answer.rows() for name, answer in asked.items()}


def ask_each(transactions: Transactions, questions: Questions) -> Answers:
    """The rows of each question of the platform; one that cannot be answered leaves the others alone.

    Raises Unavailable, ServerOutdated, and psycopg.Error where none can be answered.
    """
    try:
        return _answers(transactions, questions)
    except (psycopg.Error, TimedOut):
        answers = {name: _rows(transactions, name, question) for name, question in questions.items()}
        if all(rows is None for rows in answers.values()):
            raise
        return answers


def _rows(transactions: Transactions, name: str, question: LiteralString) -> Sequence[Row] | None:
    try:
        return _answers(transactions, {name: question})[name]
    except (psycopg.Error, Unavailable) as error:
        log.warning("a part of how the service is could not be asked", part=name, error=described(error))
        return None


def _answers(transactions: Transactions, questions: Questions) -> dict[str, Sequence[Row]]:
    return transactions.perform(PLATFORM_ID, partial(ask_together, questions=questions), reading=True)


class Looker(Generic[S]):
    """Looks at most once in `fresh` seconds, in a thread of its own, for all who ask.

    So whoever asks hears in time, also when the database says nothing at all.
    """

    def __init__(self, look: Callable[[], S], fresh: float) -> None:
        self._look = look
        self._fresh = fresh
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="watch")
        self._turn = Lock()
        self._latest: Future[S] | None = None
        self._looked_at = 0.0

    def see(self, patience: float) -> S:
        """What the latest look saw, waiting for it so many seconds at most.

        Raises TimeoutError, and whatever the look raises.
        """
        now = time.monotonic()
        with self._turn:
            if self._latest is None or (self._latest.done() and now - self._looked_at > self._fresh):
                self._latest, self._looked_at = self._thread.submit(self._look), now
            latest = self._latest
        return latest.result(timeout=patience)
