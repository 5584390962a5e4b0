"""A store with tills at which everybody sells, refunds, exchanges and voids at once."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from threading import Lock
from typing import Any

from tests.conftest import Answer, Client

#: What may be refused as somebody else was there first: there is no more of it, or its shift is over.
REFUSALS = frozenset(
    {
        "insufficient_stock",
        "invalid_transition",
        "return_exceeds_sold",
        "refund_exceeds_paid",
        "refund_method_not_allowed",
        "payment_insufficient",
        "payment_exceeds_total",
        "void_window_closed",
        "shift_not_open",
        "shift_already_open",
        "concurrent_edit",
    }
)
PRICE, AT_FIRST = 119, 1000


@dataclass
class Floor:
    """A store, its tills, its goods, and all that was answered there."""

    shop: Any
    store_id: str
    registers: list[str]
    variants: list[str]
    answers: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    #: What was sold, for anybody to refund; and what each shift was told to have taken, by method.
    sold: list[Any] = field(default_factory=list)
    taken: dict[str | None, Counter[str]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    @property
    def done(self) -> set[str]:
        """What was done at least once."""
        return {what for what, status, _ in self.answers if status < 400}

    def take(self, shift_id: str | None, payments: Sequence[Any], sign: int = 1) -> None:
        """Note what a shift took."""
        with self.lock:
            own = self.taken.setdefault(shift_id, Counter())
            for payment in payments:
                own[payment["method"]] += sign * (payment["amount"] + payment["tip"])


class Cashier:
    """Somebody at a till who does one thing after another, chosen at random but by a seed."""

    def __init__(self, floor: Floor, seed: int) -> None:
        self.floor = floor
        self.client: Client = floor.shop.client()
        self.random = Random(seed)
        self.register_id = floor.registers[seed % len(floor.registers)]

    def work(self, acts: Sequence[str], turns: int) -> None:
        """Do any of these so often."""
        for _ in range(turns):
            getattr(self, self.random.choice(acts))()

    def judge(self, what: str, answer: Answer) -> Any:
        """The data of what was done; nothing may be wrong with the request, nor with the server."""
        code = answer.code if answer.status >= 400 else ""
        with self.floor.lock:
            self.floor.answers[what, answer.status, code] += 1
        assert answer.status in {200, 201} or (answer.status, code in REFUSALS) == (409, True), answer.body
        return answer.data if answer.status < 400 else None

    def post(self, what: str, path: str, **body: Any) -> Any:
        return self.judge(what, self.client.post(f"/api/pos/{path}", body))

    def lines(self) -> list[dict[str, Any]]:
        """Some of the goods, in any order."""
        chosen = self.random.sample(self.floor.variants, self.random.randint(1, 3))
        return [{"variant_id": one, "quantity": self.random.randint(1, 3)} for one in chosen]

    def sell(self) -> Any:
        """Any basket, in cash or by card, now and then with a tip."""
        lines, method = self.lines(), self.random.choice(["cash", "card"])
        total = PRICE * sum(line["quantity"] for line in lines)
        payment = {"method": method, "amount": total, "tip": self.random.choice([0, 0, 50])}
        order = self.post("sell", "orders", register_id=self.register_id, lines=lines, payments=[payment])
        if order:
            self.floor.take(order["shift_id"], order["payments"])
            self.floor.sold.append(order)
        return order

    def refund(self) -> None:
        """One piece of anybody's sale, the way it was paid."""
        if order := self.any_order():
            line, method = self.random.choice(order["lines"]), order["payments"][0]["method"]
            back = self.post(
                "refund",
                f"orders/{order['id']}/refunds",
                register_id=self.register_id,
                lines=[{"line_id": line["id"], "quantity": 1, "restock": self.random.random() < 0.7}],
                payments=[{"method": method, "amount": PRICE}],
                reason="sour",
            )
            if back:
                self.floor.take(back["shift_id"], back["payments"], -1)

    def exchange(self) -> None:
        """One piece of anybody's sale for two others; the difference is paid by card."""
        if order := self.any_order():
            done = self.post(
                "exchange",
                "exchange",
                register_id=self.register_id,
                order_id=order["id"],
                returns=[{"line_id": self.random.choice(order["lines"])["id"], "quantity": 1}],
                lines=[{"variant_id": self.random.choice(self.floor.variants), "quantity": 2}],
                payments=[{"method": "card", "amount": PRICE}],
            )
            if done:
                self.floor.take(done["refund"]["shift_id"], done["refund"]["payments"], -1)
                self.floor.take(done["order"]["shift_id"], done["order"]["payments"])

    def void(self) -> None:
        """The sale just made, unless somebody else was there first."""
        order = self.sell()
        if order and self.post("void", f"orders/{order['id']}/void", reason="wrong customer"):
            self.floor.take(order["shift_id"], order["payments"], -1)

    def take_back(self) -> None:
        """Something of which nobody knows how it was bought."""
        line = {"variant_id": self.random.choice(self.floor.variants), "quantity": 1, "unit_price": 100}
        payment = {"method": "cash", "amount": 100}
        body = {"lines": [line], "payments": [payment], "reason": "gift"}
        if back := self.post("take_back", "returns", register_id=self.register_id, **body):
            self.floor.take(back["shift_id"], back["payments"], -1)

    def pay_out(self) -> None:
        """Petty cash of the open shift."""
        if shift := self.open_shift():
            body = {"type": "paid_out", "amount": 10, "reason": "petty_cash"}
            if self.post("pay_out", f"shifts/{shift}/cash-movements", **body):
                self.floor.take(shift, [{"method": "paid_out", "amount": -10, "tip": 0}])

    def change_shift(self) -> None:
        """The open shift is closed, and the next one opened."""
        if shift := self.open_shift():
            self.post("close", f"shifts/{shift}/close", counted_cash=0)
        self.post("open", "shifts/open", register_id=self.register_id, opening_float=0)

    def open_shift(self) -> str | None:
        """The shift that is open just now."""
        answer = self.client.get(f"/api/pos/shifts/current?register_id={self.register_id}")
        return answer.data["id"] if answer.status == 200 else None

    def any_order(self) -> Any:
        """Anybody's sale, one of the newest more often."""
        newest = self.floor.sold[-self.random.choice([3, 1000]) :]
        return self.random.choice(newest) if newest else None


