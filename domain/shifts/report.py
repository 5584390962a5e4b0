"""The report of a shift, made of its facts by one function: an X while it runs, a Z when it is closed.

Amounts are minor currency units. A voided sale is in no sum but that of the voids, and what became known
after the close in none but the perpetual ones of the register's next report.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from domain.deliveries import Undelivered
from domain.payments import CASH
from domain.shifts.drawers import Drawer
from domain.shifts.facts import Facts, ShiftFact, net_of_return, tax_of_return
from domain.shifts.figures import CashFigures, CashierFigures, Letterhead, ShiftReport
from domain.shifts.occurrences import occurrences_of, reasons_of
from domain.shifts.perpetual import Perpetual
from domain.shifts.place import ShiftPlace
from domain.shifts.shift import Shift
from domain.shifts.tenders import taxes_of, tenders_of


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTotals:
    """How many parked sales a store has, and what they come to."""

    count: int = 0
    value: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawerCount:
    """A close: who counted what, and what stays in the drawer. `tenders` has other methods than cash."""

    z_number: int
    closed_by: UUID | None
    closed_at: datetime
    counted_cash: int
    closing_float: int
    tenders: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What a report is made of: the facts in the order of the log, and what was around them.

    `names` are those of the people who had to do with the shift, by their ids, `methods` those of the
    company's own ways to pay, by their codes. `undelivered` is of devices that were in use in the shift.
    """

    facts: Iterable[ShiftFact]
    place: ShiftPlace
    names: Mapping[UUID, str]
    methods: Mapping[str, str]
    held: HeldTotals
    undelivered: Undelivered


def make_report(
    shift: Shift, sources: Sources, drawer: Drawer, count: DrawerCount | None = None
) -> ShiftReport:
    """The report of a shift; without a count it is an X."""
    known = Facts.of(sources.facts)
    opened = shift.opened
    held, undelivered = sources.held, sources.undelivered
    sales, returns = known.sales, known.returns
    gross, net = (sum(getattr(sale.totals, name) for sale in sales) for name in ("gross_sales", "net_sales"))
    returned = sum(map(net_of_return, returns))
    tax = sum(sale.totals.tax_total for sale in sales) - sum(map(tax_of_return, returns))
    tips = sum(sale.totals.tip_total for sale in sales) - sum(getattr(one, "tip", 0) for one in returns)
    rounding = sum(sale.totals.rounding for sale in sales) - sum(one.rounding for one in returns)
    numbers = known.numbers
    return ShiftReport(
        shift_id=shift.id,
        register_id=opened.register_id,
        store_id=opened.store_id,
        letterhead=_letterhead(shift, sources, count),
        currency=opened.currency,
        z_number=count.z_number if count else None,
        opened_by=opened.cashier_id,
        opened_at=opened.occurred_at,
        closed_by=count.closed_by if count else None,
        closed_at=count.closed_at if count else None,
        business_dates=known.business_dates or (opened.business_date,),
        first_receipt=numbers[0] if numbers else None,
        last_receipt=numbers[-1] if numbers else None,
        receipts=len(sales),
        refunds=len(returns),
        items=sum((line.quantity for sale in sales for line in sale.lines), Decimal(0)),
        gross_sales=gross,
        discounts=gross - net,
        returns=returned,
        net_sales=net - returned,
        tax=tax,
        tips=tips,
        rounding=rounding,
        total_collected=net - returned + tax + tips + rounding,
        taxes=taxes_of(known),
        tenders=tenders_of(known, _counted(count), sources.methods),
        cash=_cash(known, opened.opening_float, count),
        occurrences=occurrences_of(known),
        cashiers=_cashiers(known, sources.names),
        held_count=held.count,
        held_value=held.value,
        late_count=drawer.late_count,
        late_total=drawer.late_total,
        offline_applied=len(known.offline),
        offline_flagged=sum(1 for one in known.offline if one.flags),
        offline_missing=undelivered.missing,
        offline_waiting=undelivered.waiting,
        offline_rejected=undelivered.rejected,
        perpetual=_perpetual(known, drawer.perpetual, count),
    )


def _counted(count: DrawerCount | None) -> Mapping[str, int]:
    return count.tenders if count else {}


def _cash(known: Facts, opening_float: int, count: DrawerCount | None) -> CashFigures:
    sales = [payment for sale in known.sales for payment in sale.payments if payment.method == CASH]
    back = [payment for one in known.returns for payment in one.payments if payment.method == CASH]
    counted = count.counted_cash if count else None
    closing_float = count.closing_float if count else None
    return CashFigures(
        opening_float=opening_float,
        sales=sum(payment.amount for payment in sales),
        tips=sum(payment.tip for payment in sales) - sum(payment.tip for payment in back),
        refunds=sum(payment.amount for payment in back),
        paid_in=reasons_of(known.movements(Shift.CashPaidIn)),
        paid_out=reasons_of(known.movements(Shift.CashPaidOut)),
        drops=sum(drop.amount for drop in known.movements(Shift.CashDropped)),
        expected=known.expected_cash,
        counted=counted,
        over_short=None if counted is None else counted - known.expected_cash,
        closing_float=closing_float,
        dropped_at_close=None if counted is None or closing_float is None else counted - closing_float,
    )


def _letterhead(shift: Shift, sources: Sources, count: DrawerCount | None) -> Letterhead:
    names = sources.names
    opened_by, closed_by = shift.opened.cashier_id, count.closed_by if count else None
    return Letterhead(
        company=sources.place.company_name,
        tax_number=sources.place.tax_number,
        store=sources.place.store_name,
        register=sources.place.name,
        timezone=sources.place.timezone,
        opened_by=names.get(opened_by) if opened_by else None,
        closed_by=names.get(closed_by) if closed_by else None,
    )


def _cashiers(known: Facts, names: Mapping[UUID, str]) -> tuple[CashierFigures, ...]:
    """Who sold what; what somebody gave back lowers their own sales."""
    orders: dict[UUID | None, int] = {}
    net: dict[UUID | None, int] = {}
    for sale in known.sales:
        orders[sale.cashier_id] = orders.get(sale.cashier_id, 0) + 1
        net[sale.cashier_id] = net.get(sale.cashier_id, 0) + sale.totals.net_sales
    for one in known.returns:
        net[one.cashier_id] = net.get(one.cashier_id, 0) - net_of_return(one)
    return tuple(
        CashierFigures(
            cashier_id=cashier_id,
            name=names.get(cashier_id) if cashier_id else None,
            orders=orders.get(cashier_id, 0),
            net_sales=net[cashier_id],
        )
        for cashier_id in sorted(net, key=str)
    )


def _perpetual(known: Facts, before: Perpetual, count: DrawerCount | None) -> Perpetual:
    """What the register took since it began, this shift included."""
    own = Perpetual(
        sales=sum(sale.totals.total for sale in known.sales),
        returns=sum(one.total for one in known.returns),
        receipts=len(known.sales),
        z_count=1 if count else 0,
    )
    return before.grown_by(own)
