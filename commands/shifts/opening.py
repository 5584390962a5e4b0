"""Opening a shift: a register begins with so much in its drawer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from commands.moments import moment_of
from commands.ports import DuplicateId
from commands.shifts.ports import DrawerWork
from domain.business_date import business_date
from domain.errors import Detail, Invalid
from domain.orders.offline import Offline
from domain.settings import OtherStore
from domain.shifts import Denomination, Shift, ShiftPlace
from domain.shifts.denominations import check_denominations
from domain.stores import StoreClosed


@dataclass(frozen=True, kw_only=True)
class OpenShift:
    """Begin a shift with so much in the drawer, in minor currency units."""

    id: UUID
    register_id: UUID
    opening_float: int
    denominations: tuple[Denomination, ...] = ()
    note: str | None = None
    occurred_at: datetime | None = None


def open_shift(command: OpenShift, work: DrawerWork) -> Shift:
    """Open it, once: the same request again answers with the shift that it opened.

    Raises DuplicateId, Invalid, OtherStore, StoreClosed, ShiftAlreadyOpen, TooFarBack, BeforeTheCompany.
    """
    return record_opening(command, work)


def record_opening(command: OpenShift, work: DrawerWork, offline: Offline | None = None) -> Shift:
    """The same, also of what a till without a connection has done."""
    asked = work.drawers.place(command.register_id)
    locked = work.drawers.lock(command.register_id)
    # The same request at the same moment holds the drawer until it has recorded the shift.
    earlier = work.find_earlier(Shift, Shift.Opened, command.id)
    if existing := earlier.read():
        if existing.opened.register_id != command.register_id:
            raise DuplicateId
        return existing
    check_denominations(command.denominations, command.opening_float)
    place, drawer = _checked(asked.read(), work), locked.read()
    if drawer.shift_id:
        raise work.drawers.current_shift(drawer.shift_id).refusal()
    occurred_at = moment_of(command.occurred_at, "An opening", work, place.backdating)
    shift = Shift.begin(
        Shift.Opened,
        command.id,
        register_id=command.register_id,
        store_id=place.store_id,
        cashier_id=work.caller.cashier_id,
        currency=place.currency,
        opening_float=command.opening_float,
        expected_float=drawer.closing_float,
        denominations=command.denominations,
        business_date=business_date(occurred_at, place.timezone, place.day_cut),
        occurred_at=occurred_at,
        previous_shift_id=drawer.last_shift_id,
        note=command.note,
        offline=offline,
    )
    work.save(shift)
    return shift


def _checked(place: ShiftPlace | None, work: DrawerWork) -> ShiftPlace:
    """The register. Raises Invalid, OtherStore, StoreClosed."""
    if place is None:
        raise Invalid(details=[Detail("register_id", "not_found", "There is no such register.")])
    if work.caller.store_ids and place.store_id not in work.caller.store_ids:
        raise OtherStore
    if not place.is_open:
        raise StoreClosed.in_fields("register_id")
    return place
