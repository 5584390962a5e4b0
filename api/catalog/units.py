"""Units in the API."""

from api.fields import Exact, Id, Name, Text, Whole
from api.settings import Declaration
from domain.catalog.units import Unit

UNITS = Declaration(
    kind=Unit,
    path="/api/admin/settings/units",
    permission="units",
    fields={
        "name": Name(required=True),
        "symbol": Text(shortest=1, longest=20, required=True),
        "precision": Whole(least=0, most=5, load_default=0),
        "base_unit_id": Id(allow_none=True, load_default=None),
        "factor": Exact(above=0, most=1_000_000_000, allow_none=True, load_default=None),
    },
)
