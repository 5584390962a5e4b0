"""The till that gives money back: its store, its open shift, and the number that its refund takes."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from commands.orders.baskets import QuoteWork, store_of
from commands.ports import UnitOfWork
from domain.pending import Pending
from domain.sale_context import HeldTill, SaleContext, StoreAtSale
from domain.shifts import shift_at
from domain.tills import Till, refund_number, refund_series_of, series_of, till_code


class PayingTillsPort(Protocol):
    """Tills as refunds and voids need them."""

    def lock(self, register_id: UUID | None, *series_ids: UUID) -> Pending[HeldTill]:
        """Lock a register's drawer and then number series by their ids, after all balances, and ask for them.

        None is made if there is none yet: a register that never had a shift has no drawer.
        """


class PayingTillWork(QuoteWork, Protocol):
    """What is given back at a till is decided with this."""

    @property
    def paying_tills(self) -> PayingTillsPort:
        """Tills."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayingTill:
    """The till that pays; its number is that of the refund.

    `sale_number` is the number that a sale of the same decision takes there, if it makes one.
    """

    store: StoreAtSale
    till: Till
    shift_id: UUID | None
    sale_number: int | None = None


def hold_till(context: SaleContext, work: PayingTillWork, *, is_sale: bool = False) -> Pending[PayingTill]:
    """Hold the till of this context until the end, with the number of a sale as well if the decision is one.

    Raises Invalid; reading it, NoOpenShift and Invalid.
    """
    store, code = store_of(context), _code(context)
    refunds, sales = refund_series_of(code), series_of(code)
    held = work.paying_tills.lock(context.register_id, *((refunds, sales) if is_sale else (refunds,)))

    def paying() -> PayingTill:
        answer = held.read()
        return PayingTill(
            store=store,
            till=_till(code, context, answer.next_numbers[refunds], work),
            shift_id=shift_at(answer.drawer, is_required=context.is_shift_required),
            sale_number=answer.next_numbers.get(sales),
        )

    return Pending(paying)


def _code(context: SaleContext) -> str:
    return till_code(store_of(context).code, context.register_code)


def _till(code: str, context: SaleContext, number: int, work: UnitOfWork) -> Till:
    return Till(
        channel="pos",
        store_id=store_of(context).id,
        register_id=context.register_id,
        cashier_id=work.caller.cashier_id,
        series_id=refund_series_of(code),
        series_number=number,
        number=refund_number(code, number),
    )
