"""When a movement of stock happened, and what it must not come before."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from commands.moments import TooFarBack, moment_of
from commands.ports import UnitOfWork
from commands.stock.ports import StockContext
from domain.errors import Conflict, Detail, Invalid

#: What a movement lies too far back for: the detail's code.
TOO_OLD = "too_old"


class BeforeLastCount(Conflict):
    """Its goods were counted since: what was there then is settled."""

    code = "before_last_count"
    remedy = "Leave out `occurred_at`, or name a time after the count."


class PeriodClosed(Conflict):
    """The books of that day are closed."""

    code = "period_closed"
    remedy = "Record it on a later day, or have the company's `books_closed_until` moved."


class Moment(NamedTuple):
    """When something happened, and the day it counts for."""

    occurred_at: datetime
    business_date: date


def moment_of_movement(
    occurred_at: datetime | None,
    what: str,
    work: UnitOfWork,
    stock: StockContext,
    moved: Iterable[tuple[str, UUID]] = (),
    *,
    field: str = "storage_id",
) -> Moment:
    """The moment that the client named, or now, and its day in the storage of `field`.

    `moved` are the goods, each with the field of the request that names its storage: neither may have been
    counted since. Raises Invalid (`in_the_future`, `too_old`), BeforeTheCompany, BeforeLastCount and
    PeriodClosed; `what` is named.
    """
    limits = stock.backdating()
    try:
        moment = moment_of(occurred_at, what, work, limits)
    except TooFarBack as refusal:
        message = f"{what} may lie {limits.days} days back at most."
        raise Invalid(details=[Detail("occurred_at", TOO_OLD, message)]) from refusal
    day = stock.business_date(field, moment)
    if limits.books_closed_until and day <= limits.books_closed_until:
        message = f"The books are closed up to {limits.books_closed_until}."
        raise PeriodClosed(message, details=[Detail("occurred_at", PeriodClosed.code, message)])
    check_not_counted(moment, moved, stock)
    return Moment(moment, day)


def check_not_counted(
    moment: datetime, moved: Iterable[tuple[str, UUID]], stock: StockContext, at: str = "occurred_at"
) -> None:
    """Raise BeforeLastCount, naming count and moment, if some of these goods were counted after that moment.

    `moved` are the goods, each with the field of the request that names its storage; `at` is the field of
    the request that the refusal is about.
    """
    for field, variant_id in dict.fromkeys(moved):
        level = stock.levels(field).get(variant_id)
        if level and level.last_counted_at and moment < level.last_counted_at:
            number = stock.last_count(field, variant_id)
            message = f"{number} counted it at {level.last_counted_at:%Y-%m-%dT%H:%M:%SZ}."
            raise BeforeLastCount(details=[Detail(at, BeforeLastCount.code, message)])
