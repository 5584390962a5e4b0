"""What the platform's packages and companies have to say to a decision about one of them."""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from commands.ports import UnitOfWork
from domain.packages import Limits, Namesake, Offer


class PlatformPort(Protocol):
    """Packages, companies and everybody's user names."""

    def open_log(self) -> None:
        """Begin the log of the company that is decided about."""

    def user_named(self, username: str) -> tuple[UUID, UUID] | None:
        """The company and the id of the user who signs in under this name, on the whole platform."""

    def trial_package(self, currency: str) -> UUID | None:
        """The cheapest package that can be tried, rather one in this currency."""

    def hold_offer(self, package_id: UUID) -> tuple[Offer, bool] | None:
        """The package that is to be given, and whether it is active; it stays so until the end."""

    def usage(self, timezone: str) -> Mapping[str, int]:
        """How much the company uses of each resource; nothing of what is limited is added until the end."""

    def hold_package(self, package_id: UUID) -> None:
        """Give it to no further company until the end."""

    def package_named(self, package_id: UUID, name: str) -> Namesake | None:
        """Another package that is not archived and has this name."""

    def has_subscribers(self, package_id: UUID) -> bool:
        """Whether companies have this package."""

    def greatest_usage(self, package_id: UUID, limits: Limits) -> Mapping[str, int]:
        """The most that one of its companies uses of each resource with a limit; nothing is added to it."""


class PlatformWork(UnitOfWork, Protocol):
    """What is decided on the platform's packages and companies."""

    @property
    def platform(self) -> PlatformPort:
        """Packages and companies."""
