"""Tax rates in the API."""

from api.fields import Flag, Name, Percent, optional
from api.settings import Declaration
from domain.tax_rates import TaxRate

TAX_RATES = Declaration(
    kind=TaxRate,
    path="/api/admin/settings/tax-rates",
    permission="tax_rates",
    fields={
        "name": Name(required=True, meaning="What it is called.", example="Sales tax"),
        "rate": Percent(required=True, meaning="The tax in percent.", example="7.25"),
        "inclusive": Flag(load_default=False, meaning="Whether prices already contain it.", example=False),
        "jurisdiction": optional(200, meaning="Whose tax it is.", example="California"),
    },
)
