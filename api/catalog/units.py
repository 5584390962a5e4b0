"""Units in the API."""

from decimal import Decimal
from uuid import UUID

from falcon import Request, Response

from api.envelope import ok
from api.errors import InvalidParameter
from api.fields import Body, Exact, Flag, Id, Name, Text, Whole
from api.operations import operation
from api.resource import Resource
from api.settings import Declaration
from commands.ports import Missing
from domain.catalog.units import MOST_CONVERTED, NoCommonUnit, Unit, base_of, convert
from domain.errors import Detail, Invalid
from domain.settings import InUse
from projections.catalog.units import find_measures

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
    edit_refusals=(InUse,),
)


class ConversionQuery(Body):
    """How much of it, and in which unit it is wanted."""

    quantity = Exact(least=0, most=1_000_000_000)
    to_unit_id = Id()


class ConversionAnswer(Body):
    """A quantity in another unit."""

    quantity = Exact(most=MOST_CONVERTED)
    unit_id = Id()
    exact = Flag()


class UnitConversion(Resource):
    """Measures in another unit."""

    @operation(
        "units.view",
        "Convert a quantity",
        description="By the factors along the units that both are multiples of, exact up to one rounding, "
        "half up, to the precision of the unit asked for, or else of the base unit of all; `exact` says "
        "whether nothing was rounded.",
        query=ConversionQuery(),
        answer=ConversionAnswer(),
        refusals=(NoCommonUnit, Invalid),
    )
    def on_get(self, req: Request, resp: Response, unit_id: UUID) -> None:
        """The quantity of this unit in the other."""
        query = req.context.query
        asked = {unit_id, query.get("to_unit_id", unit_id)}
        units = self.ask(req, resp, lambda reading: find_measures(reading.db, list(asked)))
        if unit_id not in units:
            raise Missing
        to_unit_id = query.get("to_unit_id") or base_of(unit_id, units)
        if to_unit_id not in units:
            raise InvalidParameter(details=[Detail("to_unit_id", "not_found", "There is no such unit.")])
        quantity, is_exact = convert(query.get("quantity", Decimal(1)), unit_id, to_unit_id, units)
        resp.media = ok({"quantity": quantity, "unit_id": to_unit_id, "exact": is_exact})
