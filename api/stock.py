"""Stock: receipts, levels, and the ledger of every movement."""

from typing import Any
from uuid import UUID, uuid4

from falcon import Request, Response
from marshmallow import Schema, fields, validate

from api.costs import COST, COST_TOLD, hidden_in
from api.envelope import after_of, page_of, written
from api.fields import Body, Exact, Flag, Id, Many, Moment, Money, OwnId, Quantity, Text, Whole
from api.operations import operation
from api.resource import Resource, stores_asked
from api.services import Reading
from commands.moments import BeforeTheCompany, TooFarBack
from commands.ports import Caller, ConcurrentEdit, DuplicateId, Missing
from commands.stock import ReceiveStock, receive_stock
from domain.money import AmountTooLarge
from domain.stock import ReceivedLine, StockMovement
from domain.storages import Storage
from projections.settings import ask_setting
from projections.stock import list_levels
from projections.stock_movements import list_movements

_ANY = 10**15


class ReceiptLine(Body):
    """What of a variant came in, at which purchase price per unit."""

    variant_id = Id(required=True)
    quantity = Quantity(required=True)
    unit_cost = Money(required=True, metadata=COST_TOLD)


class ReceiptBody(Body):
    """A delivery."""

    id = OwnId()
    storage_id = Id(required=True)
    supplier_id = Id(allow_none=True, load_default=None)
    reference = Text(longest=200, allow_none=True, load_default=None)
    occurred_at = Moment(allow_none=True, load_default=None)
    lines = Many(fields.Nested(ReceiptLine()), required=True, shortest=1, longest=1000)


class MovementLineAnswer(Body):
    """One line of a movement and the balance it left."""

    variant_id = Id()
    quantity = Exact(most=_ANY)
    unit_cost = Money(allow_none=True, metadata=COST)
    value_change = Money(least=-_ANY, metadata=COST)
    settlement = Money(least=-_ANY, metadata=COST)
    balance_quantity = Exact(most=_ANY)
    balance_value = Money(least=-_ANY, metadata=COST)


class ReceiptAnswer(Body):
    """A delivery as it was booked."""

    id = Id()
    storage_id = Id()
    supplier_id = Id(allow_none=True)
    reference = Text(allow_none=True)
    occurred_at = Moment()
    lines = fields.List(fields.Nested(MovementLineAnswer()))
    version = Whole()


class LevelAnswer(Body):
    """What a storage holds of a variant. `value` and `average_cost` are in minor currency units."""

    storage_id = Id()
    storage_name = Text()
    product_id = Id()
    variant_id = Id()
    sku = Text()
    name = Text()
    variant_name = Text()
    on_hand = Exact(most=_ANY)
    reserved = Exact(most=_ANY)
    available = Exact(most=_ANY)
    incoming = Exact(most=_ANY)
    average_cost = Money(metadata=COST)
    value = Money(least=-_ANY, metadata=COST)
    reorder_level = Exact(most=_ANY, allow_none=True)


class StorageStockQuery(Body):
    """Filters of a storage's stock levels."""

    page = Whole(least=1, most=100_000, load_default=1)
    limit = Whole(least=1, most=100, load_default=20)
    variant_id = Id()
    below_reorder = Flag(load_default=False)


class LevelsQuery(StorageStockQuery):
    """Filters of the stock levels."""

    storage_id = Id()
    store_id = Id()


class MovementAnswer(Body):
    """One row of the stock writer."""

    position = Whole()
    line = Whole()
    type = Text()
    occurred_at = Moment()
    recorded_at = Moment()
    storage_id = Id()
    variant_id = Id()
    quantity = Exact(most=_ANY)
    unit_cost = Money(allow_none=True, metadata=COST)
    value_change = Money(least=-_ANY, metadata=COST)
    balance_quantity = Exact(most=_ANY)
    balance_value = Money(least=-_ANY, metadata=COST)
    reason = Text(allow_none=True)
    reference = Text(allow_none=True)
    order_id = Id(allow_none=True)
    supplier_id = Id(allow_none=True)
    purchase_order_id = Id(allow_none=True)
    movement_id = Id()
    actor_id = Id(allow_none=True)


_MOVEMENT, _LEVEL, _LINE = MovementAnswer(), LevelAnswer(), MovementLineAnswer()


