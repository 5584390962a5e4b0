"""A parked sale as other decisions meet it: by whom it may be taken up, and what is reserved for it."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from uuid import UUID

from commands.ports import Missing, UnitOfWork
from domain.aggregate import Aggregate
from domain.errors import Detail, Invalid
from domain.held_sales import HeldElsewhere, HeldSale, reservation_of
from domain.pending import Pending
from domain.registers import Register
from domain.stock.movements import MovementLine
from domain.stock.reservations import Reservation
from domain.users import User

#: Why what is reserved for a parked sale is promised no more.
RELEASE_REASON = "The parked sale has ended."


class ParkedBasket:
    """A parked sale that a basket comes from, with its reservation; or none (`held` is None)."""

    def __init__(self, held: HeldSale | None, reservation: Reservation | None) -> None:
        self.held = held
        self._reservation = reservation

    @property
    def id(self) -> UUID | None:
        """The parked sale's id."""
        return self.held.id if self.held else None

    @property
    def promised(self) -> Collection[UUID]:
        """The variants of which something is promised to it, in whatever storage."""
        return self._reservation.open if self._reservation else ()

    def check(self, store_id: UUID, register_id: UUID | None, work: UnitOfWork) -> None:
        """Raise Invalid for one of another store, HeldSaleEnded, HeldElsewhere for one at another till."""
        if self.held is None:
            return
        if self.held.terms.store_id != store_id:
            raise _unknown()
        self.held.check_open()
        check_holder(self.held, register_id, work)

    def taken(self, store_id: UUID) -> "ParkedBasket":
        """What of it a till has sold without a connection: itself if it still waits in that store, or none.

        Whoever else has it by now, the goods are gone.
        """
        held = self.held
        return self if held and held.is_open and held.terms.store_id == store_id else NOT_PARKED

    def reserved(self, storage_id: UUID | None) -> Mapping[UUID, Decimal]:
        """What of the storage's stock is still promised to it."""
        reservation = self._reservation
        return reservation.open if reservation and reservation.storage_id == storage_id else {}

    def sell(self, order_id: UUID, storage_id: UUID | None, moved: Iterable[MovementLine]) -> list[Aggregate]:
        """Note what it became, and that nothing is promised to it any more. Raises HeldSaleEnded."""
        if self.held is None:
            return []
        self.held.sell(order_id)
        if self._reservation and self.reserved(storage_id):
            self._reservation.fulfil(_taken(moved))
        return [self.held, *self._release()]

    def park_again(self, held_id: UUID) -> list[Aggregate]:
        """Give it up for the one that its basket becomes. Raises HeldSaleEnded."""
        if self.held is None:
            return []
        self.held.discard(held_id)
        return [self.held, *self._release()]

    def _release(self) -> list[Aggregate]:
        """Its reservation, with nothing promised any more."""
        if self._reservation is None:
            return []
        if self._reservation.status == "placed":
            self._reservation.release(None, RELEASE_REASON)
        return [self._reservation]


#: Where a basket comes from no parked sale.
NOT_PARKED = ParkedBasket(None, None)


def ask_basket(held_id: UUID | None, work: UnitOfWork) -> Pending[ParkedBasket]:
    """Ask for the parked sale that a body names; reading it raises Invalid for one that is not there."""
    if held_id is None:
        return Pending(lambda: NOT_PARKED)
    held = work.ask(HeldSale, held_id)
    reservation = work.ask(Reservation, reservation_of(held_id))

    def basket() -> ParkedBasket:
        try:
            found = held.read()
        except Missing:
            raise _unknown() from None
        if not found.is_within(work.caller.store_ids):
            raise _unknown()
        return ParkedBasket(found, reservation.read() if found.terms.reservation_id else None)

    return Pending(basket)


def ask_any_basket(held_id: UUID | None, work: UnitOfWork) -> Pending[ParkedBasket]:
    """Ask for the parked sale that a till has sold without a connection; one that is not there is none."""
    asked = ask_basket(held_id, work)

    def basket() -> ParkedBasket:
        try:
            return asked.read()
        except Invalid:
            return NOT_PARKED

    return Pending(basket)


def find_held(held_id: UUID, work: UnitOfWork) -> HeldSale:
    """The parked sale, in a store of the caller's. Raises Missing."""
    held = work.load(HeldSale, held_id)
    if not held.is_within(work.caller.store_ids):
        raise Missing
    return held


def check_holder(held: HeldSale, register_id: UUID | None, work: UnitOfWork) -> None:
    """Raise HeldElsewhere, saying by whom and where, if another till has taken it up."""
    resumption = held.resumption
    if resumption is None or not held.is_elsewhere(register_id, work.caller.cashier_id):
        return
    register = _name_of(Register, resumption.register_id, "name", work)
    cashier = _name_of(User, resumption.cashier_id, "username", work)
    place = f" at {register}" if register else ""
    refusal = HeldElsewhere(f"{cashier or 'Somebody'} has taken it up{place}.")
    refusal.beside["held_by"] = {
        "register_id": resumption.register_id,
        "register": register,
        "cashier_id": resumption.cashier_id,
        "cashier": cashier,
        "resumed_at": resumption.resumed_at,
    }
    raise refusal


def _taken(moved: Iterable[MovementLine]) -> dict[UUID, Decimal]:
    quantities: dict[UUID, Decimal] = {}
    for line in moved:
        quantities[line.variant_id] = quantities.get(line.variant_id, Decimal(0)) - line.quantity
    return quantities


def _name_of(kind: type[Register | User], own_id: UUID | None, field: str, work: UnitOfWork) -> str | None:
    if own_id is None:
        return None
    try:
        return str(work.load(kind, own_id).values[field])
    except Missing:
        return None


def _unknown() -> Invalid:
    return Invalid(details=[Detail("held_id", "not_found", "There is no such parked sale in this store.")])
