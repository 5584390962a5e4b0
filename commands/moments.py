"""When what a till or a store room tells of has happened."""

from datetime import datetime, timedelta

from commands.ports import UnitOfWork
from domain.companies import Backdating
from domain.errors import Detail, Invalid

#: How far the clock of a client may differ from the server's.
CLOCK_SKEW = timedelta(minutes=10)
BACKDATE = "pos.backdate"


class TooFarBack(Invalid):
    """It lies further back than you may record."""

    code = "too_far_back"
    remedy = "Record it with a later `occurred_at`, or have somebody who holds `pos.backdate` record it."


class BeforeTheCompany(Invalid):
    """It cannot lie before the company was there."""

    code = "before_the_company"
    remedy = "Send a later `occurred_at`, or leave it out: then it is now."


def moment_of(occurred_at: datetime | None, what: str, work: UnitOfWork, limits: Backdating) -> datetime:
    """The moment that the client named, or now if it named none.

    Raises Invalid, naming `what`, for one in the future, BeforeTheCompany, and TooFarBack for a caller
    without the right to go further back than the company's limit.
    """
    if occurred_at is None:
        return work.now
    if occurred_at > work.now + CLOCK_SKEW:
        message = f"{what} cannot lie in the future."
        raise Invalid(details=[Detail("occurred_at", "in_the_future", message)])
    if occurred_at + CLOCK_SKEW < limits.founded_at:
        message = f"{what} cannot lie before the company was there."
        raise BeforeTheCompany(details=[Detail("occurred_at", BeforeTheCompany.code, message)])
    is_far_back = occurred_at + CLOCK_SKEW < work.now - timedelta(days=limits.days)
    if is_far_back and BACKDATE not in work.caller.permissions:
        message = f"{what} may lie {limits.days} days back at most."
        raise TooFarBack(details=[Detail("occurred_at", TooFarBack.code, message)])
    return occurred_at