class MovementsQuery(Body):
    """Filters of the stock ledger; `from` and `to` are times, `after` the last cursor seen."""

    storage_id = Id()
    variant_id = Id()
    type = fields.String(validate=validate.OneOf(["receipt", "sale", "settlement"]))
    from_time = Moment(data_key="from")
    to_time = Moment(data_key="to")
    after = Whole(least=0, most=2**62, load_default=0)
    limit = Whole(least=1, most=100, load_default=20)


def _shown(row: dict[str, Any], schema: Schema, caller: Caller) -> dict[str, Any]:
    """Of a row what its reader may see."""
    hidden = () if caller.sees_costs else hidden_in(schema)
    return {name: row[name] for name in schema.fields if name not in hidden}


def show_receipt(movement: StockMovement, caller: Caller) -> dict[str, Any]:
    """A delivery as clients see it; costs only for those who may see them."""
    return {
        "id": movement.id,
        "storage_id": movement.storage_id,
        "supplier_id": movement.supplier_id,
        "reference": movement.reference,
        "occurred_at": movement.occurred_at,
        "lines": [_shown(vars(line), _LINE, caller) for line in movement.lines],
        "version": movement.version,
    }


class StockReceipts(Resource):
    """Deliveries."""

    @operation(
        "inventory.receive",
        "Receive stock",
        body=ReceiptBody(),
        answer=ReceiptAnswer(),
        status=201,
        refusals=(DuplicateId, ConcurrentEdit, TooFarBack, BeforeTheCompany, AmountTooLarge),
    )
    def on_post(self, req: Request, resp: Response) -> None:
        """Book a delivery onto a storage's balances, at its purchase prices."""
        body, caller = dict(req.context.body), req.context.caller
        command = ReceiveStock(
            id=body.pop("id", None) or uuid4(),
            lines=tuple(ReceivedLine(**line) for line in body.pop("lines")),
            **body,
        )
        self.create(
            req,
            resp,
            receive_stock,
            command,
            lambda movement: written(
                show_receipt(movement, caller), "Stock received", status=201, version=movement.version
            ),
        )


class StockLevels(Resource):
    """What is on hand."""

    @operation("inventory.view", "List stock levels", query=LevelsQuery(), answer=LevelAnswer(), many=True)
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of balances, of the caller's stores."""
        query, caller = dict(req.context.query), req.context.caller
        store_ids = stores_asked(query.pop("store_id", None), caller)
        rows, total = self.ask(
            req, resp, lambda reading: list_levels(reading.db, store_ids=store_ids, **query)
        )
        shown = [_shown(row, _LEVEL, caller) for row in rows]
        resp.media = page_of(shown, total, query["page"], query["limit"])


class StorageStock(Resource):
    """What is on hand in one storage."""

    @operation(
        "inventory.view",
        "List a storage's stock",
        query=StorageStockQuery(),
        answer=LevelAnswer(),
        many=True,
    )
    def on_get(self, req: Request, resp: Response, storage_id: UUID) -> None:
        """One page of its balances."""
        query, caller = req.context.query, req.context.caller

        def question(reading: Reading) -> tuple[list[dict[str, Any]], int]:
            storage = ask_setting(reading.db, Storage.kind, storage_id)
            found = list_levels(reading.db, storage_id=storage_id, **query)
            place = storage.row()
            if place is None or (caller.store_ids and place["parent_id"] not in caller.store_ids):
                raise Missing
            return found

        rows, total = self.ask(req, resp, question)
        shown = [_shown(row, _LEVEL, caller) for row in rows]
        resp.media = page_of(shown, total, query["page"], query["limit"])


class StockMovements(Resource):
    """The stock writer."""

    @operation(
        "inventory.view",
        "List stock movements",
        query=MovementsQuery(),
        answer=MovementAnswer(),
        many=True,
        projection="stock_movements",
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """A stretch of the ledger in the order of the log, of the caller's stores."""
        query, caller = dict(req.context.query), req.context.caller
        storage_id, kind = query.pop("storage_id", None), query.pop("type", None)
        storage_ids = None if storage_id is None else [storage_id]
        rows, has_more = self.ask(
            req,
            resp,
            lambda reading: list_movements(
                reading.db, storage_ids=storage_ids, store_ids=caller.store_ids, kind=kind, **query
            ),
            "stock_movements",
        )
        shown = [_shown(row, _MOVEMENT, caller) for row in rows]
        resp.media = after_of(shown, rows[-1]["place"] if rows else None, has_more=has_more)
