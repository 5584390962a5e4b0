"""What a basket costs."""

from domain.pricing.discounts import DiscountExceedsValue, DiscountNotValid, discount_shares
from domain.pricing.lines import TaxRateNotValid
from domain.pricing.pricing import price
from domain.pricing.records import Discount, Item, LineTax, OrderTax, PricedBasket, PricedLine, Rules, TaxRate
from domain.pricing.taxes import Taxed, order_taxes

__all__ = [
    "Discount",
    "DiscountExceedsValue",
    "DiscountNotValid",
    "Item",
    "LineTax",
    "OrderTax",
    "PricedBasket",
    "PricedLine",
    "Rules",
    "TaxRate",
    "TaxRateNotValid",
    "Taxed",
    "discount_shares",
    "order_taxes",
    "price",
]
