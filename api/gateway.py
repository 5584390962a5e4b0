"""What the API needs of the house behind it: a way to run commands, to ask questions, and to sign in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from commands.outcomes import IdempotencyKey, Outcome, Response
from commands.ports import Caller, UnitOfWork
from projections.base import Database

C = TypeVar("C")
R = TypeVar("R")


class Reading(Protocol):
    """A question's view of the company."""

    @property
    def db(self) -> Database:
        """The read models."""

    def aggregates(self, kind: type[Any], ids: list[UUID], as_of: datetime | None = None) -> list[Any]:
        """The aggregates of these ids, in this order, as they are or were recorded by `as_of`."""


class Gateway(Protocol):
    """Runs commands and questions."""

    def run(
        self,
        caller: Caller,
        handler: Callable[[C, UnitOfWork], R],
        command: C,
        present: Callable[[R], Response],
        key: IdempotencyKey | None = None,
    ) -> Outcome:
        """Decide, record and answer in one transaction."""

    def read(
        self,
        company_id: UUID,
        question: Callable[[Any], R],
        *,
        projection: str | None = None,
        wait_for: int | None = None,
    ) -> tuple[R, int]:
        """Answer a question and say which position of the log the answer knows."""


class Authentication(Protocol):
    """Knows who somebody is."""

    def sign_in(self, username: str, password: str) -> dict[str, Any] | None:
        """User, tokens and permissions; None when name or password is wrong, without telling which."""

    def refresh(self, refresh_token: str) -> dict[str, Any] | None:
        """The same for a refresh token, which is used up by it; None when it is not valid."""

    def caller_of(self, token: str) -> Caller:
        """Who carries this access token. Raises TokenRejected."""

    def describe(self, caller: Caller) -> dict[str, Any]:
        """The caller as a user, with company and stores."""


class TokenRejected(Exception):
    """The access token is forged, for somebody else, or past its time (`expired`)."""

    def __init__(self, *, expired: bool) -> None:
        self.expired = expired
        super().__init__()


class Health(Protocol):
    """Knows whether the parts behind the API work."""

    def check(self) -> dict[str, Any]:
        """`ready`, a `message`, and what was found of database and read models."""

    def metrics(self) -> bytes:
        """Counters of all processes in the format of Prometheus."""


@dataclass(frozen=True, kw_only=True)
class House:
    """Everything behind the API."""

    gateway: Gateway
    authentication: Authentication
    health: Health
    now: Callable[[], datetime]
    max_body_bytes: int = 1_048_576
    cors_origins: tuple[str, ...] = ()
