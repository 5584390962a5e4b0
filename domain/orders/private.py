"""The free texts of orders: they may name the customer, and are forgotten with them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

#: What a reason reads that has to be there, once it is forgotten.
ERASED_REASON: Final = "Erased"
#: The field of an order's events that names whom they are about; a sale to nobody stays in clear.
CUSTOMER: Final = "customer_id"


def texts(*paths: str, **words: str) -> Mapping[str, Any]:
    """Private fields that read None once they are forgotten, or these words."""
    return MappingProxyType({**dict.fromkeys(paths), **words})


#: What is said of a payment, and why something was given off.
OF_PAYMENTS: Final = "payments.reference"
OF_DISCOUNTS: Final = ("discounts.reason", "lines.discounts.reason")
