"""Closing a shift: no more sales, the drawer counted, its report frozen, and counted again if need be."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from commands.moments import moment_of
from commands.ports import Caller, Missing, UnitOfWork, check_version
from commands.settings import SettingsWork
from commands.shifts.ports import DrawerWork
from domain.errors import Detail, Invalid, NotAllowed
from domain.orders.offline import Offline
from domain.payment_methods import MethodAtSale
from domain.payments import BUILT_IN, CASH, FROM_ACCOUNTS
from domain.pending import Pending
from domain.shifts import Denomination, Drawer, Shift, ShiftPlace, TenderCount
from domain.shifts.denominations import check_denominations
from domain.shifts.figures import ShiftFigures, ShiftReport
from domain.shifts.report import DrawerCount, make_report

CLOSE_ANY, VIEW_EXPECTED = "shifts.close_any", "shifts.view_expected"


class NotYourShift(NotAllowed):
    """Ending and closing another's shift takes the right to do so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedTender:
    """What was counted of a method other than cash, in minor currency units."""

    method: str
    counted: int


@dataclass(frozen=True, kw_only=True)
class EndShift:
    """Sell nothing more in it."""

    id: UUID
    expected_versions: Collection[int] | None = None


@dataclass(frozen=True, kw_only=True)
class CloseShift(EndShift):
    """The drawer was counted, in minor currency units. `closing_float` stays in it; None: all of it."""

    counted_cash: int
    denominations: tuple[Denomination, ...] = ()
    tenders: tuple[CountedTender, ...] = ()
    closing_float: int | None = None
    over_short_reason: str | None = None
    note: str | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RecountShift(EndShift):
    """The cash of a closed shift was counted again, in minor currency units."""

    counted_cash: int
    denominations: tuple[Denomination, ...] = ()
    reason: str


class ClosingWork(DrawerWork, SettingsWork, Protocol):
    """What shifts are closed with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedShift:
    """A shift whose drawer is to be counted, and what it has come to."""

    shift: Shift
    figures: ShiftFigures


def end_shift(command: EndShift, work: DrawerWork) -> EndedShift:
    """Let its drawer be counted; the next shift may begin.

    Raises Missing, NotYourShift, StaleVersion, InvalidTransition.
    """
    return record_end(_load(command, work), work)


def record_end(shift: Shift, work: DrawerWork, offline: Offline | None = None) -> EndedShift:
    """Record it, also of what a till without a connection has done. Raises InvalidTransition."""
    work.drawers.lock(shift.opened.register_id)
    figures = work.drawers.figures(shift.id).read()
    shift.end(work.now, offline)
    work.save(shift)
    return EndedShift(shift=shift, figures=figures)


def close_shift(command: CloseShift, work: ClosingWork) -> Shift:
    """Freeze the report of the shift with its next number, and hand the drawer on.

    Raises Missing, NotYourShift, StaleVersion, InvalidTransition, Invalid, TooFarBack, BeforeTheCompany.
    """
    return record_close(_load(command, work), command, work)


def record_close(
    shift: Shift, command: CloseShift, work: ClosingWork, offline: Offline | None = None
) -> Shift:
    """Record it, also of what a till without a connection has done.

    Raises InvalidTransition, Invalid, TooFarBack, BeforeTheCompany.

    Who holds the drawer waits for sales that are running, and later ones find no open shift.
    """
    shift.check_closable()
    own = {one.method for one in command.tenders} - BUILT_IN
    methods = work.settings.payment_methods(own) if own else Pending(dict)
    locked = work.drawers.lock(shift.opened.register_id)
    asked, head = work.drawers.sources(shift, work.caller.cashier_id), work.drawers.head()
    _check(command, shift)
    counted = _counted(command, methods.read())
    sources, drawer = asked.read(), locked.read()
    closed_at = moment_of(command.occurred_at, "A close", work, sources.place.backdating)
    count = _count(command, counted, drawer, closed_at, work.caller)
    report = make_report(shift, sources, drawer, count)
    place, known = sources.place, head.read()
    is_flagged = _is_flagged(offline, shift.ended.offline if shift.ended else None)
    shift.close(
        work.new_id(),
        is_blind=_is_blind(place, work.caller),
        head_position=known.position,
        head_hash=known.hash,
        offline=offline,
        **_closed(command, count, report, place, is_flagged=is_flagged),
    )
    work.save(shift)
    return shift


def recount_shift(command: RecountShift, work: DrawerWork) -> Shift:
    """Keep another count beside the first. Raises Missing, StaleVersion, InvalidTransition, Invalid."""
    shift = work.load(Shift, command.id)
    if not shift.is_within(work.caller.store_ids):
        raise Missing
    check_version(shift.version, command.expected_versions)
    check_denominations(command.denominations, command.counted_cash)
    shift.recount(
        counted_cash=command.counted_cash,
        denominations=command.denominations,
        reason=command.reason,
        occurred_at=work.now,
        cashier_id=work.caller.cashier_id,
    )
    work.save(shift)
    return shift


def _load(command: EndShift, work: UnitOfWork) -> Shift:
    """The caller's own shift, or any for whoever may. Raises Missing, NotYourShift, StaleVersion."""
    shift = work.load(Shift, command.id)
    if not shift.is_within(work.caller.store_ids):
        raise Missing
    check_closer(shift, work.caller)
    check_version(shift.version, command.expected_versions)
    return shift


