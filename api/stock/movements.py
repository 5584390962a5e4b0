"""The stock ledger: one row for each line of each movement."""

from typing import Annotated

from falcon import Request, Response

from api.answers import Answer, Cost, Id, Meaning, Moment, Money, Quantity, SignedMoney
from api.operations import operation
from api.resource import Resource
from api.stock.input import MovementsQuery
from projections.stock import movements


class MovementAnswer(Answer):
    """One row of the stock ledger."""

    position: Annotated[int, Meaning("Its place in the log.", 42)]
    line: Annotated[int, Meaning("Which line, from 0.", 0)]
    type: Annotated[str, Meaning("Of which kind.", "receipt")]
    occurred_at: Annotated[Moment, Meaning("When it happened.")]
    recorded_at: Annotated[Moment, Meaning("When it was recorded.")]
    storage_id: Annotated[Id, Meaning("The storage.")]
    variant_id: Annotated[Id, Meaning("The variant.")]
    quantity: Annotated[Quantity, Meaning("How much.")]
    unit_cost: Annotated[Money | None, Cost("The cost of one unit.", 200)]
    value_change: Annotated[SignedMoney, Cost("What it changed of the stock's value.", 400)]
    balance_quantity: Annotated[Quantity, Meaning("What was there afterwards.", "38")]
    balance_value: Annotated[SignedMoney, Cost("What that was worth.", 7600)]
    reason: Annotated[str | None, Meaning("Why.")]
    reference: Annotated[str | None, Meaning("Your own reference.", "DN-2041")]
    order_id: Annotated[Id | None, Meaning("The order it belongs to.")]
    supplier_id: Annotated[Id | None, Meaning("The supplier.")]
    purchase_order_id: Annotated[Id | None, Meaning("The purchase order it belongs to.")]
    movement_id: Annotated[Id, Meaning("The movement.")]
    actor_id: Annotated[Id | None, Meaning("Who did it.")]


class StockMovements(Resource):
    """The stock ledger."""

    @operation(
        "inventory.view",
        "List stock movements",
        query=MovementsQuery(),
        answer=MovementAnswer,
        many=True,
        projection=movements.StockMovements,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """A stretch of the ledger in the order of the log, of the caller's stores."""
        query, caller = dict(req.context.query), req.context.caller
        storage_id, kind = query.pop("storage_id", None), query.pop("type", None)
        storage_ids = None if storage_id is None else [storage_id]
        rows, has_more = self.ask(
            req,
            resp,
            lambda reading: movements.list_movements(
                reading.db, storage_ids=storage_ids, store_ids=caller.store_ids, kind=kind, **query
            ),
        )
        shown = [MovementAnswer.of(row) for row in rows]
        self.answer_stretch(req, resp, shown, rows[-1]["place"] if rows else None, has_more=has_more)
