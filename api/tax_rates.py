"""Tax rates in the API."""

from api.fields import Flag, Name, Percent, optional
from api.settings import Declaration
from domain.tax_rates import TaxRate

TAX_RATES = Declaration(
    kind=TaxRate,
    path="/api/admin/settings/tax-rates",
    permission="tax_rates",
    fields={
        "name": Name(required=True),
        "rate": Percent(required=True),
        "inclusive": Flag(load_default=False),
        "jurisdiction": optional(200),
    },
)
