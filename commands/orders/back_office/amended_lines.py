"""The lines of an order after an amendment: old ones keep the price they were placed at."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Final, cast
from uuid import UUID

from commands.orders.baskets import (
    PRICE_OVERRIDE,
    BasketLine,
    PriceOverrideNotAllowed,
    QuoteBasket,
    check_discounts,
    check_lines,
)
from commands.orders.lines import amounts_of, line_of
from commands.ports import UnitOfWork
from domain.catalog.products import NotForSale
from domain.errors import Detail, Invalid
from domain.orders import Order, SaleLine
from domain.orders.back_office import LineFulfilled
from domain.orders.handovers import resized
from domain.pricing import Discount, Item, LineTax, PricedLine, Rules, TaxRate, price
from domain.sale_context import SaleContext, VariantAtSale

_BEGUN: Final = "Goods of the order were handed over or cancelled."


@dataclass(frozen=True, kw_only=True)
class AmendedLine:
    """A line as it is to be: one of the order by its id, or a new one of a variant.

    What is None is left as it is: an old line keeps its price (minor currency units) and discounts, a new one
    has the catalog's and none. A note is kept where none is said, not even that there is none (`says_note`).
    """

    id: UUID | None = None
    variant_id: UUID | None = None
    quantity: Decimal
    unit_price: int | None = None
    discounts: tuple[Discount, ...] | None = None
    note: str | None = None
    says_note: bool = False


@dataclass(frozen=True, kw_only=True)
class Amendment:
    """What an order is priced by when it is amended."""

    order: Order
    lines: tuple[AmendedLine, ...]
    #: Those of the whole order; None: as they are.
    discounts: tuple[Discount, ...] | None
    #: Whether old lines are to cost what the catalog says now.
    reprice: bool

    @cached_property
    def old(self) -> dict[UUID, SaleLine]:
        """The lines of the order, by their ids."""
        return {line.id: line for line in self.order.terms.lines}

    @property
    def variant_ids(self) -> list[UUID]:
        """The variants that it is about."""
        return [variant_id for line in self.lines if (variant_id := self.variant_of(line))]

    def variant_of(self, line: AmendedLine) -> UUID | None:
        """The variant of a line; None where neither the order nor the client names one."""
        old = self.old_of(line)
        return old.variant_id if old else line.variant_id

    def old_of(self, line: AmendedLine) -> SaleLine | None:
        """The line of the order that it names; None for a new one."""
        return self.old.get(line.id) if line.id else None

    def note_of(self, line: AmendedLine) -> str | None:
        """What is said of it from now on."""
        old = self.old_of(line)
        return old.note if old and not line.says_note else line.note


def amended_lines(amendment: Amendment, context: SaleContext, work: UnitOfWork) -> tuple[SaleLine, ...]:
    """The lines whole, priced by the one calculator.

    Once goods were handed over or cancelled, no old line is priced anew: its amounts follow its quantity in
    proportion, so that what became revenue stays a part of it, and a discount of the whole order is not given
    again for what is left of it; and the order's discounts stay those they were. Raises
    Invalid, NotForSale, LineFulfilled, PriceOverrideNotAllowed, DiscountExceedsValue, DiscountNotAllowed,
    DiscountAboveCeiling and AmountTooLarge.
    """
    _check_named(amendment)
    _check_sellable(amendment, context)
    _check_overrides(amendment, context, work)
    if amendment.order.is_begun:
        _check_untouched(amendment)
        return _beside_fulfilled(amendment, context, work)
    return _priced(amendment, context, work)


def _priced(amendment: Amendment, context: SaleContext, work: UnitOfWork) -> tuple[SaleLine, ...]:
    """All of them together, as if they were ordered now."""
    items = [_item(line, amendment, context) for line in amendment.lines]
    discounts = amendment.order.terms.discounts if amendment.discounts is None else amendment.discounts
    basket = price(items, discounts, _rules(amendment.order))
    if _gives_discounts(amendment):
        check_discounts(_basket(amendment, discounts), context, items, basket, work.caller)
    return tuple(
        _line(line, item, priced, amendment, context, new_id=line.id or work.new_id())
        for line, item, priced in zip(amendment.lines, items, basket.lines, strict=True)
    )


def _beside_fulfilled(amendment: Amendment, context: SaleContext, work: UnitOfWork) -> tuple[SaleLine, ...]:
    """Old lines in proportion to their quantity, and new ones priced by themselves."""
    new = [line for line in amendment.lines if line.id not in amendment.old]
    priced = _priced(replace(amendment, lines=tuple(new), discounts=()), context, work) if new else ()
    mode, rest = _rules(amendment.order).rounding_mode, iter(priced)
    return tuple(
        replace(
            resized(amendment.old[line.id], amendment.order.priced[line.id], line.quantity, mode),
            note=amendment.note_of(line),
        )
        if line.id in amendment.old
        else next(rest)
        for line in amendment.lines
    )


def _item(line: AmendedLine, amendment: Amendment, context: SaleContext) -> Item:
    old = amendment.old_of(line)
    variant_id = cast("UUID", amendment.variant_of(line))
    if old is None or (amendment.reprice and line.unit_price is None):
        variant = context.variants[variant_id]
        unit_price, rates = variant.price, variant.tax_rates
    else:
        unit_price, rates = old.unit_price, tuple(map(_rate, old.taxes))
    discounts = line.discounts
    if discounts is None:
        discounts = old.discounts if old else ()
    return Item(
        variant_id=variant_id,
        quantity=line.quantity,
        unit_price=unit_price if line.unit_price is None else line.unit_price,
        discounts=discounts,
        tax_rates=rates,
    )


def _rate(tax: LineTax) -> TaxRate:
    return TaxRate(
        id=tax.tax_rate_id,
        name=tax.name,
        rate=tax.rate,
        inclusive=tax.inclusive,
        jurisdiction=tax.jurisdiction,
    )


def _line(
    line: AmendedLine,
    item: Item,
    priced: PricedLine,
    amendment: Amendment,
    context: SaleContext,
    *,
    new_id: UUID,
) -> SaleLine:
    old, note = amendment.old_of(line), amendment.note_of(line)
    if old is None or amendment.reprice:
        variant = context.variants[item.variant_id]
        return line_of(variant, priced, line_id=new_id, discounts=item.discounts, note=note)
    return replace(old, discounts=item.discounts, note=note, **amounts_of(priced))


def _rules(order: Order) -> Rules:
    """How the order was placed to round."""
    terms = order.terms
    return Rules(
        currency=terms.currency,
        rounding_level="order" if terms.rounding_level == "order" else "line",
        rounding_mode="half_even" if terms.rounding_mode == "half_even" else "half_up",
    )


def _check_named(amendment: Amendment) -> None:
    """Raise Invalid naming each line of which it is not said what it is."""
    details = []
    for at, line in enumerate(amendment.lines):
        old = amendment.old_of(line)
        if old is None and line.variant_id is None:
            details.append(Detail(f"lines.{at}.variant_id", "required", "Name what a new line is of."))
        elif old and line.variant_id not in (None, old.variant_id):
            message = "A line stays one of its variant; leave it out and add another."
            details.append(Detail(f"lines.{at}.variant_id", "immutable", message))
    if details:
        raise Invalid(details=details)


def _check_sellable(amendment: Amendment, context: SaleContext) -> None:
    """Raise Invalid for what could not be ordered, NotForSale for new lines of what is not sold any more."""
    unsellable = check_lines(_basket(amendment, ()), context)
    new = {f"lines.{at}." for at, line in enumerate(amendment.lines) if line.id not in amendment.old}
    if details := [one for one in unsellable if one["field"].removesuffix("variant_id") in new]:
        raise NotForSale(details=details)


def _check_overrides(amendment: Amendment, context: SaleContext, work: UnitOfWork) -> None:
    """Raise PriceOverrideNotAllowed for a price that is neither the line's nor the catalog's."""
    if PRICE_OVERRIDE in work.caller.permissions:
        return
    for line in amendment.lines:
        old = amendment.old_of(line)
        variant: VariantAtSale = context.variants[cast("UUID", amendment.variant_of(line))]
        known = {variant.price, old.unit_price} if old else {variant.price}
        if line.unit_price is not None and line.unit_price not in known:
            raise PriceOverrideNotAllowed.without(PRICE_OVERRIDE)


def _check_untouched(amendment: Amendment) -> None:
    """Raise LineFulfilled for another price or discount of what was ordered with what is gone."""
    details = []
    for at, line in enumerate(amendment.lines):
        if old := amendment.old_of(line):
            details += [
                Detail(f"lines.{at}.{field}", LineFulfilled.code, _BEGUN)
                for field, before, now in (
                    ("unit_price", old.unit_price, line.unit_price),
                    ("discounts", old.discounts, line.discounts),
                )
                if now not in (None, before)
            ]
    if amendment.discounts not in (None, amendment.order.terms.discounts):
        details.append(Detail("discounts", LineFulfilled.code, _BEGUN))
    if amendment.reprice:
        details.append(Detail("reprice", LineFulfilled.code, _BEGUN))
    if details:
        raise LineFulfilled(details=details)


def _gives_discounts(amendment: Amendment) -> bool:
    return bool(amendment.discounts) or any(line.discounts for line in amendment.lines)


def _basket(amendment: Amendment, discounts: Sequence[Discount]) -> QuoteBasket:
    """The lines as a basket: what a till would sell."""
    return QuoteBasket(
        lines=tuple(
            BasketLine(
                id=line.id,
                variant_id=cast("UUID", amendment.variant_of(line)),
                quantity=line.quantity,
                discounts=line.discounts or (),
            )
            for line in amendment.lines
        ),
        discounts=tuple(discounts),
    )
