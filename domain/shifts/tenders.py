"""What a shift took by method and by tax rate. Amounts are minor currency units."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from uuid import UUID

from domain.payments import CASH
from domain.pricing import LineTax
from domain.shifts.facts import Facts
from domain.shifts.figures import TaxFigures, TenderFigures

TaxKey = tuple[UUID, Decimal, bool]


def tenders_of(
    facts: Facts, counted: Mapping[str, int], names: Mapping[str, str]
) -> tuple[TenderFigures, ...]:
    """Cash first, then the others by their codes; `counted` is what somebody counted of one.

    Tips are without those given back.
    """
    sales: dict[str, int] = {}
    tips: dict[str, int] = {}
    refunds: dict[str, int] = {}
    for payment in (payment for sale in facts.sales for payment in sale.payments):
        sales[payment.method] = sales.get(payment.method, 0) + payment.amount
        tips[payment.method] = tips.get(payment.method, 0) + payment.tip
    for payment in (payment for one in facts.returns for payment in one.payments):
        refunds[payment.method] = refunds.get(payment.method, 0) + payment.amount
        tips[payment.method] = tips.get(payment.method, 0) - payment.tip
    methods = sorted({*sales, *refunds, *counted}, key=lambda method: (method != CASH, method))
    return tuple(
        _tender(
            method,
            names.get(method),
            sales=sales.get(method, 0),
            tips=tips.get(method, 0),
            refunds=refunds.get(method, 0),
            counted=counted.get(method),
        )
        for method in methods
    )


def _tender(
    method: str, name: str | None, *, sales: int, tips: int, refunds: int, counted: int | None
) -> TenderFigures:
    net = sales + tips - refunds
    return TenderFigures(
        method=method,
        name=name,
        sales=sales,
        tips=tips,
        refunds=refunds,
        net=net,
        counted=counted,
        over_short=None if counted is None else counted - net,
    )


def taxes_of(facts: Facts) -> tuple[TaxFigures, ...]:
    """The tax of sales and of returns apart, by rate, in the order in which the rates occurred."""
    sold = _by_rate(tax for sale in facts.sales for tax in sale.taxes)
    returned = _by_rate(tax for one in facts.returns for tax in one.taxes)
    return tuple(
        TaxFigures(
            tax_rate_id=key[0],
            name=(sold.get(key) or returned[key])[0],
            rate=key[1],
            inclusive=key[2],
            sales_taxable=sold[key][1] if key in sold else 0,
            sales_amount=sold[key][2] if key in sold else 0,
            returns_taxable=returned[key][1] if key in returned else 0,
            returns_amount=returned[key][2] if key in returned else 0,
        )
        for key in {**sold, **returned}
    )


def _by_rate(taxes: Iterable[LineTax]) -> dict[TaxKey, tuple[str, int, int]]:
    """Name, taxable value and amount of each rate."""
    sums: dict[TaxKey, tuple[str, int, int]] = {}
    for tax in taxes:
        key = (tax.tax_rate_id, tax.rate, tax.inclusive)
        _, taxable, amount = sums.get(key, ("", 0, 0))
        sums[key] = (tax.name, taxable + tax.taxable, amount + tax.amount)
    return sums
