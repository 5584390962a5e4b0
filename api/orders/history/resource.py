"""The history of an order of one of the caller's stores."""

from typing import Any
from uuid import UUID

from falcon import Request, Response

from api.operations import operation
from api.orders.history.answers import OrderStepAnswer
from api.orders.history.changes import Figures, changes_between, merged
from api.orders.history.sentences import Storyteller
from api.orders.store_orders import store_order
from api.resource import Resource
from api.services import Reading
from domain.orders import Order
from projections.base import Row
from projections.order_history import ask_history


class OrderHistory(Resource):
    """The history of an order."""

    @operation(
        "orders.view",
        "Show the history of an order",
        description="Every step with what it changed, newest last, in sentences; never a cost. Texts of a "
        "customer who was erased are not told any more.",
        answer=OrderStepAnswer,
        many=True,
    )
    def on_get(self, req: Request, resp: Response, order_id: UUID) -> None:
        """How the order came to be what it is."""
        caller = req.context.caller

        def question(reading: Reading) -> list[OrderStepAnswer]:
            order = store_order(reading, caller, order_id)
            return _steps(order, reading, ask_history(reading.db, order_id).rows())

        self.answer_all(req, resp, self.ask(req, resp, question))


def _steps(order: Order, reading: Reading, rows: list[Row]) -> list[OrderStepAnswer]:
    storyteller, before, steps = Storyteller(order.terms.currency), Figures(), []
    for row in rows:
        kind, event = reading.decode(row, {})
        after = merged(before, kind, event)
        sentence = storyteller.tell(kind, event, row["actor"])
        steps.append(_step(row, event, sentence, before, after))
        before = after
    return steps


def _step(row: Row, event: Any, sentence: str, before: Figures, after: Figures) -> OrderStepAnswer:
    return OrderStepAnswer(
        at=getattr(event, "occurred_at", None) or row["recorded_at"],
        recorded_at=row["recorded_at"],
        by=row["actor_id"],
        event=row["type"],
        sentence=sentence,
        # What an order begins with changes nothing of it.
        changes=changes_between(before, after) if before else [],
    )
