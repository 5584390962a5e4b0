"""Units in the API."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from falcon import Request, Response

from api.answers import Answer, Meaning, Quantity
from api.failures import InvalidParameter
from api.fields import Body, Exact, Id, Name, Text, Whole
from api.operations import operation
from api.resource import Resource
from api.settings import Declaration
from commands.ports import Missing
from domain.catalog.units import NoCommonUnit, Unit, base_of, convert
from domain.errors import Detail, Invalid
from domain.settings import InUse
from projections.catalog.units import find_measures

UNITS = Declaration(
    kind=Unit,
    path="/api/admin/settings/units",
    permission="units",
    fields={
        "name": Name(required=True, meaning="What it is called.", example="Tray of 30"),
        "symbol": Text(shortest=1, longest=20, required=True, meaning="Its sign.", example="tray"),
        "precision": Whole(
            least=0, most=5, load_default=0, meaning="Decimal places of its quantities.", example=3
        ),
        "base_unit_id": Id(
            allow_none=True, load_default=None, meaning="The unit it is measured in, if not its own."
        ),
        "factor": Exact(
            above=0,
            most=1_000_000_000,
            allow_none=True,
            load_default=None,
            meaning="How many base units it is; needs a `base_unit_id`.",
        ),
    },
    edit_refusals=(InUse,),
)


class ConversionQuery(Body):
    """How much of it, and in which unit it is wanted."""

    quantity = Exact(
        least=0, most=1_000_000_000, meaning="How much of the unit; one by default.", example="2"
    )
    to_unit_id = Id(meaning="The unit it is wanted in; by default the one at the end of its base units.")


class ConversionAnswer(Answer):
    """A quantity in another unit."""

    quantity: Annotated[Quantity, Meaning("How much that is.", "24")]
    unit_id: Annotated[UUID, Meaning("The unit it is in.")]
    exact: Annotated[bool, Meaning("Whether nothing was rounded.")]


class UnitConversion(Resource):
    """Measures in another unit."""

    @operation(
        "units.view",
        "Convert a quantity",
        description="By the factors along the units that both are multiples of, exact up to one rounding, "
        "half up, to the precision of the unit asked for, or else of the base unit of all; `exact` says "
        "whether nothing was rounded.",
        query=ConversionQuery(),
        answer=ConversionAnswer,
        refusals=(NoCommonUnit, Invalid),
    )
    def on_get(self, req: Request, resp: Response, unit_id: UUID) -> None:
        """The quantity of this unit in the other."""
        query = req.context.query
        unit_ids = {unit_id, query.get("to_unit_id", unit_id)}
        units = self.ask(req, resp, lambda reading: find_measures(reading.db, list(unit_ids)))
        if unit_id not in units:
            raise Missing
        to_unit_id = query.get("to_unit_id") or base_of(unit_id, units)
        if to_unit_id not in units:
            raise InvalidParameter(details=[Detail("to_unit_id", "not_found", "There is no such unit.")])
        quantity, is_exact = convert(query.get("quantity", Decimal(1)), unit_id, to_unit_id, units)
        self.answer(req, resp, ConversionAnswer(quantity=quantity, unit_id=to_unit_id, exact=is_exact))
