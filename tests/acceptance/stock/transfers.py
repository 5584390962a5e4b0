"""Goods that go from one storage to another: shipped, received in parts, damaged, lost, sent back."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.acceptance.stock.books import Parcel
from tests.acceptance.stock.company import PLACES, written
from tests.acceptance.stock.model import ANY, PARTS, StockModel

ROUTE = st.permutations(PLACES).map(lambda places: places[:2])
FATES = ("received", "damaged", "lost", "returned")
#: For each of the fates, how many sixths of what is left of a line.
SHARES = st.sampled_from([(6, 0, 0, 0), (3, 0, 0, 0), (2, 1, 1, 0), (1, 1, 1, 1), (0, 2, 0, 2), (0, 0, 0, 0)])


@dataclass
class Sent:
    """A line of a transfer: of which goods, what is on its way, and what became of the rest."""

    id: str
    which: int
    requested: Fraction
    parcel: Parcel | None = None
    fates: dict[str, Fraction] = field(default_factory=lambda: dict.fromkeys(FATES, Fraction(0)))

    @property
    def left(self) -> Fraction:
        return self.parcel.left if self.parcel else Fraction(0)


@dataclass
class Transport:
    """A transfer as the books know it."""

    id: str
    source: str
    target: str
    lines: list[Sent]
    status: str = "draft"


class Transfers(StockModel):
    """Rules of goods on their way."""

    def __init__(self) -> None:
        super().__init__()
        self.transports: list[Transport] = []

    def in_status(self, *statuses: str) -> list[Transport]:
        return [transport for transport in self.transports if transport.status in statuses]

    @rule(route=ROUTE, parts=PARTS, less=st.sampled_from([0, 0, 1, 2]))
    def send(self, route: list[str], parts: dict[int, int], less: int) -> None:
        """Send all that was asked for, or of each line some grains less; what is short stays planned."""
        self.ship(self.plan(route, parts), less)

    def plan(self, route: list[str], parts: dict[int, int]) -> Transport:
        source, target = (self.company.storages[place] for place in route)
        body = {"from_storage_id": source, "to_storage_id": target, "lines": self.lines(parts)}
        answer = self.company.post("transfers", body)
        assert answer.status == 201, answer.body
        assert answer.data["number"] == f"TR-{len(self.transports) + 1:06d}"
        lines = [
            Sent(line["id"], which, quantity)
            for line, (which, quantity) in zip(answer.data["lines"], self.quantities(parts), strict=True)
        ]
        self.transports.append(Transport(answer.data["id"], route[0], route[1], lines))
        return self.transports[-1]

    def ship(self, transport: Transport, less: int = 0) -> None:
        """What is not shipped is not sent any more."""
        shipped = [(line, line.requested - less * self.goods(line.which).grain) for line in transport.lines]
        shipped = [(line, quantity) for line, quantity in shipped if quantity > 0]
        lines = [{"line_id": line.id, "quantity": written(quantity)} for line, quantity in shipped]
        body = {"lines": lines} if lines and less else {}
        answer = self.company.post(f"transfers/{transport.id}/ship", body)
        if not lines:
            shipped = [(line, line.requested) for line in transport.lines]
        if any(quantity > self.balance(transport.source, line.which).available for line, quantity in shipped):
            self.refused(answer, 409, "insufficient_stock")
            return
        assert answer.status == 200, answer.body
        for line, quantity in shipped:
            self.leave(transport, line, quantity)
        transport.status = "in_transit"
        self.compare(transport, answer.data)

    def leave(self, transport: Transport, line: Sent, quantity: Fraction) -> None:
        cost = self.balance(transport.source, line.which).issue(quantity, 0)
        line.parcel = Parcel(quantity, cost)
        self.books.parcels.append(line.parcel)
        self.balance(transport.target, line.which).coming += quantity

    @precondition(lambda self: self.in_status("draft"))
    @rule(number=ANY)
    def ship_what_was_short(self, number: int) -> None:
        drafts = self.in_status("draft")
        self.ship(drafts[number % len(drafts)])

    @precondition(lambda self: self.in_status("in_transit", "partially_received"))
    @rule(
        number=ANY,
        shares=st.lists(SHARES, min_size=3, max_size=3),
        close=st.sampled_from([False, False, True]),
    )
    def unload(self, number: int, shares: list[tuple[int, ...]], close: bool) -> None:
        under_way = self.in_status("in_transit", "partially_received")
        transport = under_way[number % len(under_way)]
        parts = {
            line.id: [self.share(line, share) for share in wish]
            for line, wish in zip(transport.lines, shares, strict=False)
        }
        answer = self.receive_parts(transport, parts, close=close)
        assert answer.status == 200, answer.body
        for line in transport.lines:
            self.settle(transport, line, parts[line.id], close=close)
        transport.status = "partially_received" if any(line.left for line in transport.lines) else "received"
        self.compare(transport, answer.data)

    def share(self, line: Sent, sixths: int) -> Fraction:
        """So many sixths of what is left of a line, in whole grains."""
        grain = self.goods(line.which).grain
        return line.left * sixths / 6 // grain * grain

    def receive_parts(self, transport: Transport, parts: dict[str, list[Fraction]], *, close: bool) -> Any:
        lines = [
            {"line_id": line_id, **dict(zip(FATES, map(written, part), strict=True))}
            for line_id, part in parts.items()
            if any(part)
        ]
        if not lines and not close:
            line_id, part = next((line.id, [line.left]) for line in transport.lines if line.left)
            parts[line_id] = [*part, *[Fraction(0)] * 3]
            lines = [{"line_id": line_id, "received": written(part[0])}]
        return self.company.post(f"transfers/{transport.id}/receive", {"lines": lines, "close": close})

    @precondition(lambda self: self.in_status("in_transit", "partially_received"))
    @rule(number=ANY, fate=st.sampled_from(FATES))
    def unload_more_than_was_sent(self, number: int, fate: str) -> None:
        under_way = self.in_status("in_transit", "partially_received")
        transport = under_way[number % len(under_way)]
        line = next(line for line in transport.lines if line.left)
        body = {"line_id": line.id, fate: written(line.left + self.goods(line.which).grain)}
        answer = self.company.post(f"transfers/{transport.id}/receive", {"lines": [body]})
        self.refused(answer, 409, "receive_exceeds_shipped")

    def settle(self, transport: Transport, line: Sent, part: list[Fraction], *, close: bool = False) -> None:
        """What arrived lies there now, what went back lies where it was, and the rest is written off."""
        if line.parcel is None:
            return
        if close:
            part[2] += line.left - sum(part)
        for fate, quantity in zip(FATES, part, strict=True):
            if quantity:
                self.become(transport, line, fate, quantity)

    def become(self, transport: Transport, line: Sent, fate: str, quantity: Fraction) -> None:
        assert line.parcel
        value = line.parcel.take(quantity)
        line.fates[fate] += quantity
        self.balance(transport.target, line.which).coming -= quantity
        if fate == "received":
            self.books.expensed -= self.balance(transport.target, line.which).receive(quantity, value)
        elif fate == "returned":
            self.books.expensed -= self.balance(transport.source, line.which).take_in(quantity, value)
        else:
            self.books.expensed += value

    @precondition(lambda self: self.transports)
    @rule(number=ANY)
    def cancel_transfer(self, number: int) -> None:
        self.cancel(self.transports[number % len(self.transports)])

    def cancel(self, transport: Transport) -> None:
        answer = self.company.post(f"transfers/{transport.id}/cancel", {"reason": "Not needed"})
        if transport.status in {"received", "cancelled"}:
            self.refused(answer, 409, "invalid_transition")
            return
        assert answer.status == 200, answer.body
        for line in transport.lines:
            self.settle(transport, line, [Fraction(0)] * 3 + [line.left])
        transport.status = "received" if transport.status == "partially_received" else "cancelled"
        self.compare(transport, answer.data)

    @rule(route=ROUTE, parts=PARTS)
    def send_and_cancel_at_once(self, route: list[str], parts: dict[int, int]) -> None:
        before = self.company.held()
        transport = self.plan(route, parts)
        self.ship(transport)
        self.cancel(transport)
        assert self.company.held() == before

    def compare(self, transport: Transport, shown: Any) -> None:
        """The document says what became of each line."""
        assert shown["status"] == transport.status
        for line, told in zip(transport.lines, shown["lines"], strict=True):
            figures = {name: Fraction(told[name]) for name in (*FATES, "shipped", "in_transit")}
            shipped = line.parcel.quantity if line.parcel else Fraction(0)
            assert figures == {**line.fates, "shipped": shipped, "in_transit": line.left}, told
