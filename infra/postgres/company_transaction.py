"""What a transaction of one company is, whoever sends its statements and however they travel."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, LiteralString
from uuid import UUID

from infra.postgres.definitions import HOLD_INLINE


class CompanyTransaction(ABC):
    """Sees one company at a time, and knows what is to be done once it is committed."""

    company_id: UUID

    def __init__(self, company_id: UUID) -> None:
        self._models: str | None = None
        self._after_commit: list[Callable[[], None]] = []
        self.enter(company_id)

    def enter(self, company_id: UUID) -> None:
        """See this company, and no other, from here on."""
        self.company_id = company_id
        self._see(company_id)
        if self._models is not None:
            self.hold(self._models)

    def hold(self, models: str) -> None:
        """Go on only if the database has these inline read models, whole for each company that is entered.

        None of that changes until the end.
        """
        self._models = models
        self.execute(HOLD_INLINE, {"models": models, "company_id": self.company_id})

    @abstractmethod
    def _see(self, company_id: UUID) -> None:
        """Have the database's policies let this company through.

        NOTE: `SET LOCAL` takes no parameters, and set_config() would not reach the workers of a distributed
        database, so the company is a literal.
        """

    @abstractmethod
    def execute(self, query: LiteralString, params: Mapping[str, Any]) -> None:
        """Have a statement run whose result nobody reads."""

    def after_commit(self, do: Callable[[], None]) -> None:
        """Have this done once everything is committed, and not otherwise."""
        self._after_commit.append(do)

    def note_commit(self) -> None:
        """Do what waits for the commit."""
        for do in self._after_commit:
            do()
