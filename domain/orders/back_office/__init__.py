"""Orders of the back office: placed, amended, paid and handed over in parts, lapsed and cancelled."""

from domain.orders.back_office.amending import LineFulfilled, amend, promised_change
from domain.orders.back_office.cancelling import CancelExceedsOrdered, cancel, overpaid_after
from domain.orders.back_office.fulfilling import FulfilExceedsOrdered, check_fulfillable, fulfil, rest_of
from domain.orders.back_office.lapsing import is_due, lapse
from domain.orders.back_office.paying import PaymentExceedsDue, pay, settle_part
from domain.orders.back_office.placing import place
from domain.orders.back_office.steps import Occasion, RefundRequired

__all__ = [
    "CancelExceedsOrdered",
    "FulfilExceedsOrdered",
    "LineFulfilled",
    "Occasion",
    "PaymentExceedsDue",
    "RefundRequired",
    "amend",
    "cancel",
    "check_fulfillable",
    "fulfil",
    "is_due",
    "lapse",
    "overpaid_after",
    "pay",
    "place",
    "promised_change",
    "rest_of",
    "settle_part",
]
