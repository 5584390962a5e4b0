"""Texts of events that may tell who somebody is: what they read once that person is forgotten."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

#: What a reason reads that has to be there, once it is forgotten.
ERASED_REASON: Final = "Erased"
#: The field of an event that names the customer whom it is about; what is about nobody stays in clear.
CUSTOMER: Final = "customer_id"
#: The field of an event that names the supplier of whom it tells an address.
SUPPLIER: Final = "supplier_id"
#: Of orders, what is said of a payment; and of what is bought, with why something was given off.
OF_PAYMENTS: Final = "payments.reference"
OF_BASKETS: Final = ("discounts.reason", "lines.discounts.reason", "lines.note")


def texts(*paths: str, **words: str) -> Mapping[str, Any]:
    """Private fields that read None once they are forgotten, or these words."""
    return MappingProxyType({**dict.fromkeys(paths), **words})
