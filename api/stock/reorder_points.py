"""Reorder points in the API: from which stock on a storage orders a variant again, and how much."""

from collections.abc import Iterable
from typing import Annotated

from falcon import Request, Response

from api.answers import Answer, Id, Meaning, Quantity, meanings_of
from api.fields import Body, Exact, Many, Object
from api.fields import Id as IdField
from api.fields import Quantity as QuantityField
from api.operations import operation
from api.queries import PageQuery
from api.resource import Resource
from api.services import Reading
from commands.ports import ConcurrentEdit
from commands.stock.reorder_points import ReorderLine, SetReorderPoints, set_reorder_points
from domain.settings import OtherStore
from projections.base import Row
from projections.stock.reorder_points import list_reorder_points
from projections.stock.storages import visible_storages


class ReorderPointAnswer(Answer):
    """From which stock on a storage orders a variant again, and how much, in the product's unit."""

    storage_id: Annotated[Id, Meaning("Where that much is to lie.")]
    variant_id: Annotated[Id, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")]
    reorder_level: Annotated[
        Quantity | None, Meaning("The stock at which to order again; null: what the variant says.", "10")
    ]
    reorder_quantity: Annotated[Quantity | None, Meaning("How much to order then, at least.", "40")]
    max_level: Annotated[Quantity | None, Meaning("How much to have at most; suggestions end there.", "60")]


_POINT = meanings_of(ReorderPointAnswer)


def _level(name: str) -> Exact:
    return Exact(least=0, most=1_000_000_000, allow_none=True, load_default=None, **_POINT[name])


class ReorderPointLine(Body):
    """What is to hold for a variant in a storage."""

    storage_id = IdField(required=True, **_POINT["storage_id"])
    variant_id = IdField(required=True, **_POINT["variant_id"])
    reorder_level = _level("reorder_level")
    reorder_quantity = QuantityField(allow_none=True, load_default=None, **_POINT["reorder_quantity"])
    max_level = _level("max_level")


class ReorderPointsBody(Body):
    """Reorder points of single storages."""

    lines = Many(
        Object(ReorderPointLine()),
        required=True,
        shortest=1,
        longest=1000,
        meaning="What is to hold, each variant of a storage in one of them; a null `reorder_level` lifts.",
    )


class ReorderPointsQuery(PageQuery):
    """Filters of the reorder points."""

    storage_id = IdField(**_POINT["storage_id"])
    variant_id = IdField(**_POINT["variant_id"])


class ReorderPoints(Resource):
    """Reorder points of single storages."""

    @operation(
        "purchase_orders.edit",
        "List reorder points",
        query=ReorderPointsQuery(),
        answer=ReorderPointAnswer,
        many=True,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of those that hold, of the caller's stores and the warehouses."""
        query, stores = dict(req.context.query), req.context.caller.store_ids
        storage_id = query.pop("storage_id", None)

        def question(reading: Reading) -> tuple[list[Row], int]:
            storages = visible_storages(reading.db, stores, storage_id=storage_id)
            return list_reorder_points(reading.db, storages=storages, **query)

        rows, total = self.ask(req, resp, question)
        self.answer_page(req, resp, [ReorderPointAnswer.of(row) for row in rows], total)

    @operation(
        "purchase_orders.edit",
        "Set reorder points",
        description="A reorder point of a storage stands in place of what the variant itself says. What no "
        "line names stays as it is. The answer has the lines as they hold now.",
        body=ReorderPointsBody(),
        answer=ReorderPointAnswer,
        many=True,
        refusals=(OtherStore, ConcurrentEdit),
    )
    def on_put(self, req: Request, resp: Response) -> None:
        """Set and lift reorder points, all together."""
        lines = tuple(ReorderLine(**line) for line in req.context.body["lines"])
        self.write(
            req,
            resp,
            set_reorder_points,
            SetReorderPoints(lines=lines),
            _show_lines,
            message="Reorder points set",
        )


def _show_lines(lines: Iterable[ReorderLine]) -> list[ReorderPointAnswer]:
    return [ReorderPointAnswer.of(line) for line in lines]
