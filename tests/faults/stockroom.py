"""Two shops and a warehouse in which everybody does anything with stock, all at once."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from time import monotonic
from typing import Any

from tests.conftest import Answer, Client
from tests.waiting import PATIENCE

INVENTORY = "/api/admin/inventory"
#: What may be refused, as somebody else was there first, or there is too little.
REFUSALS = frozenset(
    {
        "insufficient_stock",
        "already_reversed",
        "not_reversible",
        "invalid_transition",
        "receive_exceeds_shipped",
        "receive_exceeds_ordered",
        "count_overlaps",
        "uncounted_lines",
        "before_last_count",
        "concurrent_edit",
    }
)


@dataclass
class Stockroom:
    """A company with goods in three storages, and how often it answered what to whom."""

    shop: Any
    storages: list[str]
    registers: list[str]
    variants: list[str]
    supplier: str
    answers: Counter[tuple[str, int, str]] = field(default_factory=Counter)

    @property
    def done(self) -> set[str]:
        """What was done at least once."""
        return {what for what, status, _ in self.answers if status < 400}


class Worker:
    """Somebody who does one thing after another, chosen at random but the same for the same seed."""

    def __init__(self, room: Stockroom, role: str, seed: int) -> None:
        self.room = room
        self.client: Client = room.shop.client(role)
        self.random = Random(seed)

    def run(self, acts: Sequence[str], until: float) -> None:
        """Do each of these once in this order, then any of them until the time is up.

        None may fail but for what the trade forbids.
        """
        for act in acts:
            getattr(self, act)()
        while monotonic() < until:
            getattr(self, self.random.choice(acts))()

    def post(self, what: str, path: str, body: Any) -> Any:
        """The data of what was done, or None where that was refused."""
        return self.judge(what, self.client.post(path, body))

    def judge(self, what: str, answer: Answer) -> Any:
        """The same of any answer. Nothing may be wrong with the request, nor with the server."""
        code = answer.code if answer.status >= 400 else ""
        self.room.answers[what, answer.status, code] += 1
        assert answer.status in {200, 201} or (answer.status, code in REFUSALS) == (409, True), answer.body
        return answer.data if answer.status < 400 else None

    def some(self, most: int = 4) -> list[str]:
        """Some variants, in any order, none twice."""
        return self.random.sample(self.room.variants, self.random.randint(1, most))

    def lines(self, most: int = 4, quantity: int = 3, **more: Any) -> list[dict[str, Any]]:
        """A line of each of some variants."""
        return [
            {"variant_id": one, "quantity": str(self.random.randint(1, quantity)), **more}
            for one in self.some(most)
        ]

    def storage(self) -> str:
        """Any storage."""
        return self.random.choice(self.room.storages)

    def sell(self) -> None:
        """A basket at any till, in which a variant may stand twice."""
        lines = self.lines(5)
        lines += self.random.sample(lines, self.random.choice((0, 0, 1)))
        total = sum(100 * int(line["quantity"]) for line in lines)
        body = {
            "register_id": self.random.choice(self.room.registers),
            "lines": lines,
            "payments": [{"method": "card", "amount": total}],
        }
        self.post("sell", "/api/pos/orders", body)

    def receive(self) -> None:
        """A delivery at any price."""
        lines = self.lines(4, 40, unit_cost=self.random.randint(1, 99))
        self.post("receive", f"{INVENTORY}/receipts", {"storage_id": self.storage(), "lines": lines})

    def adjust(self) -> None:
        """Something broke, or turned up."""
        sign, reason = self.random.choice((("-", "damaged"), ("", "found")))
        lines = [{**line, "quantity": sign + line["quantity"]} for line in self.lines()]
        body = {"storage_id": self.storage(), "reason": reason, "lines": lines}
        self.post("adjust", f"{INVENTORY}/adjustments", body)

    def send_back(self) -> None:
        """Goods go back to their supplier."""
        body = {"storage_id": self.storage(), "supplier_id": self.room.supplier}
        lines = self.lines(2, 2, unit_credit=10)
        self.post("send_back", f"{INVENTORY}/supplier-returns", {**body, "lines": lines})

    def reverse(self) -> None:
        """The last deliveries were a mistake: somebody's, and the newest of all."""
        receipts = self.client.get(f"{INVENTORY}/receipts?limit=20").data
        for chosen in (self.random.choice(receipts), receipts[0]):
            self.post("reverse", f"{INVENTORY}/movements/{chosen['id']}/reverse", {"reason": "typed twice"})

    def transfer(self) -> None:
        """Goods leave for another storage; some arrive or come back at once."""
        here, there = self.random.sample(self.room.storages, 2)
        path, body = f"{INVENTORY}/transfers", {"from_storage_id": here, "to_storage_id": there}
        drafted = self.post("transfer", path, {**body, "lines": self.lines()})
        shipped = drafted and self.post("ship", f"{path}/{drafted['id']}/ship", {})
        if shipped and self.random.random() < 0.5:
            self._arrive(f"{path}/{drafted['id']}", drafted["lines"])

    def _arrive(self, transfer: str, lines: list[dict[str, Any]]) -> None:
        parts = [
            {"line_id": line["id"], self.random.choice(("received", "damaged", "lost", "returned")): "1"}
            for line in lines
        ]
        self.post("arrive", f"{transfer}/receive", {"lines": parts})
        end = self.random.choice(("close", "cancel", "leave"))
        if end == "close":
            self.post("close", f"{transfer}/receive", {"lines": [], "close": True})
        if end == "cancel":
            self.post("cancel", f"{transfer}/cancel", {"reason": "wrong shop"})

    def settle(self) -> None:
        """Anybody's goods on the way arrive or come back, maybe while somebody else says so too."""
        path = f"{INVENTORY}/transfers"
        status = self.random.choice(("in_transit", "partially_received"))
        if under_way := self.client.get(f"{path}?status={status}&limit=5").data:
            single = f"{path}/{self.random.choice(under_way)['id']}"
            self._arrive(single, self.client.get(single).data["lines"])

    def deliver(self) -> None:
        """One piece of each line of anybody's order comes."""
        path = f"{INVENTORY}/purchase-orders"
        status = self.random.choice(("ordered", "partially_received"))
        if ordered := self.client.get(f"{path}?status={status}&limit=5").data:
            single = f"{path}/{self.random.choice(ordered)['id']}"
            lines = self.client.get(single).data["lines"]
            pieces = [{"line_id": line["id"], "quantity": "1"} for line in lines]
            self.post("deliver", f"{single}/receive", {"lines": pieces})

    def count(self) -> None:
        """Somebody counts a few variants while everybody else goes on."""
        variants, path = self.some(3), f"{INVENTORY}/counts"
        body = {"storage_id": self.storage(), "kind": "partial", "scope": {"variant_ids": variants}}
        if (begun := self.post("count", path, body)) is None:
            return
        single = f"{path}/{begun['id']}"
        lines = [{"variant_id": one, "quantity": str(self.random.randint(0, 30))} for one in variants]
        self.judge("tally", self.client.put(f"{single}/lines", {"lines": lines}))
        if self.random.random() < 0.8:
            self.post("complete", f"{single}/complete", {"uncounted": "keep"})
        else:
            self.post("give_up", f"{single}/cancel", {"reason": "shop opens"})

    def order(self) -> None:
        """Goods are ordered, and now and then the order is cancelled."""
        path = f"{INVENTORY}/purchase-orders"
        body = {"supplier_id": self.room.supplier, "storage_id": self.storage()}
        drafted = self.post("order", path, {**body, "lines": self.lines(3, 9, unit_cost=50)})
        if drafted is None or self.post("send", f"{path}/{drafted['id']}/order", {}) is None:
            return
        if self.random.random() < 0.3:
            self.post("cancel_order", f"{path}/{drafted['id']}/cancel", {"reason": "sold out"})

    def reserve(self) -> None:
        """Goods are promised, and mostly released again, unless the promise lapses before."""
        expires_at = datetime.now(UTC) + timedelta(seconds=self.random.choice((2, 3600)))
        body = {"storage_id": self.storage(), "expires_at": expires_at.isoformat()}
        placed = self.post("reserve", f"{INVENTORY}/reservations", {**body, "lines": self.lines(3, 2)})
        if placed and self.random.random() < 0.8:
            self.post("release", f"{INVENTORY}/reservations/{placed['id']}/release", {})


