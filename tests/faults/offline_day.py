"""A day that a till had without a connection, and what must have come of it, however it is delivered."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

PRICE = 119
#: What each kind of operation leaves in the log.
EVENTS = {
    "shift.open": "shifts.Shift.Opened",
    "order.sale": "orders.Order.Sold",
    "order.refund": "orders.Order.Refunded",
    "order.void": "orders.Order.Voided",
    "shift.cash_movement": "shifts.Shift.CashPaidIn",
    "shift.close": "shifts.Shift.Closed",
}


@dataclass
class OfflineDay:
    """A device at the till of a shop: it opens a shift, sells, refunds, voids, moves cash and counts."""

    stocked: Any
    device_id: str
    code: str
    shift_id: str = field(default_factory=lambda: str(uuid4()))
    operations: list[dict[str, Any]] = field(default_factory=list)
    made: Counter[str] = field(default_factory=Counter)
    cash: int = 10_000
    random: Random = field(default_factory=lambda: Random(11))

    def live(self, turns: int) -> None:
        """So many sales, and what is done beside them; in the end the drawer is counted."""
        opening = {"register_id": self.stocked.register["id"], "opening_float": self.cash}
        self.do("shift.open", opening, id=self.shift_id)
        for turn in range(turns):
            order, line = self.sell(), self.operations[-1]["body"]["lines"][0]["id"]
            if turn % 3 == 1:
                self.refund(order, line)
            if turn % 5 == 2:
                self.void(order)
            if turn % 7 == 3:
                body = {"type": "paid_in", "amount": 50, "reason": "float_top_up"}
                self.do("shift.cash_movement", {"shift_id": self.shift_id, **body})
                self.cash += 50
        self.do("shift.close", {"shift_id": self.shift_id, "counted_cash": self.cash})

    def do(self, kind: str, body: dict[str, Any], **more: Any) -> str:
        """The id of what it did next."""
        self.made[kind] += 1
        seq = len(self.operations) + 1
        operation = {
            "id": str(uuid4()),
            "seq": seq,
            "type": kind,
            "occurred_at": (datetime.now(UTC) - timedelta(minutes=1)).isoformat(),
            "body": body,
            **more,
        }
        self.operations.append(operation)
        return str(operation["id"])

    def sell(self) -> str:
        line = {"id": str(uuid4()), "variant_id": self.stocked.variant_id, "quantity": 2}
        body = {**self.stocked.sale(2), "lines": [line], "shift_id": self.shift_id}
        self.cash += 2 * PRICE
        number = f"MAIN-1-{self.code}-{self.made['order.sale'] + 1:06d}"
        return self.do("order.sale", body, number=number)

    def refund(self, order_id: str, line_id: str) -> None:
        body = {
            "order_id": order_id,
            "register_id": self.stocked.register["id"],
            "shift_id": self.shift_id,
            "lines": [{"line_id": line_id, "quantity": 1}],
            "payments": [{"method": "cash", "amount": PRICE}],
            "reason": "sour",
        }
        self.cash -= PRICE
        self.do("order.refund", body)

    def void(self, order_id: str) -> None:
        refunded = any(one["body"].get("order_id") == order_id for one in self.operations)
        if not refunded:
            self.cash -= 2 * PRICE
            self.do("order.void", {"order_id": order_id, "reason": "wrong customer"})

    def delivery(self, some: list[dict[str, Any]]) -> dict[str, Any]:
        return {"device_id": self.device_id, "operations": some}

    def slices(self) -> list[list[dict[str, Any]]]:
        """All of it in parts that overlap, in any order."""
        mixed = [*self.operations, *self.random.sample(self.operations, len(self.operations) // 3)]
        self.random.shuffle(mixed)
        return [mixed[start : start + 7] for start in range(0, len(mixed), 7)]

    def check(self) -> None:
        """See that everything was done once, and the drawer holds what it held."""
        shop = self.stocked.shop
        made = Counter(event["type"] for event in shop.events())
        assert {kind: made[name] for kind, name in EVENTS.items()} == self.made
        sold = [event["state"]["number"] for event in shop.events() if event["type"].endswith("Order.Sold")]
        assert sorted(sold) == [f"MAIN-1-{self.code}-{n:06d}" for n in range(1, len(sold) + 1)]
        shift = shop.client("Manager").get(f"/api/pos/shifts/{self.shift_id}").data
        assert shift["status"] == "closed"
        # What came after the close is late, and restates what was too much or too little.
        assert shift["restated"]["over_short"] == 0
        status = shop.client().get(f"/api/pos/sync/status?device_id={self.device_id}").data
        assert (status["missing_seqs"], status["waiting"], status["rejected"]) == ([], [], [])
        assert status["last_seq"] == len(self.operations)


def begin_day(stocked: Any, turns: int) -> OfflineDay:
    """A device, and what it did while it was alone."""
    device = {"register_id": stocked.register["id"], "name": "Tablet"}
    enrolled = stocked.shop.client().post("/api/pos/devices", device).data
    day = OfflineDay(stocked, enrolled["device_id"], enrolled["code"])
    day.live(turns)
    return day
