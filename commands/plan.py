"""What a company's package leaves room for."""

from typing import Protocol

from commands.ports import UnitOfWork


class PlanPort(Protocol):
    """The company's package, and how much of it is used."""

    def hold(self) -> None:
        """Let nobody else add what a package may limit until the end, from the next round trip on."""

    def room(self, resource: str) -> int | None:
        """How many more of them fit as things stand; None without a limit."""

    def check_room(self, resource: str, more: int = 1, *, counted: bool = False) -> None:
        """Raise PlanLimitReached unless one more store, storage, user or product fits; hold it so.

        `more` than one may be added, which are written already if they are `counted`.
        """

    def check_orders(self, limit: int, timezone: str) -> None:
        """Raise PlanLimitReached unless one more sale fits into this month; hold it so.

        The month is the calendar's by the clock of the time zone, whenever the sales are said to have been.
        """


class PlanWork(UnitOfWork, Protocol):
    """What is decided within a package."""

    @property
    def plan(self) -> PlanPort:
        """The company's package."""
