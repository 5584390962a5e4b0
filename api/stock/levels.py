"""Stock levels: what is on hand of each variant in each storage."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from falcon import Request, Response

from api.answers import Answer, Cost, Id, Meaning, Moment, Money, Quantity, SignedMoney
from api.operations import operation
from api.queries import AsOfQuery
from api.resource import Resource, requested_stores
from api.services import Reading
from api.stock.queries import LevelsQuery, StorageStockQuery
from commands.ports import Caller, Missing
from domain.storages import Storage
from projections.base import Database, Row
from projections.settings import ask_setting
from projections.stock.levels import Filters, find_variant_levels, list_levels, list_past_levels
from projections.stock.movements import StockMovements
from projections.stock.storages import visible_storages

_PAST = (
    " With `as_of`, what was promised and expected then is null, as nobody knows it any more, and variants "
    "go by the names that they have now."
)


class LevelAnswer(Answer):
    """What a storage holds of a variant. `value` and `average_cost` are in minor currency units."""

    storage_id: Annotated[Id, Meaning("Where the goods lie.")]
    storage_name: Annotated[str, Meaning("What the storage is called.", "Back room")]
    product_id: Annotated[Id, Meaning("The product that the variant is of.")]
    variant_id: Annotated[Id, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")]
    sku: Annotated[str, Meaning("The stock-keeping unit, unique in the company.", "BEANS-250")]
    name: Annotated[str, Meaning("What it is called.", "Espresso beans")]
    variant_name: Annotated[str, Meaning("What the variant is called.", "250 g")]
    on_hand: Annotated[Quantity, Meaning("What is there.", "38")]
    reserved: Annotated[Quantity | None, Meaning("What of it is promised.", "0")]
    available: Annotated[Quantity | None, Meaning("What can be sold: on hand, not reserved.", "38")]
    incoming: Annotated[Quantity | None, Meaning("What is on order and on the way.", "0")]
    incoming_ordered: Annotated[Quantity | None, Meaning("What is on order from suppliers.", "0")]
    incoming_transit: Annotated[Quantity | None, Meaning("What is on the way from other storages.", "0")]
    average_cost: Annotated[Money, Cost("The moving average cost of one unit.", 200)]
    value: Annotated[SignedMoney, Cost("What it is worth.", 7600)]
    reorder_level: Annotated[Quantity | None, Meaning("The stock at which to order again.", "10")]
    reorder_quantity: Annotated[Quantity | None, Meaning("How much is then ordered at least.", "24")]
    last_counted_at: Annotated[Moment | None, Meaning("For which moment it was counted last.")]


class TransitAnswer(Answer):
    """What is on its way between storages, and belongs to none of them."""

    quantity: Annotated[Quantity, Meaning("How much.", "5")]
    value: Annotated[SignedMoney, Cost("What it is worth.", 1000)]


class LevelTotals(Answer):
    """What the storages hold together."""

    on_hand: Annotated[Quantity, Meaning("What is there.", "38")]
    reserved: Annotated[Quantity | None, Meaning("What of it is promised.", "0")]
    available: Annotated[Quantity | None, Meaning("What can be sold: on hand, not reserved.", "38")]
    incoming: Annotated[Quantity | None, Meaning("What is on order and on the way.", "0")]
    incoming_ordered: Annotated[Quantity | None, Meaning("What is on order from suppliers.", "0")]
    incoming_transit: Annotated[Quantity | None, Meaning("What is on the way from other storages.", "0")]
    average_cost: Annotated[Money, Cost("The average cost of one unit.", 200)]
    value: Annotated[SignedMoney, Cost("What it is worth.", 7600)]


class VariantLevelsAnswer(Answer):
    """A variant in every storage, and on the way."""

    variant_id: Annotated[Id, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")]
    product_id: Annotated[Id, Meaning("The product that the variant is of.")]
    sku: Annotated[str, Meaning("The stock-keeping unit, unique in the company.", "BEANS-250")]
    name: Annotated[str, Meaning("What it is called.", "Espresso beans")]
    variant_name: Annotated[str, Meaning("What the variant is called.", "250 g")]
    levels: Annotated[list[LevelAnswer], Meaning("What each storage holds, by the storage's name.")]
    in_transit: Annotated[TransitAnswer | None, Meaning("What is in transit; not known of a past moment.")]
    totals: Annotated[LevelTotals, Meaning("What the storages hold together, without what is in transit.")]


class StockLevels(Resource):
    """What is on hand."""

    @operation(
        "inventory.view",
        "List stock levels",
        description="Of the caller's stores, and of warehouses. `search` finds the variant that has the text "
        "as its SKU or barcode, alone; else by words of products and variants as lookups do, past small "
        "typos, at most what the best 500 of them have." + _PAST,
        query=LevelsQuery(),
        answer=LevelAnswer,
        many=True,
        projection_with={"as_of": StockMovements},
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of balances."""
        query, caller = dict(req.context.query), req.context.caller
        storage_id, store_id = query.pop("storage_id", None), query.pop("store_id", None)
        requested_stores(store_id, caller)

        def question(reading: Reading) -> tuple[list[Row], int]:
            storages = visible_storages(
                reading.db, caller.store_ids, store_id=store_id, storage_id=storage_id
            )
            return _list(reading.db, storages, query)

        rows, total = self.ask(req, resp, question)
        self.answer_page(req, resp, [LevelAnswer.of(row) for row in rows], total)


