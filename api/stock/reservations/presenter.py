"""A reservation as clients see it."""

from api.stock.reservations.answers import ReservationAnswer, ReservationLineAnswer
from domain.stock.reservations import Promise, Reservation
from projections.base import Row


def show_reservation(reservation: Reservation) -> ReservationAnswer:
    """A reservation as it was decided about, or found."""
    return ReservationAnswer(
        id=reservation.id,
        storage_id=reservation.storage_id,
        order_id=reservation.order_id,
        customer_id=reservation.customer_id,
        status=reservation.status,
        occurred_at=reservation.occurred_at,
        expires_at=reservation.expires_at,
        lines=[_line(promise) for promise in reservation.promises.values()],
        reference=reservation.reference,
        note=reservation.note,
        release_reason=reservation.release_reason,
        created_by=reservation.created_by,
        recorded_at=reservation.created_on,
        version=reservation.version,
    )


def show_row(row: Row) -> ReservationAnswer:
    """A row of the list."""
    return ReservationAnswer.of({**row, "recorded_at": row["created_at"]})


def _line(promise: Promise) -> ReservationLineAnswer:
    line = promise.line
    return ReservationLineAnswer(
        variant_id=line.variant_id,
        quantity=line.quantity,
        entered_quantity=line.quantity if line.entered_quantity is None else line.entered_quantity,
        unit_id=line.unit_id,
        base_quantity=line.quantity,
        fulfilled=promise.fulfilled,
        released=promise.released,
    )
