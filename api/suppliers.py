"""Suppliers in the API."""

from api.fields import Code, Email, Money, Name, Whole, optional
from api.settings import Declaration
from domain.suppliers import Supplier

#: For how long an invoice may wait at most, in days.
LONGEST_TERMS = 365
#: How long a delivery may take at most, in days.
LONGEST_LEAD_TIME = 365

SUPPLIERS = Declaration(
    kind=Supplier,
    path="/api/admin/settings/suppliers",
    permission="suppliers",
    fields={
        "name": Name(required=True, meaning="What it is called.", example="Hillside Roasters"),
        "code": Code(
            allow_none=True, load_default=None, meaning="A short code of its own, if any.", example="HILL"
        ),
        "contact_name": optional(200, meaning="Who speaks for it.", example="The sales desk"),
        "email": Email(
            allow_none=True, load_default=None, meaning="E-mail address.", example="office@shop.example"
        ),
        "phone": optional(50, meaning="Telephone number.", example="+1 555 0100"),
        "address": optional(meaning="Postal address.", example="12 Harbour Street"),
        "tax_number": optional(50, meaning="The number it is taxed under.", example="DE811907980"),
        "payment_terms_days": Whole(
            least=0,
            most=LONGEST_TERMS,
            allow_none=True,
            load_default=None,
            meaning="For how many days its invoices may wait.",
            example=30,
        ),
        "lead_time_days": Whole(
            least=0,
            most=LONGEST_LEAD_TIME,
            allow_none=True,
            load_default=None,
            meaning="After how many days it delivers; null: after the company's `default_lead_time_days`.",
            example=5,
        ),
        "minimum_order": Money(
            allow_none=True,
            load_default=None,
            meaning="The least an order to it may come to, if it says so.",
            example=25_000,
        ),
        "note": optional(2000, meaning="Free text; nothing depends on it."),
    },
)
