"""The history of an order of one of the caller's stores."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from falcon import Request, Response

from api.audit.stories.lines import Line
from api.audit.stories.names import KnownNames
from api.audit.stories.telling import Occurrence, Storyteller
from api.operations import operation
from api.orders.history.answers import OrderChangeAnswer, OrderStepAnswer
from api.orders.history.changes import changes_of_steps
from api.orders.store_orders import store_order
from api.resource import Resource
from api.services import Reading
from api.slips.languages import ENGLISH
from domain.orders import Order, SaleLine
from projections.base import Row
from projections.order_history import ask_history

#: An order's own lines name all that its story names.
_NO_NAMES = KnownNames({})


class OrderHistory(Resource):
    """The history of an order."""

    @operation(
        "orders.view",
        "Show the history of an order",
        description="Every step with what it changed, newest last, in sentences; never a cost. Texts of a "
        "customer who was erased are not told any more.",
        answer=OrderStepAnswer,
        many=True,
        whole=True,
    )
    def on_get(self, req: Request, resp: Response, order_id: UUID) -> None:
        """How the order came to be what it is."""
        caller = req.context.caller

        def question(reading: Reading) -> list[OrderStepAnswer]:
            order = store_order(reading, caller, order_id)
            return _steps(order, reading, ask_history(reading.db, order_id).rows())

        self.answer_all(req, resp, self.ask(req, resp, question))


def _steps(order: Order, reading: Reading, rows: list[Row]) -> list[OrderStepAnswer]:
    events = [reading.decode(row, {}) for row in rows]
    changes = changes_of_steps(
        (row["stream_version"], *event) for row, event in zip(rows, events, strict=True)
    )
    lines: dict[str, Line] = {}
    steps: list[OrderStepAnswer] = []
    storyteller = Storyteller(language=ENGLISH, currency=order.terms.currency)
    for row, (_, event) in zip(rows, events, strict=True):
        lines |= _lines_in(event, "lines")
        # What an order begins with changes nothing of it.
        changed = changes[row["stream_version"]] if steps else []
        steps.append(_step(row, event, storyteller.tell(_occurrence(row, event, lines), _NO_NAMES), changed))
        lines |= _lines_in(event, "kept")
    return steps


def _occurrence(row: Row, event: Any, lines: Mapping[str, Line]) -> Occurrence:
    return Occurrence(
        type=row["type"],
        stream_id=row["stream_id"],
        event=event,
        actor_id=row["actor_id"],
        actor=row["actor"],
        lines=lines,
    )


def _lines_in(event: Any, field: str) -> dict[str, Line]:
    """The lines of the order that an event says whole."""
    said = (line for line in getattr(event, field, ()) if isinstance(line, SaleLine))
    return {str(line.id): Line(line.full_name, line.quantity) for line in said}


def _step(row: Row, event: Any, sentence: str, changes: list[OrderChangeAnswer]) -> OrderStepAnswer:
    return OrderStepAnswer(
        at=getattr(event, "occurred_at", None) or row["recorded_at"],
        recorded_at=row["recorded_at"],
        by=row["actor_id"],
        event=row["type"],
        sentence=sentence,
        changes=changes,
    )
