"""The stock ledger: one row for each line of each movement."""

from typing import Annotated

from falcon import Request, Response

from api.answers import Answer, Cost, Day, Id, Meaning, Moment, Money, Quantity, SignedMoney
from api.operations import operation
from api.resource import Resource, requested_stores
from api.services import Reading
from api.stock.queries import MovementsQuery
from projections.base import Row
from projections.stock import movements
from projections.stock.storages import visible_storages


class MovementAnswer(Answer):
    """One row of the stock ledger."""

    position: Annotated[int, Meaning("Its place in the log.", 42)]
    line: Annotated[int, Meaning("Which line, from 0.", 0)]
    type: Annotated[str, Meaning("Of which kind.", "receipt")]
    occurred_at: Annotated[Moment, Meaning("When it happened.")]
    recorded_at: Annotated[Moment, Meaning("When it was recorded.")]
    business_date: Annotated[
        Day | None, Meaning("The day it counts for; null for what earlier versions recorded.")
    ]
    storage_id: Annotated[Id | None, Meaning("The storage; none for goods in transit.")]
    storage_name: Annotated[str | None, Meaning("What the storage is called now.", "Back room")]
    variant_id: Annotated[Id, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")]
    sku: Annotated[
        str | None, Meaning("Its stock-keeping unit; null for a variant that is gone.", "BEANS-250")
    ]
    name: Annotated[str | None, Meaning("What its product is called now.", "Espresso beans")]
    variant_name: Annotated[str | None, Meaning("What the variant is called now.", "250 g")]
    quantity: Annotated[Quantity, Meaning("How much.")]
    unit_cost: Annotated[Money | None, Cost("The cost of one unit.", 200)]
    value_change: Annotated[SignedMoney, Cost("What it changed of the stock's value.", 400)]
    balance_quantity: Annotated[Quantity, Meaning("What was there, or in transit, afterwards.", "38")]
    balance_value: Annotated[SignedMoney, Cost("What that was worth.", 7600)]
    reason: Annotated[str | None, Meaning("Why.")]
    reference: Annotated[str | None, Meaning("Your own reference.", "DN-2041")]
    note: Annotated[str | None, Meaning("Free text; nothing depends on it.")]
    order_id: Annotated[Id | None, Meaning("The order it belongs to.")]
    refund_id: Annotated[Id | None, Meaning("The refund or the return that it belongs to.")]
    supplier_id: Annotated[Id | None, Meaning("Who delivered it or took it back, if that is what it was.")]
    purchase_order_id: Annotated[Id | None, Meaning("The purchase order it belongs to.")]
    transfer_id: Annotated[Id | None, Meaning("The transfer it belongs to.")]
    count_id: Annotated[Id | None, Meaning("The count it belongs to.")]
    reversal_of: Annotated[Id | None, Meaning("The movement that it undoes.")]
    movement_id: Annotated[Id, Meaning("The journal entry that it is a line of; it is reversed as a whole.")]
    actor_id: Annotated[Id | None, Meaning("Who did it.")]


class StockMovements(Resource):
    """The stock ledger."""

    @operation(
        "inventory.view",
        "List stock movements",
        description="In the order of the log, oldest first with `after`, newest first with `before`; pass "
        "`next_after` as the same of the two to go on. Goods on their way between storages have rows of "
        "their own, without a storage, opposite to those of the storages: what a transfer moves adds up to "
        "nothing once it is done. Costs of a row that were not entered are averages.",
        query=MovementsQuery(),
        answer=MovementAnswer,
        many=True,
        projections=(movements.StockMovements,),
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """A stretch of the ledger, of the caller's stores and of warehouses."""
        query, caller = dict(req.context.query), req.context.caller
        storage_id, store_id = query.pop("storage_id", None), query.pop("store_id", None)
        requested_stores(store_id, caller)

        def question(reading: Reading) -> tuple[list[Row], bool]:
            storages = visible_storages(
                reading.db, caller.store_ids, store_id=store_id, storage_id=storage_id
            )
            # Who is bound to stores sees what is on its way to or from what they may see, as all others do.
            with_transit = storage_id is None and store_id is None
            return movements.list_movements(
                reading.db, storage_ids=storages, with_transit=with_transit, **query
            )

        rows, has_more = self.ask(req, resp, question)
        shown = [MovementAnswer.of(row) for row in rows]
        self.answer_stretch(req, resp, shown, rows[-1]["place"] if rows else None, has_more=has_more)
