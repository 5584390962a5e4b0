"""What a store took in a closed period, as sums that are added up. Amounts are minor currency units."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any, TypeVar

from domain.payments import CASH

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedTax:
    """One tax as it was charged, sales and returns apart; without a name it is what bears no tax."""

    name: str | None
    rate: Decimal
    inclusive: bool
    jurisdiction: str | None
    sales_taxable: int
    sales_amount: int
    returns_taxable: int
    returns_amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedTender:
    """One way to pay: net = sales + tips - refunds."""

    method: str
    sales: int
    tips: int
    refunds: int
    net: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedFigures:
    """The sums of a register's report, of a whole store. Voided sales are in none but `voids`.

    `sales` and `returned` are what was sold and given back, tax included. `deposits` is what was paid on
    orders before their goods, less what of that their goods have used up. total_collected = net_sales + tax +
    tips + rounding + deposits, and is what the tenders add up to.
    """

    receipts: int = 0
    refunds: int = 0
    unlinked_returns: int = 0
    voids: int = 0
    void_total: int = 0
    price_overrides: int = 0
    items: Decimal = Decimal(0)
    gross_sales: int = 0
    discounts: int = 0
    returns: int = 0
    net_sales: int = 0
    tax: int = 0
    tips: int = 0
    rounding: int = 0
    deposits: int = 0
    total_collected: int = 0
    sales: int = 0
    returned: int = 0
    taxes: tuple[ClosedTax, ...] = ()
    tenders: tuple[ClosedTender, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFigures:
    """What became known of days that were closed before: so many facts, and their sums.

    Of these, `reversed_total` is what sales came to, and `reversed_receipts` how many they were, that an
    earlier closing has and that were voided since.
    """

    facts: int
    figures: ClosedFigures
    reversed_receipts: int = 0
    reversed_total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePerpetual:
    """What a store took since it began, tax included; it only grows."""

    sales: int = 0
    returns: int = 0
    receipts: int = 0

    @property
    def net(self) -> int:
        """Sales without what was returned."""
        return self.sales - self.returns

    def grown_by(self, own: ClosedFigures, late: LateFigures | None) -> "StorePerpetual":
        """With what a closing adds: a sale that an earlier one has is not taken out again, but returned."""
        known = late or NOTHING_LATE
        return StorePerpetual(
            sales=self.sales + own.sales + known.figures.sales + known.reversed_total,
            returns=self.returns + own.returned + known.figures.returned + known.reversed_total,
            receipts=self.receipts + own.receipts + known.figures.receipts + known.reversed_receipts,
        )


NOTHING_LATE = LateFigures(facts=0, figures=ClosedFigures())


def sum_of_figures(several: Iterable[ClosedFigures]) -> ClosedFigures:
    """The sums of several periods; taxes in the order in which they occur first, tenders by their codes."""
    every = list(several)
    nothing = ClosedFigures()
    plain: dict[str, Any] = {
        field.name: sum((getattr(one, field.name) for one in every), getattr(nothing, field.name))
        for field in fields(ClosedFigures)
        if field.name not in {"taxes", "tenders"}
    }
    tenders = (tender for one in every for tender in one.tenders)
    return ClosedFigures(
        **plain,
        taxes=_added((tax for one in every for tax in one.taxes), _tax_key, _TAX_SUMS),
        tenders=tuple(sorted(_added(tenders, _method, _TENDER_SUMS), key=cash_first)),
    )


def sum_of_late(several: Iterable[LateFigures | None]) -> LateFigures | None:
    """The sums of what was late in several periods; None if nothing was."""
    every = [one for one in several if one]
    if not every:
        return None
    return LateFigures(
        facts=sum(one.facts for one in every),
        figures=sum_of_figures(one.figures for one in every),
        reversed_receipts=sum(one.reversed_receipts for one in every),
        reversed_total=sum(one.reversed_total for one in every),
    )


_TAX_SUMS = ("sales_taxable", "sales_amount", "returns_taxable", "returns_amount")
_TENDER_SUMS = ("sales", "tips", "refunds", "net")


def _tax_key(tax: ClosedTax) -> Hashable:
    return tax.name, tax.rate, tax.inclusive, tax.jurisdiction


def _method(tender: ClosedTender) -> Hashable:
    return tender.method


def cash_first(tender: ClosedTender) -> tuple[bool, str]:
    """Tenders as reports have them: cash, then the others by their codes."""
    return tender.method != CASH, tender.method


def _added(several: Iterable[T], key: Callable[[T], Hashable], sums: tuple[str, ...]) -> tuple[T, ...]:
    """Those of one key as one."""
    by_key: dict[Hashable, Any] = {}
    for one in several:
        known = by_key.get(key(one))
        by_key[key(one)] = one if known is None else _plus(known, one, sums)
    return tuple(by_key.values())


def _plus(one: Any, other: Any, sums: tuple[str, ...]) -> Any:
    return replace(one, **{name: getattr(one, name) + getattr(other, name) for name in sums})
