"""A reservation keeps count of what is promised, and says in the end what became of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from domain.stock.reservations import (
    PlacedLine,
    ReleaseExceedsReserved,
    Reservation,
    ReservationEnded,
    ReservedLine,
)

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
TEA, MILK = uuid4(), uuid4()


def reservation(tea: str = "3", milk: str = "2") -> Reservation:
    return Reservation.begin(
        Reservation.Placed,
        uuid4(),
        storage_id=uuid4(),
        occurred_at=NOON,
        expires_at=NOON + timedelta(hours=1),
        lines=(
            PlacedLine(variant_id=TEA, quantity=Decimal(tea)),
            PlacedLine(variant_id=MILK, quantity=Decimal(milk)),
        ),
    )


def tea(quantity: str) -> list[ReservedLine]:
    return [ReservedLine(variant_id=TEA, quantity=Decimal(quantity))]


def test_what_is_handed_over_and_released_is_open_no_more() -> None:
    promised = reservation()
    promised.fulfil({TEA: Decimal(1), MILK: Decimal(2)})
    promised.release(tea("1.5"), None)
    assert promised.open == {TEA: Decimal("0.5")}
    assert promised.status == "placed"
    kept = promised.promises[TEA]
    assert (kept.fulfilled, kept.released) == (Decimal(1), Decimal("1.5"))


def test_more_than_was_promised_is_not_counted_against_it() -> None:
    promised = reservation()
    promised.fulfil({TEA: Decimal(5), uuid4(): Decimal(1)})
    assert promised.promises[TEA].fulfilled == 3
    assert promised.open == {MILK: Decimal(2)}


def test_handing_over_what_was_never_promised_records_nothing() -> None:
    promised = reservation()
    promised.fulfil({uuid4(): Decimal(1)})
    assert promised.version == 1


def test_its_end_is_called_after_what_became_of_the_last_of_it() -> None:
    handed_over, let_go, lapsed = reservation(), reservation(), reservation()
    for one in (handed_over, let_go, lapsed):
        one.release(tea("3"), None)
    handed_over.fulfil({MILK: Decimal(2)})
    let_go.release(None, "Changed their mind")
    lapsed.expire()
    assert (handed_over.status, let_go.status, lapsed.status) == ("fulfilled", "released", "expired")
    for one in (handed_over, let_go, lapsed):
        assert one.open == {}
        with pytest.raises(ReservationEnded):
            one.release(None, None)
        with pytest.raises(ReservationEnded):
            one.expire()


def test_more_than_is_open_is_not_released() -> None:
    promised = reservation()
    promised.fulfil({TEA: Decimal(2)})
    with pytest.raises(ReleaseExceedsReserved):
        promised.release(tea("1.00001"), None)
    assert promised.open[TEA] == 1


def test_it_is_due_at_its_end_and_never_without_one() -> None:
    promised = reservation()
    assert not promised.is_due(NOON)
    assert promised.is_due(NOON + timedelta(hours=1))
    promised.release(None, None)
    assert not promised.is_due(NOON + timedelta(hours=1))
