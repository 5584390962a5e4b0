"""Companies: the tenants, and the rules by which each works."""

from domain.companies.company import PLATFORM_ID, Company, Origin
from domain.companies.rules import (
    BACKDATING_DAYS,
    DISCOUNT_CEILINGS,
    HELD_HOURS,
    LEAD_TIME_DAYS,
    ORDER_RESERVATION_DAYS,
    OVER_RECEIVE_PERCENT,
    RECEIPT_PAPER,
    REFUND_TO_ORIGINAL,
    Backdating,
    Purchasing,
    ReceiptPaper,
    RefundMethods,
    ReturnPolicy,
    check_cash_rounding,
)

__all__ = [
    "BACKDATING_DAYS",
    "DISCOUNT_CEILINGS",
    "HELD_HOURS",
    "LEAD_TIME_DAYS",
    "ORDER_RESERVATION_DAYS",
    "OVER_RECEIVE_PERCENT",
    "PLATFORM_ID",
    "RECEIPT_PAPER",
    "REFUND_TO_ORIGINAL",
    "Backdating",
    "Company",
    "Origin",
    "Purchasing",
    "ReceiptPaper",
    "RefundMethods",
    "ReturnPolicy",
    "check_cash_rounding",
]
