"""A parked sale as clients see it."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from api.orders.answers import DiscountAnswer
from api.orders.held_sales.answers import (
    ChangeAnswer,
    HeldLineAnswer,
    HeldSaleAnswer,
    ResumedBasketAnswer,
    ResumedLineAnswer,
    ResumedSaleAnswer,
    TaxTermsAnswer,
)
from api.orders.quotes import show_quote
from api.orders.tax_answers import show_taxes
from commands.orders.held_sales.resuming import Resumption
from domain.held_sales import Change, HeldLine, HeldSale
from domain.pricing import Discount


def show_held_sale(held: HeldSale) -> HeldSaleAnswer:
    """A parked sale as it stands."""
    return HeldSaleAnswer(**_fields(held))


def show_resumption(resumed: Resumption) -> ResumedSaleAnswer:
    """A parked sale that was taken up, as it can be sold now."""
    held = resumed.held
    return ResumedSaleAnswer(
        # To who is gone nothing is sold any more, whatever was parked for them.
        **{**_fields(held), "customer_id": resumed.customer_id},
        basket=ResumedBasketAnswer(
            register_id=held.resumption.register_id if held.resumption else None,
            store_id=held.terms.store_id,
            customer_id=resumed.customer_id,
            lines=[ResumedLineAnswer.of(line) for line in resumed.lines],
            discounts=_discounts(held.terms.discounts),
        ),
        quote=show_quote(resumed.quote, resumed.lines) if resumed.quote else None,
        changes=[_change(change) for change in resumed.changes],
    )


def _fields(held: HeldSale) -> dict[str, Any]:
    terms, resumption = held.terms, held.resumption
    return {
        "id": held.id,
        "label": terms.label,
        "status": held.status,
        "store_id": terms.store_id,
        "register_id": terms.register_id,
        "cashier_id": terms.cashier_id,
        "customer_id": terms.customer_id,
        "currency": terms.currency,
        "lines": [_line(line) for line in terms.lines],
        "discounts": _discounts(terms.discounts),
        "note": terms.note,
        "value": terms.value,
        "is_reserved": terms.reservation_id is not None,
        "held_at": terms.held_at,
        "expires_at": held.expires_at,
        "resumed_by": resumption.cashier_id if resumption else None,
        "resumed_register_id": resumption.register_id if resumption else None,
        "resumed_at": resumption.resumed_at if resumption else None,
        "order_id": held.order_id,
        "version": held.version,
    }


def _line(line: HeldLine) -> HeldLineAnswer:
    return HeldLineAnswer(
        variant_id=line.variant_id,
        product_id=line.product_id,
        sku=line.sku,
        name=line.name,
        variant_name=line.variant_name,
        quantity=line.quantity,
        unit_price=line.unit_price,
        list_price=line.list_price,
        price_overridden=line.price_overridden,
        gross_total=line.gross_total,
        discount_total=line.discount_total,
        taxes=show_taxes(line.taxes),
        tax_total=line.tax_total,
        total=line.total,
        discounts=_discounts(line.discounts),
        note=line.note,
    )


def _discounts(discounts: Iterable[Discount]) -> list[DiscountAnswer]:
    return [DiscountAnswer.of(discount) for discount in discounts]


def _change(change: Change) -> ChangeAnswer:
    return ChangeAnswer(
        line=change.line, field=change.field, before=_value(change.before), now=_value(change.now)
    )


def _value(value: Any) -> int | str | list[TaxTermsAnswer] | None:
    """A value as it is answered: quantities and ids as text, as everywhere."""
    if isinstance(value, tuple):
        return [
            TaxTermsAnswer(tax_rate_id=tax.id, name=tax.name, rate=tax.rate, inclusive=tax.inclusive)
            for tax in value
        ]
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value if value is None or isinstance(value, int) else str(value)
