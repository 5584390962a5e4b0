"""What a basket costs: line discounts, order discounts, then tax, each rounded once from its exact value."""

from collections.abc import Sequence

from domain.money import AmountTooLarge, checked
from domain.pricing.discounts import take_off
from domain.pricing.lines import Line
from domain.pricing.records import Discount, Item, LineTax, PricedBasket, PricedLine, Rules, TaxRate
from domain.pricing.taxes import order_taxes, tax_amounts, tax_contained_in_discounts


def price(items: Sequence[Item], discounts: Sequence[Discount], rules: Rules) -> PricedBasket:
    """Price a basket: line discounts, order discounts apportioned over the lines, then tax.

    Raises DiscountExceedsValue, DiscountNotValid, TaxRateNotValid, QuantityNotValid, NumberNotValid,
    AmountNotValid and AmountTooLarge.
    """
    mode = rules.rounding_mode
    lines = [Line(item, mode) for item in items]
    for index, line in enumerate(lines):
        for position, discount in enumerate(line.item.discounts):
            take_off([line], discount, mode, f"lines.{index}.discounts.{position}")
    for position, discount in enumerate(discounts):
        take_off(lines, discount, mode, f"discounts.{position}")
    taxes = tax_amounts(lines, rules)
    contained = tax_contained_in_discounts(lines, taxes, rules)
    return _basket(tuple(map(_priced_line, lines, taxes, contained)))


def _contained(rates: Sequence[TaxRate], amounts: list[int]) -> int:
    contained = 0
    for rate, amount in zip(rates, amounts, strict=True):
        if rate.inclusive:
            contained += amount
    return contained


def _priced_line(line: Line, amounts: list[int], contained_in_discounts: int) -> PricedLine:
    item = line.item
    tax_total = sum(amounts)
    net_sales = line.remaining - _contained(item.tax_rates, amounts)
    return PricedLine(
        quantity=item.quantity,
        unit_price=item.unit_price,
        gross_total=line.gross_total,
        discount_total=line.gross_total - line.remaining,
        taxes=tuple(
            [
                LineTax(
                    tax_rate_id=rate.id,
                    name=rate.name,
                    rate=rate.rate,
                    inclusive=rate.inclusive,
                    taxable=net_sales,
                    amount=amount,
                    jurisdiction=rate.jurisdiction,
                )
                for rate, amount in zip(item.tax_rates, amounts, strict=True)
            ]
        ),
        tax_total=tax_total,
        total=net_sales + tax_total,
        gross_sales=net_sales + line.gross_total - line.remaining - contained_in_discounts,
        net_sales=net_sales,
    )


def _basket(lines: tuple[PricedLine, ...]) -> PricedBasket:
    basket = PricedBasket(
        lines=lines,
        taxes=order_taxes(lines),
        subtotal=sum(line.gross_total for line in lines),
        discount_total=sum(line.discount_total for line in lines),
        tax_total=sum(line.tax_total for line in lines),
        total=sum(line.total for line in lines),
        gross_sales=sum(line.gross_sales for line in lines),
        net_sales=sum(line.net_sales for line in lines),
    )
    try:
        checked(basket.subtotal)
        checked(basket.total)
    except AmountTooLarge:
        raise AmountTooLarge("The basket is worth more than can be sold at once.") from None
    return basket
