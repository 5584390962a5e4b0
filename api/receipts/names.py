"""How receipts call what was sold, and how it was paid."""

from api.receipts.context import Context
from api.receipts.texts import TEXTS
from domain.orders import SaleLine


def line_name(line: SaleLine) -> str:
    """The product, and which variant of it where there are several."""
    return f"{line.name}, {line.variant_name}" if line.variant_name else line.name


def method_name(method: str, context: Context, language: str) -> str:
    """The name of a payment method; its code, where nobody knows it any more."""
    own = context.methods.get(method)
    return own.name if own else TEXTS[language].methods.get(method, method)
