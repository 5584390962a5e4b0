"""What a till did without a connection, while it is decided: when, in which shift, and under which number."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from commands.orders.baskets import store_of
from commands.orders.offline_rules import Flags, moment_taken
from commands.orders.paying_tills import PayingTill
from commands.orders.refunds import RefundWork
from commands.orders.sales import till_of
from commands.ports import UnitOfWork
from commands.shifts.late_facts import ShiftOfFact, shift_of
from commands.sync.delivery import Delivery
from domain.orders import Offline
from domain.sale_context import HeldTill, SaleContext
from domain.shifts.late_facts import LateFact
from domain.tills import Till, place_of_refund, refund_number, refund_series_of, series_of, till_code


@dataclass(slots=True, kw_only=True)
class OfflineFact:
    """It belongs to the shift that is named, else to the register's that was open by then.

    `flags` gather what is not as it should be.
    """

    delivery: Delivery
    named_shift_id: UUID | None = None
    flags: Flags = field(default_factory=set)
    shift: ShiftOfFact = field(default_factory=ShiftOfFact)

    def moment(self, context: SaleContext, sold_at: datetime | None, work: UnitOfWork) -> datetime:
        """When it happened: as the till told if that can be, and after the sale."""
        moment = moment_taken(context, store_of(context), self.delivery, self.flags, work.now)
        return max(moment, sold_at) if sold_at else moment

    def hold_till(self, context: SaleContext, work: RefundWork, *, is_exchange: bool = False) -> PayingTill:
        """Hold the till that pays. Raises NotArrived, and Invalid for the shift of another register.

        The number that the till printed is that of the refund; in an exchange, that of the sale.
        """
        code = till_code(store_of(context).code, context.register_code)
        refunds, sales = refund_series_of(code), series_of(code)
        series = (refunds, sales) if is_exchange else (refunds,)
        held = work.paying_tills.lock(context.register_id, *series).read()
        self.shift = self._shift(context, held, work)
        return PayingTill(
            store=store_of(context),
            till=self._numbered(code, context, held, None if is_exchange else self.delivery.number, work),
            shift_id=self.shift.id,
            sale_number=held.next_numbers.get(sales),
        )

    def note(self, fact: LateFact, work: UnitOfWork) -> None:
        """Tell its shift, if that was closed before."""
        self.shift.note(fact, work)

    def offline(self, received_at: datetime) -> Offline:
        """What is recorded of it with the fact."""
        return self.delivery.offline(received_at, self.flags | self.shift.flags)

    def _shift(self, context: SaleContext, held: HeldTill, work: UnitOfWork) -> ShiftOfFact:
        told_at, required = self.delivery.told_at, context.is_shift_required
        return shift_of(self.named_shift_id, told_at, held.drawer, is_required=required, work=work)

    def _numbered(
        self, code: str, context: SaleContext, held: HeldTill, printed: str | None, work: RefundWork
    ) -> Till:
        """The till with the number that was printed; without one, with the next of its refunds.

        A number that another refund has, that is none of the device's, or far beyond its last, has no place
        in a series.
        """
        till, series_id = till_of(context, store_of(context), work), refund_series_of(code)
        if printed is None:
            number = held.next_numbers[series_id]
            return replace(
                till, number=refund_number(code, number), series_id=series_id, series_number=number
            )
        place = place_of_refund(printed, self.delivery.device_code)
        if place is None or not work.sales.is_free_for_refund(*place).read():
            self.flags.add("number_conflict")
            place = refund_series_of(f"{code}-{self.delivery.device_code}"), 0
        return replace(till, number=printed, series_id=place[0], series_number=place[1])
