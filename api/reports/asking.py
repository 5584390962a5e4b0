"""What a request asks of a section, and up to which position of the log."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from commands.ports import Caller
from domain.errors import Invalid
from domain.pending import Pending
from domain.settings import OtherStore
from domain.weeks import WeekStart
from projections.base import Database
from projections.reports.moments import position_at
from projections.reports.period import Period
from projections.reports.section import EVERYTHING, Criteria, Section

#: How many days a report may be about, and how many by the hour.
MOST_DAYS, MOST_DAYS_BY_HOUR = 3_660, 31
#: Beyond so many rows pages cost more than the whole: files are for that.
DEEPEST_ROW = 100_000


class AsOfInFuture(Invalid):
    """Nobody knows yet what will have been recorded by then."""

    code = "as_of_in_future"
    remedy = "Leave out `as_of`, or name a time that has passed."


class PageTooDeep(Invalid):
    """Pages end at the 100,000th row; ask for a file of the whole instead."""

    code = "page_too_deep"
    remedy = "Have the whole written to a file by `POST /api/admin/reports/exports`, or narrow the filters."


class UnknownColumn(Invalid):
    """The section has no such column that you may see."""

    code = "unknown_column"
    remedy = "Name one of the columns that the section answers with."


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of a section, before it is known which position `as_of` is."""

    section: Section
    period: Period
    stores: tuple[UUID, ...] | None
    as_of: datetime | None
    permissions: frozenset[str]
    query: Mapping[str, Any]

    def criteria(self, position: int, week_start: WeekStart) -> Criteria:
        """The same up to a position of the log, with weeks that begin on this day."""
        query = self.query
        return Criteria(
            period=self.period,
            position=position,
            permissions=self.permissions,
            stores=self.stores,
            filters={name: query.get(name) for name in self.section.filters},
            group=query.get("group"),
            sort=query["sort"],
            basis=query.get("basis", "current"),
            week_start=week_start,
            compare_to=query["compare_to"],
            align=query.get("align"),
            with_gone=query.get("include") == "gone",
            page=query["page"],
            limit=query["limit"],
        )

    def whole(self, position: int, week_start: WeekStart) -> Criteria:
        """All of its rows, compared with nothing, up to a position of the log."""
        return replace(self.criteria(position, week_start), page=1, limit=None, compare_to="none")

    def ask_position(self, db: Database) -> Pending[int]:
        """Ask for the last position that was known by `as_of`; all of them count without it."""
        return Pending(lambda: EVERYTHING) if self.as_of is None else position_at(db, self.as_of)


def request_of(
    section: Section, query: Mapping[str, Any], caller: Caller, permissions: frozenset[str], now: datetime
) -> Request:
    """What these parameters ask of a section.

    Raises PeriodNotValid, RangeTooLong, PageTooDeep, AsOfInFuture, UnknownColumn, OtherStore.
    """
    period = Period(query["from_date"], query["to_date"])
    # What has nothing to be compared with is refused before it is asked for, or written by a worker.
    period.compared(query["compare_to"], query.get("align"))
    period.check_length(MOST_DAYS_BY_HOUR if query.get("interval") == "hour" else MOST_DAYS)
    if query["page"] * query["limit"] > DEEPEST_ROW:
        raise PageTooDeep.in_fields("page", "limit")
    as_of = query.get("as_of")
    check_as_of(as_of, now)
    if query["sort"].removeprefix("-") not in _sorts(section, permissions):
        raise UnknownColumn.in_fields("sort")
    return Request(
        section=section,
        period=period,
        stores=stores_of(query.get("store_id"), caller),
        as_of=as_of,
        permissions=permissions,
        query=query,
    )


def check_as_of(as_of: datetime | None, now: datetime) -> None:
    """Raise AsOfInFuture unless that moment is over, if one is asked about."""
    if as_of is not None and as_of > now:
        raise AsOfInFuture.in_fields("as_of")


def _sorts(section: Section, permissions: frozenset[str]) -> set[str]:
    """What the section can be sorted by for somebody with these permissions."""
    shown: set[str] = {column.name for column in section.columns_for(permissions)}
    return shown & {*section.sorts} if section.sorts else shown


def stores_of(named: list[UUID] | None, caller: Caller) -> tuple[UUID, ...] | None:
    """The stores that are named, else the caller's; None for all. Raises OtherStore."""
    if not named:
        return caller.store_ids or None
    if caller.store_ids and not {*named} <= {*caller.store_ids}:
        raise OtherStore
    return tuple(named)
