"""Payment methods: what a company takes in payment besides what every till takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.payments import EXCHANGE, FROM_ACCOUNTS, RESERVED
from domain.settings import DuplicateCode, Setting

#: What a payment method may be. Cash is none of them: there is one cash, the built-in, because change, cash
#: rounding and the drawer's count belong to it alone.
KINDS = ("card", "bank_transfer", "voucher", "gift_card", "store_credit", "other")
#: What was paid with one of these is never paid out in cash.
VALUE_KINDS = frozenset({"voucher", "gift_card", "store_credit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodAtSale:
    """A payment method as a sale meets it: the code it is recorded under, what it asks for, what it is."""

    code: str
    requires_reference: bool
    kind: str = "other"


def _free_exchange(state: dict[str, Any]) -> None:
    """At first a company could call a method of its own what exchanges are tied with."""
    if state["code"].casefold() == EXCHANGE:
        state["code"] = f"{EXCHANGE}_own"


def _free_accounts(state: dict[str, Any]) -> None:
    """At first it could call one so what is paid from a customer's accounts as well."""
    if state["code"].casefold() in FROM_ACCOUNTS:
        state["code"] = f"{state['code'].casefold()}_own"


class PaymentMethod(Setting):
    """A way to pay; sales are recorded under its code, and keep it when the code changes."""

    type_name = "payment_methods.PaymentMethod"
    kind = "payment-methods"
    noun = "payment method"

    class Registered(Setting.Registered):
        """The company takes one more kind of payment."""

        name: str
        code: str
        kind: str
        opens_drawer: bool = False
        requires_reference: bool = False

        class_version = 3
        upcast_v1_v2 = staticmethod(_free_exchange)
        upcast_v2_v3 = staticmethod(_free_accounts)

    class Renamed(Setting.Revised):
        """The method goes by another name."""

        name: str

    class Recoded(Setting.Revised):
        """Later sales are recorded under another code."""

        code: str

        class_version = 3
        upcast_v1_v2 = staticmethod(_free_exchange)
        upcast_v2_v3 = staticmethod(_free_accounts)

    class Reclassified(Setting.Revised):
        """The method counts as another kind of payment."""

        kind: str

    class HandlingAgreed(Setting.Revised):
        """Tills handle the method another way: whether the drawer opens, whether a reference is asked for."""

        opens_drawer: bool
        requires_reference: bool

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> None:
        """Raise DuplicateCode for a code that is nobody's own."""
        if values["code"].casefold() in RESERVED:
            raise DuplicateCode.in_fields("code")
