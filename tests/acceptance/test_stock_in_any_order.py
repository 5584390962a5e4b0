"""The same documents in another order leave the same quantities."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.acceptance.stock.company import DEPOT, NORTH, SOUTH, StockCompany

BOTTLE, CHEESE = 0, 1
NEVER = "2100-01-01T00:00:00Z"


def done(answer: Any) -> Any:
    assert answer.status in {200, 201}, answer.body
    return answer.data


class Paper:
    """A company that has enough of everything, and the documents that are booked in it."""

    def __init__(self, company: StockCompany) -> None:
        self.company = company
        for place in (NORTH, SOUTH, DEPOT):
            self.receive(place, 100, 150)

    def lines(self, quantity: int, **more: Any) -> list[dict[str, Any]]:
        return [self.company.line(which, Fraction(quantity), **more) for which in (BOTTLE, CHEESE)]

    def receive(self, place: str, quantity: int, unit_cost: int) -> Any:
        lines = self.lines(quantity, unit_cost=unit_cost)
        body = {"storage_id": self.company.storages[place], "lines": lines}
        return done(self.company.post("receipts", body))

    def receive_more(self) -> None:
        self.receive(SOUTH, 7, 333)

    def receive_and_undo(self) -> None:
        receipt = self.receive(NORTH, 3, 777)
        done(self.company.post(f"movements/{receipt['id']}/reverse", {"reason": "Wrong"}))

    def sell(self) -> None:
        done(self.company.sale(NORTH, [(BOTTLE, Fraction(5)), (CHEESE, Fraction(1, 8))]))

    def sell_what_is_not_there(self) -> None:
        done(self.company.sale(SOUTH, [(BOTTLE, Fraction(250))]))

    def write_off(self) -> None:
        body = {"storage_id": self.company.storages[DEPOT], "reason": "damaged", "lines": self.lines(-4)}
        done(self.company.post("adjustments", body))

    def find(self) -> None:
        body = {"storage_id": self.company.storages[SOUTH], "reason": "found", "lines": self.lines(2)}
        done(self.company.post("adjustments", body))

    def send_back(self) -> None:
        lines = self.lines(6, unit_credit=100)
        body = {"storage_id": self.company.storages[NORTH], "supplier_id": self.company.supplier}
        done(self.company.post("supplier-returns", {**body, "lines": lines}))

    def transfer(self) -> None:
        storages = self.company.storages
        ends = {"from_storage_id": storages[DEPOT], "to_storage_id": storages[SOUTH]}
        transfer = done(self.company.post("transfers", {**ends, "lines": self.lines(9)}))
        path = f"transfers/{transfer['id']}"
        done(self.company.post(f"{path}/ship"))
        bottles, cheese = (line["id"] for line in transfer["lines"])
        parts = [{"line_id": bottles, "received": 4, "lost": 1}, {"line_id": cheese, "damaged": 2}]
        done(self.company.post(f"{path}/receive", {"lines": parts}))
        done(self.company.post(f"{path}/cancel", {"reason": "Enough"}))

    def order(self) -> None:
        lines = self.lines(8, unit_cost=120)
        body = {"supplier_id": self.company.supplier, "storage_id": self.company.storages[NORTH]}
        order = done(self.company.post("purchase-orders", {**body, "lines": lines}))
        path = f"purchase-orders/{order['id']}"
        done(self.company.post(f"{path}/order"))
        came = [{"line_id": order["lines"][0]["id"], "quantity": 5}]
        done(self.company.post(f"{path}/receive", {"lines": came}))

    def reserve(self) -> None:
        body = {"storage_id": self.company.storages[DEPOT], "expires_at": NEVER, "lines": self.lines(3)}
        done(self.company.post("reservations", body))

    def quantities(self) -> dict[Any, tuple[str, ...]]:
        names = ("on_hand", "reserved", "available", "incoming_ordered", "incoming_transit")
        return {key: tuple(level[name] for name in names) for key, level in self.company.levels().items()}


DOCUMENTS: tuple[Callable[[Paper], None], ...] = (
    Paper.receive_more,
    Paper.receive_and_undo,
    Paper.sell,
    Paper.sell_what_is_not_there,
    Paper.write_off,
    Paper.find,
    Paper.send_back,
    Paper.transfer,
    Paper.order,
    Paper.reserve,
)


def test_the_order_of_documents_does_not_matter_to_quantities(make_shop: Callable[..., Any]) -> None:
    def play(documents: Any) -> dict[Any, tuple[str, ...]]:
        paper = Paper(StockCompany(make_shop()))
        for document in documents:
            document(paper)
        return paper.quantities()

    expected = play(DOCUMENTS)

    @settings(
        max_examples=3,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.permutations(DOCUMENTS))
    def in_another_order(documents: Any) -> None:
        assert play(documents) == expected

    in_another_order()
