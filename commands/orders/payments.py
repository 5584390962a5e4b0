"""How a sale is paid: with what every till takes, and with the company's own methods."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from commands.settings import SettingsWork
from domain.errors import Detail, Invalid
from domain.payment_methods import MethodAtSale
from domain.payments import BUILT_IN, RESERVED, Tender
from domain.pending import Pending


def ask_methods(tenders: Sequence[Tender], work: SettingsWork) -> Pending[Mapping[str, MethodAtSale]]:
    """Ask for the company's own payment methods, if a sale is paid with any."""
    own = {tender.method for tender in tenders} - RESERVED
    return work.settings.payment_methods(own) if own else Pending(dict)


def tenders_of(tenders: Sequence[Tender], methods: Mapping[str, MethodAtSale]) -> list[Tender]:
    """The tenders under the codes that are recorded. Raises Invalid naming each that is not taken so.

    Nobody offers an exchange as a tender: the decision that makes one adds it to these.
    """
    details = []
    for index, tender in enumerate(tenders):
        method = methods.get(tender.method)
        if method is None and tender.method not in BUILT_IN:
            details.append(
                Detail(f"payments.{index}.method", "not_found", "It is no method of payment here.")
            )
        elif method and method.requires_reference and not tender.reference:
            details.append(Detail(f"payments.{index}.reference", "required", "It is paid with a reference."))
    if details:
        raise Invalid(details=details)
    return [
        replace(tender, method=methods[tender.method].code) if tender.method in methods else tender
        for tender in tenders
    ]
