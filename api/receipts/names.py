"""How receipts call what was paid with."""

from api.receipts.context import Context
from api.receipts.texts import TEXTS


def method_name(method: str, context: Context, language: str) -> str:
    """The name of a payment method; its code, where nobody knows it any more."""
    own = context.methods.get(method)
    return own.name if own else TEXTS[language].methods.get(method, method)
