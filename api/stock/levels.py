"""Stock levels: what is on hand of each variant in each storage."""

from typing import Annotated, Any
from uuid import UUID

from falcon import Request, Response

from api.answers import Answer, Cost, Id, Meaning, Money, Quantity, SignedMoney
from api.operations import operation
from api.resource import Resource, requested_stores
from api.services import Reading
from api.stock.input import LevelsQuery, StorageStockQuery
from commands.ports import Missing
from domain.storages import Storage
from projections.settings import ask_setting
from projections.stock.levels import list_levels


class LevelAnswer(Answer):
    """What a storage holds of a variant. `value` and `average_cost` are in minor currency units."""

    storage_id: Annotated[Id, Meaning("The storage.")]
    storage_name: Annotated[str, Meaning("What the storage is called.", "Back room")]
    product_id: Annotated[Id, Meaning("The product.")]
    variant_id: Annotated[Id, Meaning("The variant.")]
    sku: Annotated[str, Meaning("The stock-keeping unit, unique in the company.", "BEANS-250")]
    name: Annotated[str, Meaning("What it is called.", "Espresso beans")]
    variant_name: Annotated[str, Meaning("What the variant is called.", "250 g")]
    on_hand: Annotated[Quantity, Meaning("What is there.", "38")]
    reserved: Annotated[Quantity, Meaning("What of it is promised.", "0")]
    available: Annotated[Quantity, Meaning("What can be sold: on hand, not reserved.", "38")]
    incoming: Annotated[Quantity, Meaning("What is on order.", "0")]
    average_cost: Annotated[Money, Cost("The moving average cost of one unit.", 200)]
    value: Annotated[SignedMoney, Cost("What it is worth.", 7600)]
    reorder_level: Annotated[Quantity | None, Meaning("The stock at which to order again.", "10")]


class StockLevels(Resource):
    """What is on hand."""

    @operation("inventory.view", "List stock levels", query=LevelsQuery(), answer=LevelAnswer, many=True)
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of balances, of the caller's stores."""
        query = dict(req.context.query)
        store_ids = requested_stores(query.pop("store_id", None), req.context.caller)
        rows, total = self.ask(
            req, resp, lambda reading: list_levels(reading.db, store_ids=store_ids, **query)
        )
        self.answer_page(req, resp, [LevelAnswer.of(row) for row in rows], total)


class StorageStock(Resource):
    """What is on hand in one storage."""

    @operation(
        "inventory.view",
        "List a storage's stock",
        query=StorageStockQuery(),
        answer=LevelAnswer,
        many=True,
    )
    def on_get(self, req: Request, resp: Response, storage_id: UUID) -> None:
        """One page of its balances."""
        query, caller = req.context.query, req.context.caller

        def question(reading: Reading) -> tuple[list[dict[str, Any]], int]:
            setting = ask_setting(reading.db, Storage.kind, storage_id)
            levels = list_levels(reading.db, storage_id=storage_id, **query)
            storage = setting.row()
            if storage is None or (caller.store_ids and storage["parent_id"] not in caller.store_ids):
                raise Missing
            return levels

        rows, total = self.ask(req, resp, question)
        self.answer_page(req, resp, [LevelAnswer.of(row) for row in rows], total)
