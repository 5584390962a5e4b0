"""Suppliers: from whom a company buys its goods."""

from collections.abc import Mapping
from typing import Any, ClassVar

from domain.private import texts
from domain.settings import Setting

#: Who speaks for a supplier, and where; a person, where its own name is that of a business.
_CONTACT = texts("contact_name", "email", "phone", "address")


class Supplier(Setting):
    """A business that delivers goods, and the terms on which it does.

    Who speaks for it is sealed with a key of its own.
    """

    type_name = "suppliers.Supplier"
    kind = "suppliers"
    noun = "supplier"

    class Registered(Setting.Registered):
        """A supplier was found. `payment_terms_days` is how many days its invoices may wait.

        `minimum_order` is in minor currency units.
        """

        name: str
        code: str | None = None
        contact_name: str | None = None
        email: str | None = None
        phone: str | None = None
        address: str | None = None
        tax_number: str | None = None
        payment_terms_days: int | None = None
        note: str | None = None
        lead_time_days: int | None = None
        minimum_order: int | None = None

        subject_kind = "supplier"
        private: ClassVar[Mapping[str, Any]] = _CONTACT

    class Renamed(Setting.Revised):
        """The supplier trades under another name."""

        name: str

    class Recoded(Setting.Revised):
        """The supplier has another short code, or none any more."""

        code: str | None

    class Relocated(Setting.Revised):
        """Somebody else speaks for the supplier, or it is written to or called elsewhere."""

        contact_name: str | None
        email: str | None
        phone: str | None
        address: str | None

        subject_kind = "supplier"
        private: ClassVar[Mapping[str, Any]] = _CONTACT

    class TaxNumberNoted(Setting.Revised):
        """The supplier is taxed under another number."""

        tax_number: str | None

    class TermsAgreed(Setting.Revised):
        """Its invoices may wait for another number of days."""

        payment_terms_days: int | None

    class LeadTimeAgreed(Setting.Revised):
        """It delivers after another number of days, or takes no order below another amount."""

        lead_time_days: int | None
        minimum_order: int | None

    class Annotated(Setting.Revised):
        """The note about the supplier was rewritten."""

        note: str | None
