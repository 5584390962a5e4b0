"""Who acts for the platform, and within which company a request of theirs is answered."""

from uuid import UUID

from commands.ports import Caller
from domain.companies import PLATFORM_ID
from domain.errors import NotAllowed


def check_platform(caller: Caller) -> None:
    """Raise NotAllowed for whoever is not of the platform, whatever keys they hold."""
    if caller.company_id != PLATFORM_ID:
        raise NotAllowed


def within_of(caller: Caller, company_id: UUID) -> UUID | None:
    """Within which company the caller's request is about this one; None: within the caller's own.

    Only the platform enters another one; in one's own log, no other company is to be found.
    """
    return company_id if caller.company_id == PLATFORM_ID else None
