"""What is to be otherwise about sales that were decided: taxes, prices, how is rounded, promotions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal
from uuid import UUID

from domain.money import SCALE, RoundingMode, round_ratio, scaled
from domain.orders.lines import SaleLine
from domain.pricing import Discount, Item, LineTax, Rules, TaxRate

_NOTHING = Decimal(0)
_FULL = 100 * SCALE


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """A discount that nobody gave: on each line of a variant or of categories, else on each whole order.

    One on lines takes those of at least `min_quantity`, one on orders those whose lines come to at least
    `min_subtotal` before discounts, in minor currency units.
    """

    discount: Discount
    variant_id: UUID | None = None
    category_ids: frozenset[UUID] = frozenset()
    min_quantity: Decimal = _NOTHING
    min_subtotal: int = 0

    @property
    def is_of_orders(self) -> bool:
        """Whether it takes whole orders."""
        return self.variant_id is None and not self.category_ids

    def takes(self, line: SaleLine) -> bool:
        """Whether it takes this line."""
        is_meant = line.variant_id == self.variant_id or line.category_id in self.category_ids
        return is_meant and line.quantity >= self.min_quantity


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What is otherwise; what is None or not named stays as each sale has it.

    `tax_rates` are percentages by tax, `prices` minor currency units by variant, `percents` by how much the
    prices of a category rise, or fall. A price that somebody set at the sale was a decision: it stays.
    """

    tax_rates: Mapping[UUID, Decimal] = field(default_factory=dict)
    prices: Mapping[UUID, int] = field(default_factory=dict)
    percents: Mapping[UUID, Decimal] = field(default_factory=dict)
    rounding_level: Literal["line", "order"] | None = None
    rounding_mode: RoundingMode | None = None
    cash_rounding: int | None = None
    promotions: tuple[Promotion, ...] = ()

    def rules(self, rules: Rules) -> Rules:
        """How would be rounded where these rules were."""
        return replace(
            rules,
            rounding_level=self.rounding_level or rules.rounding_level,
            rounding_mode=self.rounding_mode or rules.rounding_mode,
        )

    def unit_price(self, line: SaleLine) -> int:
        """What one unit would cost; a percentage is of the price it was sold at, rounded half up once."""
        if line.unit_price != line.list_price:
            return line.unit_price
        if (price := self.prices.get(line.variant_id)) is not None:
            return price
        if line.category_id is not None and (percent := self.percents.get(line.category_id)) is not None:
            return round_ratio(line.unit_price * (_FULL + scaled(percent)), _FULL)
        return line.unit_price

    def rate(self, tax: LineTax) -> Decimal:
        """How much of it would be taken, in percent."""
        return self.tax_rates.get(tax.tax_rate_id, tax.rate)

    def touches(self, line: SaleLine) -> bool:
        """Whether anything of this line would be otherwise."""
        return (
            self.unit_price(line) != line.unit_price
            or any(self.rate(tax) != tax.rate for tax in line.taxes)
            or any(promotion.takes(line) for promotion in self.promotions)
        )

    def item(self, line: SaleLine) -> Item:
        """The line as it would be priced: promotions come after the discounts that were given."""
        own = [promotion.discount for promotion in self.promotions if promotion.takes(line)]
        return Item(
            variant_id=line.variant_id,
            quantity=line.quantity,
            unit_price=self.unit_price(line),
            discounts=(*line.discounts, *own),
            tax_rates=tuple(map(self._tax_rate, line.taxes)),
        )

    def _tax_rate(self, tax: LineTax) -> TaxRate:
        return TaxRate(
            id=tax.tax_rate_id,
            name=tax.name,
            rate=self.rate(tax),
            inclusive=tax.inclusive,
            jurisdiction=tax.jurisdiction,
        )

    def of_orders(self, subtotal: int) -> Sequence[Discount]:
        """What promotions take off a whole order whose lines come to so much."""
        return [one.discount for one in self.promotions if one.is_of_orders and subtotal >= one.min_subtotal]

    @property
    def has_promotions_of_orders(self) -> bool:
        """Whether any promotion takes whole orders."""
        return any(one.is_of_orders for one in self.promotions)
