"""What a basket costs: priced on the catalog, the store and the rights of one moment."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import ClassVar, Protocol
from uuid import UUID

from commands.ports import Caller, UnitOfWork
from domain.approvals import DISCOUNT
from domain.catalog.products import SELLABLE, NotForSale
from domain.catalog.units import too_precise
from domain.discounts import check_ceiling
from domain.errors import Conflict, Detail, Invalid, NotAllowed
from domain.pending import Pending
from domain.pricing import Discount, Item, PricedBasket, price
from domain.sale_context import SaleContext, StoreAtSale, VariantAtSale
from domain.unlinked_returns import Reference

PRICE_OVERRIDE = "pos.price_override"
_NOTHING = Decimal(0)


class PriceOverrideNotAllowed(NotAllowed):
    """Selling at another price than the catalog's takes the right to do so."""


class DiscountNotAllowed(NotAllowed):
    """Giving a discount takes the right to do so."""


@dataclass(frozen=True, kw_only=True)
class BasketLine:
    """A quantity of a variant, at the catalog's price or (minor currency units) at another."""

    variant_id: UUID
    quantity: Decimal
    unit_price: int | None = None
    discounts: tuple[Discount, ...] = ()
    #: Its id if the till chose it, so that it can name the line before it hears of the sale.
    id: UUID | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class QuoteBasket:
    """Ask what a basket costs."""

    lines: tuple[BasketLine, ...]
    discounts: tuple[Discount, ...] = ()
    store_id: UUID | None = None
    register_id: UUID | None = None
    customer_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A priced basket and what it was priced from."""

    context: SaleContext
    basket: PricedBasket


class SalesPort(Protocol):
    """The tills of the company."""

    def context(
        self,
        *,
        store_id: UUID | None,
        register_id: UUID | None,
        store_ids: tuple[UUID, ...],
        variant_ids: Iterable[UUID],
        customer_id: UUID | None,
        lock: bool,
        is_told_later: bool = False,
        holds_accounts: bool = False,
        holds_customer: bool = False,
    ) -> SaleContext:
        """Read all that a sale is decided on; with `lock`, hold the balances and the till's number.

        With `holds_accounts` as well, hold the accounts of the customer. Whoever is sold to is not erased
        meanwhile, nor with `holds_customer` whoever is only named.

        Raises Invalid for an unknown register, store or customer, OtherStore, StoreClosed. What is told later
        was sold without a connection: nothing that is closed by now refuses it, and every balance may fall
        below zero.
        """

    def is_free(self, series_id: UUID, number: int) -> Pending[bool]:
        """Ask whether a sale can take this number of the series: none has it, and it is within REACH."""

    def is_free_for_refund(self, series_id: UUID, number: int) -> Pending[bool]:
        """Ask the same for a refund; a return without its order takes a number of the same series."""

    def is_known(self, reference: Reference) -> Pending[bool]:
        """Ask whether that names an order, refund or return of the company."""


class QuoteWork(UnitOfWork, Protocol):
    """What baskets are priced with."""

    @property
    def sales(self) -> SalesPort:
        """Tills."""


def quote_basket(command: QuoteBasket, work: QuoteWork) -> Quote:
    """Price a basket to the last minor unit as the sale will be; nothing is locked or written.

    Raises Invalid, OtherStore, StoreClosed, NotForSale, PriceOverrideNotAllowed, DiscountExceedsValue,
    DiscountNotAllowed and DiscountAboveCeiling.
    """
    context = context_of(command, work, lock=False)
    return Quote(context=context, basket=price_basket(command, context, work))


def context_of(
    command: QuoteBasket,
    work: QuoteWork,
    *,
    lock: bool,
    promised: Collection[UUID] = (),
    holds_accounts: bool = False,
    holds_customer: bool = False,
) -> SaleContext:
    """What the basket is priced and sold on. Raises Invalid, OtherStore, StoreClosed, NotForSale.

    Variants that are `promised` to the sale are locked as well, as what it does not take is free again.
    """
    context = ask_context(
        command,
        work,
        lock=lock,
        promised=promised,
        holds_accounts=holds_accounts,
        holds_customer=holds_customer,
    )
    if unsellable := check_lines(command, context):
        raise NotForSale(details=unsellable)
    return context


def ask_context(
    command: QuoteBasket,
    work: QuoteWork,
    *,
    lock: bool,
    promised: Collection[UUID] = (),
    is_told_later: bool = False,
    holds_accounts: bool = False,
    holds_customer: bool = False,
) -> SaleContext:
    """What it is priced and sold on, whatever its lines name. Raises Invalid, OtherStore, StoreClosed."""
    return work.sales.context(
        store_id=command.store_id,
        register_id=command.register_id,
        store_ids=work.caller.store_ids,
        variant_ids=[*(line.variant_id for line in command.lines), *promised],
        customer_id=command.customer_id,
        lock=lock,
        is_told_later=is_told_later,
        holds_accounts=holds_accounts,
        holds_customer=holds_customer,
    )


class TotalChanged(Conflict):
    """It comes to another total than you expected; nothing was recorded."""

    code = "total_changed"
    field = "expected_total"
    remedy = "Ask for a quote again, show the new total, and sell with that as `expected_total`."
    facts: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "quote": "What it comes to, as the quote answers it.",
        }
    )
    amounts: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"expected": "What you expected.", "actual": "What it comes to."}
    )

    #: What it comes to.
    quote: Quote | None = None


def check_total(expected: int | None, context: SaleContext, basket: PricedBasket) -> None:
    """Raise TotalChanged unless it comes to what the client shows, in minor currency units."""
    if expected in (None, basket.total):
        return
    changed = TotalChanged()
    changed.beside.update(expected=expected, actual=basket.total)
    changed.quote = Quote(context=context, basket=basket)
    raise changed


def store_of(context: SaleContext) -> StoreAtSale:
    """The store that is sold in. Raises Invalid where none is named and there are several."""
    if context.store is None:
        raise Invalid(
            details=[Detail("register_id", "required", "Name the register or the store of the sale.")]
        )
    return context.store


def check_lines(command: QuoteBasket, context: SaleContext) -> list[Detail]:
    """Which lines name what is not for sale. Raises Invalid for what nobody could have sold."""
    unknown, unsellable = [], []
    ids: set[UUID | None] = set()
    for index, line in enumerate(command.lines):
        if line.id and line.id in ids:
            unknown.append(Detail(f"lines.{index}.id", "duplicate", "Another line has this id."))
        ids.add(line.id)
        variant = context.variants.get(line.variant_id)
        if variant is None:
            unknown.append(Detail(f"lines.{index}.variant_id", "not_found", "There is no such variant."))
        elif variant.status not in SELLABLE:
            status = variant.status.replace("_", " ")
            unsellable.append(Detail(f"lines.{index}.variant_id", "not_for_sale", f"It is {status}."))
        elif wrong := too_precise(f"lines.{index}.quantity", line.quantity, variant.precision):
            unknown.append(wrong)
    if unknown:
        raise Invalid(details=unknown)
    return unsellable


def price_basket(command: QuoteBasket, context: SaleContext, work: UnitOfWork) -> PricedBasket:
    """Price it, if the caller may give the prices and discounts it names.

    Raises PriceOverrideNotAllowed, DiscountNotAllowed, DiscountExceedsValue, DiscountAboveCeiling.
    """
    if _overrides(command, context) and PRICE_OVERRIDE not in work.caller.permissions:
        raise PriceOverrideNotAllowed.without(PRICE_OVERRIDE)
    items = items_of(command, context)
    basket = price(items, command.discounts, context.rules)
    check_discounts(command, context, items, basket, work.caller)
    return basket


def check_discounts(
    command: QuoteBasket, context: SaleContext, items: Sequence[Item], basket: PricedBasket, caller: Caller
) -> None:
    """Raise DiscountNotAllowed, DiscountAboveCeiling for what the caller may not give."""
    if not _gives_discounts(command):
        return
    if DISCOUNT not in caller.permissions:
        raise DiscountNotAllowed.without(DISCOUNT)
    check_ceiling(items, command.discounts, basket, _ceiling(context, caller))


def _ceiling(context: SaleContext, caller: Caller) -> Decimal:
    """How much the caller may give away, or somebody who approved it, in percent."""
    approval = caller.approval
    roles = [caller.role, *([approval.approver_role] if approval and approval.key == DISCOUNT else [])]
    return max(context.discount_ceilings.get(role, _NOTHING) for role in roles)


def _gives_discounts(command: QuoteBasket) -> bool:
    everywhere = (command.discounts, *(line.discounts for line in command.lines))
    return any(discount.value for discounts in everywhere for discount in discounts)


def _overrides(command: QuoteBasket, context: SaleContext) -> bool:
    return any(
        line.unit_price is not None and line.unit_price != context.variants[line.variant_id].price
        for line in command.lines
    )


def items_of(command: QuoteBasket, context: SaleContext) -> list[Item]:
    """What is to be priced: each line at its own price, else at the catalog's."""
    return [_item(line, context.variants[line.variant_id]) for line in command.lines]


def _item(line: BasketLine, variant: VariantAtSale) -> Item:
    return Item(
        variant_id=variant.id,
        quantity=line.quantity,
        unit_price=variant.price if line.unit_price is None else line.unit_price,
        discounts=line.discounts,
        tax_rates=variant.tax_rates,
    )
