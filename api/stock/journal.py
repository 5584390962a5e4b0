"""What receipts, adjustments and returns to suppliers have in common: their lines, their lists."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar
from uuid import UUID

from falcon import Request, Response

from api.answers import Answer, Cost, Count, Day, Id, Meaning, Moment, Money, OwnId, Quantity, SignedMoney
from api.resource import Resource, requested_stores
from api.services import Reading
from commands.ports import Missing
from domain.costing import unit_cost
from domain.stock.movements import DocumentLine, StockMovement
from domain.stock.reversals import reversal_id
from projections.base import Row
from projections.stock.journal_list import ask_entry, list_entries

A = TypeVar("A", bound=Answer)


class MovementLineAnswer(Answer):
    """One line of a movement and the balance it left."""

    variant_id: Annotated[Id, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")]
    quantity: Annotated[Quantity, Meaning("How much came, or went (below zero), in the product's unit.")]
    value_change: Annotated[SignedMoney, Cost("What it changed of the stock's value.", 400)]
    settlement: Annotated[
        SignedMoney, Cost("What corrects the cost of earlier goods; it comes on top of `value_change`.", 0)
    ]
    balance_quantity: Annotated[Quantity, Meaning("What was there afterwards.", "38")]
    balance_value: Annotated[SignedMoney, Cost("What that was worth.", 7600)]


class DocumentLineAnswer(MovementLineAnswer, kw_only=True):
    """A line as it was entered, in a unit of its own, and what it came to."""

    id: Annotated[Id | None, Meaning("Its id; lines of earlier versions have none.")]
    entered_quantity: Annotated[Quantity, Meaning("How much was entered.", "2")]
    unit_id: Annotated[Id | None, Meaning("The unit it was entered in; null for the product's own.")]
    factor: Annotated[Quantity, Meaning("How many of the product's units one of those is.", "12")]
    base_quantity: Annotated[Quantity, Meaning("What that is in the product's unit: `quantity`.", "24")]
    unit_cost: Annotated[Money, Cost("The cost of one entered unit; rounded, if nobody entered it.", 1399)]


class EntryAnswer(Answer):
    """What is answered of every entry of the journal."""

    id: OwnId
    storage_id: Annotated[Id, Meaning("Where the goods lie.")]
    reference: Annotated[str | None, Meaning("Your own reference.", "DN-2041")]
    note: Annotated[str | None, Meaning("Free text; nothing depends on it.")]
    occurred_at: Annotated[Moment, Meaning("When it happened.")]
    recorded_at: Annotated[Moment, Meaning("When it was recorded.")]
    business_date: Annotated[
        Day | None, Meaning("The day it counts for; null for what earlier versions recorded.")
    ]
    created_by: Annotated[Id | None, Meaning("Who recorded it.")]
    reversed_by: Annotated[Id | None, Meaning("The movement that reversed it.")]


class EntryRowAnswer(EntryAnswer, kw_only=True):
    """An entry in a list; its lines are shown with the single one."""

    line_count: Annotated[Count, Meaning("How many lines it has.", 3)]


def entry_fields(movement: StockMovement, *own: str, is_reversed: bool) -> dict[str, Any]:
    """The fields of `EntryAnswer`, a kind's own, and the version, which only a reversal raises."""
    return {
        "id": movement.id,
        "storage_id": movement.storage_id,
        "reference": movement.reference,
        "note": movement.note,
        "occurred_at": movement.occurred_at,
        "recorded_at": movement.created_on,
        "business_date": movement.business_date,
        "created_by": movement.created_by,
        "reversed_by": reversal_id(movement.id) if is_reversed else None,
        "version": movement.version + is_reversed,
        **{name: getattr(movement, name) for name in own},
    }


def line_fields(line: DocumentLine) -> dict[str, Any]:
    """The fields of `DocumentLineAnswer`; lines of earlier versions were entered in the product's unit."""
    cost = line.entered_cost if line.entered_cost is not None else line.unit_cost
    entered = line.quantity if line.entered_quantity is None else line.entered_quantity
    return {
        "id": line.id,
        "variant_id": line.variant_id,
        "quantity": line.quantity,
        "entered_quantity": entered,
        "unit_id": line.unit_id,
        "factor": 1 if line.factor is None else line.factor,
        "base_quantity": line.quantity,
        "unit_cost": unit_cost(abs(line.value_change), abs(entered)) if cost is None else cost,
        "value_change": line.value_change,
        "settlement": line.settlement,
        "balance_quantity": line.balance_quantity,
        "balance_value": line.balance_value,
    }


class Journal(Resource):
    """Base of the lists and single entries of one kind."""

    #: What the log calls it.
    kind: str

    def list_rows(self, req: Request, resp: Response, show: Callable[[Row], Any]) -> None:
        """Answer with a page of the entries that the caller may see; warehouses are for all to see."""
        query, caller = req.context.query, req.context.caller
        requested_stores(query.get("store_id"), caller)
        rows, total = self.ask(
            req,
            resp,
            lambda reading: list_entries(reading.db, self.kind, store_ids=caller.store_ids, **query),
        )
        self.answer_page(req, resp, [show(row) for row in rows], total)

    def show_entry(self, req: Request, resp: Response, entry_id: UUID, show: Callable[..., Any]) -> None:
        """Answer with one entry, as it is or as it was recorded by `as_of`."""
        caller, as_of = req.context.caller, req.context.query.get("as_of")

        def question(reading: Reading) -> Any:
            entry = ask_entry(reading.db, self.kind, entry_id, caller.store_ids)
            movements = reading.aggregates(StockMovement, [entry_id, reversal_id(entry_id)], as_of)
            if entry.row() is None or not movements or movements[0].id != entry_id:
                raise Missing
            return show(movements[0], is_reversed=len(movements) > 1)

        self.show(req, resp, self.ask(req, resp, question))
