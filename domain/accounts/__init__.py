"""What customers have to their credit and what they owe: accounts, as journals of entries."""

from domain.accounts.ageing import Ageing, age
from domain.accounts.customer_accounts import (
    CreditLimitExceeded,
    CustomerAccounts,
    InsufficientCredit,
    PaymentExceedsDue,
)
from domain.accounts.entries import Account, Allocation, Posting, StoreCredit
from domain.accounts.lots import Lot, Lots

__all__ = [
    "Account",
    "Ageing",
    "Allocation",
    "CreditLimitExceeded",
    "CustomerAccounts",
    "InsufficientCredit",
    "Lot",
    "Lots",
    "PaymentExceedsDue",
    "Posting",
    "StoreCredit",
    "age",
]
