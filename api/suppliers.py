"""Suppliers in the API."""

from api.fields import Code, Email, Name, Whole, optional
from api.settings import Declaration
from domain.suppliers import Supplier

#: For how long an invoice may wait at most, in days.
LONGEST_TERMS = 365

SUPPLIERS = Declaration(
    kind=Supplier,
    path="/api/admin/settings/suppliers",
    permission="suppliers",
    fields={
        "name": Name(required=True),
        "code": Code(allow_none=True, load_default=None),
        "contact_name": optional(200),
        "email": Email(allow_none=True, load_default=None),
        "phone": optional(50),
        "address": optional(),
        "tax_number": optional(50),
        "payment_terms_days": Whole(least=0, most=LONGEST_TERMS, allow_none=True, load_default=None),
        "note": optional(2000),
    },
)