def open_stockroom(shop: Any, variants: int) -> Stockroom:
    """Two shops with a till each, a warehouse, and some of each variant everywhere."""
    admin = shop.client()
    stores = [
        admin.post("/api/admin/stores", {"name": name, "code": name[:4].upper()}).data["id"]
        for name in ("Main Street", "Harbour")
    ]
    storages = [
        admin.post("/api/admin/storages", {"name": f"Storage {n}", "code": f"S{n}", "store_id": store}).data[
            "id"
        ]
        for n, store in enumerate((*stores, None))
    ]
    registers = [
        admin.post(f"/api/admin/stores/{store}/registers", {"name": "Till", "code": "1"}).data["id"]
        for store in stores
    ]
    supplier = admin.post("/api/admin/settings/suppliers", {"name": "Wholesale"}).data["id"]
    drafted = {
        "name": "Tea",
        "variants": [{"sku": f"TEA-{n}", "price": 100, "cost": 40} for n in range(variants)],
    }
    product = admin.post("/api/admin/products", drafted).data
    assert admin.post(f"/api/admin/products/{product['id']}/status", {"status": "active"}).status == 200
    ids = [variant["id"] for variant in product["variants"]]
    for storage in storages:
        lines = [{"variant_id": one, "quantity": "30", "unit_cost": 40 + n} for n, one in enumerate(ids)]
        delivered = admin.post(f"{INVENTORY}/receipts", {"storage_id": storage, "lines": lines})
        assert delivered.status == 201, delivered.body
    return Stockroom(shop, storages, registers, ids, supplier)


