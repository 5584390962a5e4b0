"""Decides the sales of a range again: their events in pages from the log, each order by itself."""

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

import msgspec
import psycopg
from psycopg.rows import tuple_row

from domain.money import AmountTooLarge
from domain.orders import Order
from domain.what_if.changes import Changes
from domain.what_if.comparison import Comparison, Pair
from domain.what_if.figures import Figures
from domain.what_if.placed_orders import PlacedOrder
from infra.eventstore.codec import Decode, EventType, EventTypes
from infra.postgres.transactions import Transaction, transaction
from infra.process.garbage import collecting_no_garbage
from projections.base import Event
from projections.records import Reading, narrowed
from projections.what_if.readings import READINGS
from projections.what_if.selection import EVENTS, POSITIONS, STREAMS, Selection

#: How many orders are in memory at a time: 10 MB of a supermarket's.
PAGE = 1_000

#: Told after each page: how many orders are done, and of how many.
Progress = Callable[[int, int], None]


class Replayed(NamedTuple):
    """An order both ways."""

    order_id: UUID
    number: str
    store_id: UUID
    business_date: date
    pair: Pair


class SalesReplay:
    """Sales of one company, decided again as `changes` say. Nothing is written, and no number taken."""

    def __init__(
        self, connection: psycopg.Connection[Any], company_id: UUID, types: EventTypes, changes: Changes
    ) -> None:
        self._connection = connection
        self._company_id = company_id
        self._types = types
        kinds = {types.by_event[event]: reading for event, reading in READINGS.items()}
        self._decoders = {kind.name: _decoder(kind, reading) for kind, reading in kinds.items()}
        self.comparison = Comparison(changes)

    def run(self, selection: Selection, progress: Progress) -> Iterator[Replayed]:
        """Each order that was sold, in the order of the log; the comparison adds them up.

        Each page is read in a transaction of its own, so that none stands open for long: what was recorded up
        to a position never changes. Raises NewerEvent, DamagedEvent, AmountTooLarge.
        """
        positions = self._positions(selection)
        for begin in range(0, len(positions), PAGE):
            page = positions[begin : begin + PAGE]
            with (
                transaction(self._connection, self._company_id, reading=True) as db,
                collecting_no_garbage(),
            ):
                replayed = list(self._page(db, page, selection))
            yield from replayed
            progress(begin + len(page), len(positions))

    def _positions(self, selection: Selection) -> "array[int]":
        """Where the orders stand in the log, in eight bytes each."""
        with transaction(self._connection, self._company_id, reading=True) as db:
            cursor = db.connection.cursor(binary=True, row_factory=tuple_row)
            rows = cursor.execute(POSITIONS, selection.params(self._company_id))
            return array("q", (position for (position,) in rows))

    def _page(self, db: Transaction, positions: "array[int]", selection: Selection) -> Iterator[Replayed]:
        placed = []
        for order_id, event, data in self._events(db, EVENTS, {"positions": list(positions)}):
            if event is Order.Sold:
                with _naming(data.number):
                    pair = self.comparison.add_sale(data)
                yield Replayed(order_id, data.number, data.store_id, data.business_date, pair)
            else:
                placed.append(order_id)
        params = {"stream_ids": placed, "types": [*self._decoders], "position": selection.position}
        events = self._events(db, STREAMS, params) if placed else iter(())
        for order_id, stream in groupby(events, itemgetter(0)):
            yield self._placed(order_id, [step[1:] for step in stream], selection)

    def _events(
        self, db: Transaction, statement: LiteralString, params: Mapping[str, Any]
    ) -> Iterator[tuple[UUID, Event, Any]]:
        cursor = db.connection.cursor(binary=True, row_factory=tuple_row)
        cursor.execute(statement, {"company_id": self._company_id, **params})
        for stream_id, name, state in cursor:
            kind = self._types.named(name)
            try:
                yield stream_id, kind.event, self._decoders[name](state)
            except msgspec.DecodeError as error:
                raise kind.trouble_with(state) from error

    def _placed(self, order_id: UUID, stream: Sequence[tuple[Event, Any]], selection: Selection) -> Replayed:
        """What of a placed order was handed over in the range, as one order."""
        order, number, parts = PlacedOrder(self.comparison.changes), "", []
        handovers = []
        for event, data in stream:
            number = data.number if event is Order.Placed else number
            with _naming(number):
                portions = order.follow(event, data)
            if event is Order.Fulfilled and selection.has(data):
                handovers.append(data)
                parts += list(zip(data.lines, portions, strict=True))
        self.comparison.capped += order.is_capped
        cost = sum(line.cost_total for line, _ in parts)
        pair = Pair(*(Figures.of(side, cost_of_goods=cost) for side in zip(*parts, strict=True)))
        first = handovers[0]
        self.comparison.add(first.store_id, pair, *zip(*parts, strict=True))
        return Replayed(order_id, number, first.store_id, first.business_date, pair)


@contextmanager
def _naming(number: str) -> Iterator[None]:
    """Say of which order something is too much."""
    try:
        yield
    except AmountTooLarge as refusal:
        raise AmountTooLarge(f"Order {number}: {refusal.message}") from refusal


def _decoder(kind: EventType, reading: type[Reading]) -> Decode:
    """What decodes of an event what is read of it: nothing that may be sealed."""
    return kind.decode_as(narrowed(kind.event, reading, kind.name))