def check_closer(shift: Shift, who: Caller) -> None:
    """Raise NotYourShift for another's shift, unless they may end and close any."""
    if shift.opened.cashier_id != who.cashier_id and CLOSE_ANY not in who.permissions:
        raise NotYourShift.without(CLOSE_ANY)


def _check(command: CloseShift, shift: Shift) -> None:
    """Raise Invalid for what cannot be so."""
    check_denominations(command.denominations, command.counted_cash)
    if command.closing_float is not None and command.closing_float > command.counted_cash:
        message = "No more can stay in the drawer than was counted."
        raise Invalid(details=[Detail("closing_float", "amount_not_valid", message)])
    if command.occurred_at and command.occurred_at < shift.opened.occurred_at:
        message = "A shift is closed after it was opened."
        raise Invalid(details=[Detail("occurred_at", "before_opening", message)])


def _counted(command: CloseShift, methods: Mapping[str, MethodAtSale]) -> dict[str, int]:
    """What was counted of each method, by its code. Raises Invalid naming each that cannot be counted so."""
    counted: dict[str, int] = {}
    details = []
    for index, one in enumerate(command.tenders):
        code = methods[one.method].code if one.method in methods else one.method
        if one.method not in methods and one.method not in BUILT_IN:
            details.append(Detail(f"tenders.{index}.method", "not_found", "It is no method of payment here."))
        elif code == CASH:
            message = "Cash is counted in `counted_cash`."
            details.append(Detail(f"tenders.{index}.method", "invalid", message))
        elif code in FROM_ACCOUNTS:
            message = "It is nothing that a drawer holds."
            details.append(Detail(f"tenders.{index}.method", "invalid", message))
        elif code in counted:
            details.append(Detail(f"tenders.{index}.method", "duplicate", "It was named before."))
        counted[code] = one.counted
    if details:
        raise Invalid(details=details)
    return counted


def _count(
    command: CloseShift, counted: Mapping[str, int], drawer: Drawer, closed_at: datetime, by: Caller
) -> DrawerCount:
    closing_float = command.closing_float
    return DrawerCount(
        z_number=drawer.z_number + 1,
        closed_by=by.cashier_id,
        closed_at=closed_at,
        counted_cash=command.counted_cash,
        closing_float=command.counted_cash if closing_float is None else closing_float,
        tenders=counted,
    )


def _is_blind(place: ShiftPlace, caller: Caller) -> bool:
    """Whether who counted could not see what the drawer should hold."""
    return place.blind_close and VIEW_EXPECTED not in caller.permissions


def _is_flagged(*told: Offline | None) -> bool:
    """Whether any of what a till told of the shift itself, which is in no report, has flags."""
    return any(one is not None and bool(one.flags) for one in told)


def _closed(
    command: CloseShift, count: DrawerCount, report: ShiftReport, place: ShiftPlace, *, is_flagged: bool
) -> dict[str, Any]:
    """What the close records; to be reviewed are a difference above the limit, flags, and numbers missing."""
    expected = report.cash.expected
    over_short = count.counted_cash - expected
    limit = place.over_short_limit
    nets = {tender.method: tender.net for tender in report.tenders}
    return {
        "cashier_id": count.closed_by,
        "occurred_at": count.closed_at,
        "counted_cash": count.counted_cash,
        "denominations": command.denominations,
        "tenders": tuple(
            TenderCount(method=method, counted=counted, expected=nets[method])
            for method, counted in count.tenders.items()
        ),
        "expected_cash": expected,
        "over_short": over_short,
        "closing_float": count.closing_float,
        "z_number": count.z_number,
        "perpetual": report.perpetual,
        "report": report,
        "over_short_reason": command.over_short_reason,
        "note": command.note,
        "needs_review": is_flagged
        or report.offline_flagged > 0
        or report.offline_missing > 0
        or (limit is not None and abs(over_short) > limit),
    }