def open_floor(shop: Any, tills: int, variants: int) -> Floor:
    """So many tills, each with an open shift, and some goods."""
    admin = shop.client()
    store = admin.post("/api/admin/stores", {"name": "Main Street", "code": "MAIN"}).data["id"]
    storage = {"name": "Back", "code": "B", "store_id": store}
    storage_id = admin.post("/api/admin/storages", storage).data["id"]
    path = f"/api/admin/stores/{store}/registers"
    registers = [admin.post(path, {"name": f"T{n}", "code": f"T{n}"}).data["id"] for n in range(tills)]
    offered = [{"sku": f"TEA-{n}", "price": PRICE} for n in range(variants)]
    product = admin.post("/api/admin/products", {"name": "Tea", "variants": offered}).data
    assert admin.post(f"/api/admin/products/{product['id']}/status", {"status": "active"}).status == 200
    ids = [variant["id"] for variant in product["variants"]]
    lines = [{"variant_id": one, "quantity": AT_FIRST, "unit_cost": 60} for one in ids]
    body = {"storage_id": storage_id, "lines": lines}
    assert admin.post("/api/admin/inventory/receipts", body).status == 201
    for register in registers:
        opened = admin.post("/api/pos/shifts/open", {"register_id": register, "opening_float": 0})
        assert opened.status == 201
    return Floor(shop, store, registers, ids)


def work_at_once(cashiers: Sequence[Cashier], acts: Sequence[str], turns: int) -> None:
    """All of them at once, each so many turns."""
    with ThreadPoolExecutor(len(cashiers)) as people:
        for working in [people.submit(one.work, acts, turns) for one in cashiers]:
            working.result()


def shifts_of(floor: Floor) -> Iterator[Any]:
    """Every shift of the store."""
    page, client = 1, floor.shop.client()
    while rows := client.get(f"/api/pos/shifts?page={page}&limit=100").data:
        yield from rows
        page += 1


def check_that_it_adds_up(floor: Floor) -> None:
    """Drawers, X and Z are what the tills were told, and so is the day's report; every series is 1..n."""
    client = floor.shop.client()
    for shift in shifts_of(floor):
        taken = floor.taken.get(shift["id"], Counter())
        assert shift["expected_cash"] == taken["cash"] + taken["paid_out"], (shift, taken)
        report = client.get(f"/api/pos/shifts/{shift['id']}/report").data
        tenders = {one["method"]: one["net"] for one in report["tenders"] if one["net"]}
        assert tenders == {method: net for method, net in taken.items() if net and method != "paid_out"}
        assert report["total_collected"] == sum(tenders.values())
    events = floor.shop.events()
    for series in series_of(events).values():
        assert sorted(series) == list(range(1, len(series) + 1))
    collected = sum(
        net for taken in floor.taken.values() for method, net in taken.items() if method != "paid_out"
    )
    path = "/api/admin/reports/sales-summary/overview?from=2021-01-01&to=2030-12-31"
    answer = client.get(path, X_Wait_For_Position=str(events[-1]["position"]))
    assert answer.data["overall"]["total_collected"] == collected


def series_of(events: Sequence[Any]) -> dict[str, list[int]]:
    """The numbers of sales, refunds and closed shifts by their series."""
    series: dict[str, list[int]] = {}
    for event in events:
        state = event["state"]
        if event["type"] in {"orders.Order.Sold", "orders.Order.Refunded", "orders.UnlinkedReturn.Taken"}:
            series.setdefault(str(state["series_id"]), []).append(state["series_number"])
        if event["type"] == "shifts.Shift.Closed":
            series.setdefault(str(state["report"]["register_id"]), []).append(state["z_number"])
    return series