def work_at_once(crew: Sequence[tuple[Worker, Sequence[str]]], seconds: float) -> None:
    """All of them at once, each doing any of their own acts, for so long."""
    until = monotonic() + seconds
    with ThreadPoolExecutor(len(crew)) as threads:
        for done in [threads.submit(worker.run, acts, until) for worker, acts in crew]:
            done.result(seconds + PATIENCE)


def value_by_origin(events: Sequence[dict[str, Any]]) -> int:
    """What all goods together must be worth: what came in less what went out, by what the documents say.

    Receipts and what turned up came in; what was sold, sent back, broken, lost or missing went out. What is
    on the way is neither, so of transfers only what was damaged or lost counts.
    """
    return sum(_ORIGINS.get(event["type"], _nothing)(event["state"]) for event in events)


def value_in_transit(events: Sequence[dict[str, Any]]) -> int:
    """What is on the way, by what the transfers say."""
    return sum(_TRANSIT.get(event["type"], _nothing)(event["state"]) for event in events)


def taken_below_zero(events: Sequence[dict[str, Any]]) -> set[str]:
    """What took more than there was, and left it so.

    A count may: its difference is to what was there when it was taken. So may a sale that was asked for
    before its goods were counted and booked after it, as what it took is put back at once.
    """
    moved = [event for event in events if event["type"].startswith("stock.StockMovement.")]
    put_back = {
        place
        for event in moved
        if event["type"] == "stock.StockMovement.CountCorrected"
        for place in _sold_places(event["state"])
    }
    return {
        event["type"]
        for event in moved
        for line, place in zip(event["state"]["lines"], _sold_places(event["state"]), strict=True)
        if float(line["quantity"]) < 0 and float(line["balance_quantity"]) < 0 and place not in put_back
    }


def _sold_places(state: dict[str, Any]) -> list[tuple[str | None, str]]:
    """The order, if any, and the variant of each line."""
    return [(state.get("order_id"), line["variant_id"]) for line in state["lines"]]


def worth_less_than_their_number(events: Sequence[dict[str, Any]]) -> set[tuple[str, str]]:
    """The storages and variants whose pieces were once worth less than a minor unit each.

    A reversed delivery may leave them so. Of three pieces worth two cents together the first costs 1 and the
    second 1, as `MONEY.md` 11 rounds; so the last is worth nothing while it is there.
    """
    return {
        (event["state"]["storage_id"], line["variant_id"])
        for event in events
        if event["type"].startswith("stock.StockMovement.")
        for line in event["state"]["lines"]
        if abs(line["balance_value"]) < abs(float(line["balance_quantity"]))
    }


def _nothing(_state: dict[str, Any]) -> int:
    return 0


def _moved(state: dict[str, Any]) -> int:
    return sum(line["value_change"] + line.get("settlement", 0) for line in state["lines"])


def _settled(state: dict[str, Any]) -> int:
    return sum(line.get("settlement", 0) for line in state["lines"])


def _sold(state: dict[str, Any]) -> int:
    return -int(state["totals"]["cost_total"])


def _written_off(state: dict[str, Any]) -> int:
    return -_values(state, "damaged_value", "lost_value")


def _values(state: dict[str, Any], *names: str) -> int:
    return sum(line.get(name, 0) for line in state["lines"] for name in names)


def _arrived(state: dict[str, Any]) -> int:
    return -_values(state, "received_value", "damaged_value", "lost_value", "returned_value")


_ORIGINS: dict[str, Callable[[dict[str, Any]], int]] = {
    **{
        f"stock.StockMovement.{name}": _moved
        for name in ("Received", "Adjusted", "SupplierReturned", "Counted", "CountCorrected", "Reversed")
    },
    "stock.StockMovement.TransferredIn": _settled,
    "orders.Order.Sold": _sold,
    "transfers.Transfer.Received": _written_off,
}
_TRANSIT: dict[str, Callable[[dict[str, Any]], int]] = {
    "transfers.Transfer.Shipped": lambda state: _values(state, "value"),
    "transfers.Transfer.Received": _arrived,
    "transfers.Transfer.Cancelled": _arrived,
}