class VariantLevels(Resource):
    """A variant in every storage."""

    @operation(
        "inventory.view",
        "Show a variant's stock levels",
        description="In the storages of the caller's stores and in warehouses, with what is on the way to or "
        "from them." + _PAST,
        query=AsOfQuery(),
        answer=VariantLevelsAnswer,
        projection_with={"as_of": StockMovements},
    )
    def on_get(self, req: Request, resp: Response, variant_id: UUID) -> None:
        """Its levels by storage, what is in transit, and the totals."""
        as_of, caller = req.context.query.get("as_of"), req.context.caller

        def question(reading: Reading) -> Row:
            storages = visible_storages(reading.db, caller.store_ids)
            levels = find_variant_levels(reading.db, variant_id, storage_ids=storages, as_of=as_of)
            if levels is None:
                raise Missing
            return levels

        self.answer(req, resp, VariantLevelsAnswer.of(self.ask(req, resp, question)))


class StorageStock(Resource):
    """What is on hand in one storage."""

    @operation(
        "inventory.view",
        "List a storage's stock",
        description="As stock levels are listed, of this storage." + _PAST,
        query=StorageStockQuery(),
        answer=LevelAnswer,
        many=True,
        projection_with={"as_of": StockMovements},
    )
    def on_get(self, req: Request, resp: Response, storage_id: UUID) -> None:
        """One page of its balances."""
        query, caller = req.context.query, req.context.caller

        def question(reading: Reading) -> tuple[list[Row], int]:
            storage = ask_setting(reading.db, Storage.kind, storage_id).row()
            if storage is None or not _is_visible(storage, caller):
                raise Missing
            return _list(reading.db, [storage_id], query)

        rows, total = self.ask(req, resp, question)
        self.answer_page(req, resp, [LevelAnswer.of(row) for row in rows], total)


def _is_visible(storage: Mapping[str, Any], caller: Caller) -> bool:
    """Whether the caller's stores have it, or it is a warehouse; who is bound to no store sees all."""
    return not caller.store_ids or storage["parent_id"] in (None, *caller.store_ids)


def _list(db: Database, storages: Sequence[UUID] | None, query: Mapping[str, Any]) -> tuple[list[Row], int]:
    """The page that is asked for, as it is now or as it was known."""
    filters, part, as_of = dict(query), {}, query.get("as_of")
    filters.pop("as_of", None)
    for name in ("sort", "page", "limit"):
        part[name] = filters.pop(name)
    chosen = Filters(storage_ids=storages, **filters)
    return list_past_levels(db, chosen, as_of, **part) if as_of else list_levels(db, chosen, **part)
