"""Low stock in the API: what is to be ordered again, and how long it still lasts."""

from typing import Annotated

from falcon import Request, Response

from api.answers import Meaning, Moment, Quantity, Ratio
from api.fields import Choice
from api.fields import Id as IdField
from api.operations import operation
from api.queries import ListQuery
from api.resource import Resource, requested_stores
from api.services import Reading
from api.stock.levels import LevelAnswer
from projections.base import Row
from projections.stock.daily import StockDaily
from projections.stock.levels import Filters
from projections.stock.low_stock import DAYS, SORT_KEYS, list_low_stock
from projections.stock.storages import visible_storages


class LowStockAnswer(LevelAnswer, kw_only=True):
    """What a storage has too little of."""

    shortage: Annotated[Quantity, Meaning("How far what is available lies below the reorder level.", "2")]
    days_of_cover: Annotated[
        Ratio | None,
        Meaning(f"How long it lasts at what sold in {DAYS} days; null for what does not sell.", "3.50"),
    ]
    last_sold_at: Annotated[Moment | None, Meaning("When it was sold last.")]


class LowStockQuery(ListQuery):
    """Filters of low stock."""

    store_id = IdField(meaning="Only of this store; without it, of all of yours.")
    storage_id = IdField(meaning="Only in this storage; without it, in all that you may see.")
    supplier_id = IdField(meaning="The supplier of the product.")
    category_id = IdField(meaning="The category; what is filed below it counts as well.")
    sort = Choice(
        *(sign + key for key in SORT_KEYS for sign in ("", "-")),
        load_default="-shortage",
        meaning="What to sort by; a minus turns the order around.",
    )


class LowStock(Resource):
    """What is to be ordered again."""

    @operation(
        "inventory.view",
        "List low stock",
        description="What is available at or below the reorder level: the storage's own reorder point, else "
        "what the variant says.",
        query=LowStockQuery(),
        answer=LowStockAnswer,
        many=True,
        projections=(StockDaily,),
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page, of the caller's stores and the warehouses."""
        query, caller = dict(req.context.query), req.context.caller
        paging = {name: query.pop(name) for name in ("sort", "page", "limit")}
        asked = {name: query.pop(name, None) for name in ("store_id", "storage_id")}
        requested_stores(asked["store_id"], caller)

        def question(reading: Reading) -> tuple[list[Row], int]:
            storages = visible_storages(reading.db, caller.store_ids, **asked)
            filters = Filters(storage_ids=storages, **query)
            return list_low_stock(reading.db, filters, self.services.now(), **paging)

        rows, total = self.ask(req, resp, question)
        self.answer_page(req, resp, [LowStockAnswer.of(row) for row in rows], total)
