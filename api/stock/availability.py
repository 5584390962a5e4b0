"""Where a variant is to be had, as a till tells a customer."""

from typing import Annotated
from uuid import UUID

from falcon import Request, Response

from api.answers import Answer, Id, Meaning, Quantity
from api.operations import operation
from api.queries import PageQuery
from api.resource import Resource
from api.services import Reading
from commands.ports import Missing
from projections.base import Row
from projections.stock.availability import list_availability


class AvailabilityAnswer(Answer):
    """What one store can sell of a variant."""

    store_id: Annotated[Id, Meaning("Whose storages they are.")]
    name: Annotated[str, Meaning("What the store is called.", "Main Street")]
    address: Annotated[str | None, Meaning("Where it is.", "1 Main Street")]
    available: Annotated[
        Quantity | None,
        Meaning(
            "What it can sell: on hand where it sells from, not reserved; null if it is not counted.", "3"
        ),
    ]


class Availability(Resource):
    """What the stores can sell of a variant."""

    @operation(
        "pos.use",
        "List where a variant is available",
        description="Every store of the company by name, also those that the caller does not work in.",
        query=PageQuery(),
        answer=AvailabilityAnswer,
        many=True,
    )
    def on_get(self, req: Request, resp: Response, variant_id: UUID) -> None:
        """One page of stores."""

        def question(reading: Reading) -> tuple[list[Row], int]:
            found = list_availability(reading.db, variant_id, **req.context.query)
            if found is None:
                raise Missing
            return found

        rows, total = self.ask(req, resp, question)
        self.answer_page(req, resp, [AvailabilityAnswer.of(row) for row in rows], total)
