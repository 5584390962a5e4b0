"""Shifts and movements as clients see them."""

from collections.abc import Iterable, Mapping
from typing import Any

from api.shifts.answers import (
    CashMovementAnswer,
    DrawerEntryAnswer,
    LateAnswer,
    ListedShiftAnswer,
    RecordedMovementAnswer,
    RecountAnswer,
    RestatedAnswer,
    ShiftAnswer,
    ShiftTenderAnswer,
)
from commands.shifts.cash import CashMovement
from commands.shifts.closing import EndedShift
from domain.payments import CASH
from domain.shifts import Shift
from domain.shifts.figures import ShiftFigures
from domain.shifts.movements import TYPES
from projections.base import Row


def show_opened(shift: Shift) -> ShiftAnswer:
    """A shift that was just opened."""
    opened = shift.opened
    figures = ShiftFigures(
        expected_cash=opened.opening_float, business_dates=(opened.business_date,), tenders={}
    )
    return show_shift(shift, figures)


def show_ended(ended: EndedShift) -> ShiftAnswer:
    """A shift whose drawer is being counted."""
    return show_shift(ended.shift, ended.figures)


def show_closed(shift: Shift) -> ShiftAnswer:
    """A closed shift, by its own report."""
    return show_shift(shift, None)


def show_shift(shift: Shift, figures: ShiftFigures | None) -> ShiftAnswer:
    """A shift by what it has come to so far; a closed one by its own report."""
    opened, closed = shift.opened, shift.closed
    figures = figures_of_close(shift) if closed else figures
    assert figures is not None  # noqa: S101 whoever shows one that is not closed has asked for them
    return ShiftAnswer(
        id=shift.id,
        register_id=opened.register_id,
        store_id=opened.store_id,
        status=shift.status,
        opened_by=opened.cashier_id,
        opened_at=opened.occurred_at,
        ended_at=shift.ended_at,
        closed_by=closed.cashier_id if closed else None,
        closed_at=closed.occurred_at if closed else None,
        business_dates=list(figures.business_dates),
        currency=opened.currency,
        opening_float=opened.opening_float,
        expected_float=opened.expected_float,
        float_difference=_difference(opened.opening_float, opened.expected_float),
        expected_cash=figures.expected_cash,
        counted_cash=closed.counted_cash if closed else None,
        over_short=closed.over_short if closed else None,
        closing_float=closed.closing_float if closed else None,
        tenders=_tenders_of_close(shift) if closed else tenders_so_far(figures.tenders),
        z_number=closed.z_number if closed else None,
        needs_review=shift.needs_review,
        late=LateAnswer(count=shift.late_count, total=shift.late_total),
        restated=RestatedAnswer(over_short=shift.restated_over_short),
        version=shift.version,
        over_short_reason=closed.over_short_reason if closed else None,
        note=closed.note if closed and closed.note else opened.note,
        recounts=[_show_recount(one) for one in shift.recounts],
    )


def _show_recount(recounted: Shift.Recounted) -> RecountAnswer:
    return RecountAnswer(
        counted_cash=recounted.counted_cash,
        counted_by=recounted.cashier_id,
        counted_at=recounted.occurred_at,
        reason=recounted.reason,
    )


def show_row(row: Row, currency: str) -> ListedShiftAnswer:
    """A shift as lists have it."""
    tenders = tenders_so_far(row["tenders_so_far"] or {})
    if row["tenders"] is not None:
        tenders = [ShiftTenderAnswer(**tender) for tender in row["tenders"]]
    return ListedShiftAnswer.of(
        {
            **row,
            "currency": currency,
            "float_difference": _difference(row["opening_float"], row["expected_float"]),
            "tenders": tenders,
            "late": {"count": row["late_count"], "total": row["late_total"]},
            "restated": {"over_short": _restated(row)},
        }
    )


def _restated(row: Row) -> int | None:
    if row["counted_cash"] is None:
        return None
    counted = row["counted_cash"] if row["recounted_cash"] is None else row["recounted_cash"]
    return int(counted - row["expected_cash"] - row["late_cash"])


def _difference(there: int, expected: int | None) -> int | None:
    return None if expected is None else there - expected


def figures_of_close(shift: Shift) -> ShiftFigures:
    """What a closed shift came to."""
    assert shift.closed is not None  # noqa: S101 only closed ones are asked about
    report = shift.closed.report
    return ShiftFigures(
        expected_cash=shift.closed.expected_cash, business_dates=report.business_dates, tenders={}
    )


def _tenders_of_close(shift: Shift) -> list[ShiftTenderAnswer]:
    assert shift.closed is not None  # noqa: S101 only closed ones are asked about
    return [
        ShiftTenderAnswer(method=one.method, net=one.net, counted=one.counted, over_short=one.over_short)
        for one in shift.closed.report.tenders
    ]


def tenders_so_far(tenders: Mapping[str, int]) -> list[ShiftTenderAnswer]:
    """What was taken by method, cash first."""
    return [
        ShiftTenderAnswer(method=method, net=tenders[method], counted=None, over_short=None)
        for method in sorted(tenders, key=lambda method: (method != CASH, method))
    ]


def show_recorded(recorded: CashMovement) -> RecordedMovementAnswer:
    """A movement that was just recorded, or had been."""
    fields = _movement_fields(recorded.shift, recorded.movement, recorded.balance)
    return RecordedMovementAnswer(**fields, expected_cash=recorded.balance, version=recorded.shift.version)


def show_movements(shift: Shift, entries: Iterable[Row]) -> list[CashMovementAnswer]:
    """The movements of a shift, oldest first, each with what should have been in the drawer after it."""
    balances = {row["version"]: int(row["balance"]) for row in entries if row["stream_id"] == shift.id}
    return [
        CashMovementAnswer(**_movement_fields(shift, one, balances[one.originator_version]))
        for one in shift.movements
    ]


def _movement_fields(shift: Shift, movement: Shift.CashMoved, balance: int) -> dict[str, Any]:
    return {
        "id": movement.movement_id,
        "shift_id": shift.id,
        "type": TYPES[type(movement)],
        "amount": movement.amount,
        "reason": movement.reason,
        "reference": movement.reference,
        "note": movement.note,
        "cashier_id": movement.cashier_id,
        "occurred_at": movement.occurred_at,
        "recorded_at": movement.timestamp,
        "balance_after": balance,
    }


def show_entry(row: Mapping[str, Any]) -> DrawerEntryAnswer:
    """One line of what changed a drawer."""
    return DrawerEntryAnswer(
        id=row["stream_id"],
        kind=row["kind"],
        label=row["label"],
        cashier_id=row["cashier_id"],
        occurred_at=row["occurred_at"],
        amount=row["cash"],
        is_late=row["is_late"],
        balance_after=None if row["is_late"] else int(row["balance"]),
    )
