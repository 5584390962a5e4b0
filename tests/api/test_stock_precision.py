"""No unit becomes coarser than the stock that is measured in it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

UNITS = "/api/admin/settings/units"


@dataclass(frozen=True)
class Weighed:
    """A shop that sells by weight: a kilogram of three decimal places, a piece of none."""

    stocked: Any
    kilogram: Any
    piece: Any

    @property
    def admin(self) -> Any:
        return self.stocked.shop.client()

    @property
    def product(self) -> str:
        return f"/api/admin/products/{self.stocked.product['id']}"

    def coarsen(self, precision: int = 0) -> Any:
        """Let kilograms have fewer decimal places."""
        return self.admin.patch(f"{UNITS}/{self.kilogram['id']}", {"precision": precision})

    def measure_in(self, unit: Any) -> Any:
        """Let the product be measured in another unit, or in none."""
        return self.admin.patch(self.product, {"unit_id": unit and unit["id"]})

    def import_unit(self, unit: str) -> Any:
        """Let an imported file say the unit of the product."""
        file = f"sku,unit\nOAT-1,{unit}\n".encode()
        path = "/api/admin/products/import?commit=true"
        return self.admin.call("POST", path, raw=file, headers={"Content-Type": "text/csv"})

    def sell_some(self) -> Any:
        """Sell an eighth."""
        line = {"variant_id": self.stocked.variant_id, "quantity": "0.125"}
        return self.stocked.sell(lines=[line], payments=[{"method": "card", "amount": 15}])

    def is_fine(self) -> bool:
        """Whether the stock is as fine as its unit can say."""
        unit_id = self.admin.get(self.product).data["unit_id"]
        precision = self.admin.get(f"{UNITS}/{unit_id}").data["precision"] if unit_id else 0
        return Decimal(self.stocked.on_hand()) % (Decimal(10) ** -precision) == 0


@pytest.fixture
def weighed(stocked: Any) -> Weighed:
    admin = stocked.shop.client()
    kilogram = admin.post(UNITS, {"name": "Kilogram", "symbol": "kg", "precision": 3}).data
    piece = admin.post(UNITS, {"name": "Piece", "symbol": "pc"}).data
    example = Weighed(stocked, kilogram, piece)
    assert example.measure_in(kilogram).status == 200
    return example


class TestWhileFinerStockLiesThere:
    @pytest.fixture(autouse=True)
    def an_eighth(self, weighed: Weighed) -> None:
        assert weighed.stocked.receive("0.125", 60).status == 201

    def test_the_unit_cannot_become_coarser(self, weighed: Weighed) -> None:
        for precision, status in ((2, 409), (0, 409), (3, 200), (4, 200), (3, 200)):
            answer = weighed.coarsen(precision)
            assert answer.status == status, answer.body
        refused = weighed.coarsen(2)
        assert (refused.code, refused.fields) == ("in_use", {"precision"})
        assert weighed.admin.get(f"{UNITS}/{weighed.kilogram['id']}").data["precision"] == 3


class TestWhileStockLiesThere:
    def test_the_product_keeps_its_unit(self, weighed: Weighed) -> None:
        gram = weighed.admin.post(UNITS, {"name": "Gram", "symbol": "g", "precision": 5}).data
        for unit in (gram, weighed.piece, None):
            refused = weighed.measure_in(unit)
            assert (refused.status, refused.code, refused.fields) == (409, "in_use", {"unit_id"})
        assert weighed.import_unit("g").json["error"]["details"][0]["code"] == "in_use"
        assert weighed.admin.get(weighed.product).data["unit_id"] == weighed.kilogram["id"]

    def test_so_does_what_is_promised(self, weighed: Weighed) -> None:
        storage, variant = weighed.stocked.storage["id"], weighed.stocked.variant_id
        soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        promised = {"storage_id": storage, "lines": [{"variant_id": variant, "quantity": 1}]}
        answer = weighed.admin.post("/api/admin/inventory/reservations", {**promised, "expires_at": soon})
        assert answer.status == 201
        lost = {"storage_id": storage, "reason": "lost", "lines": [{"variant_id": variant, "quantity": -10}]}
        assert weighed.admin.post("/api/admin/inventory/adjustments", lost).status == 201
        assert weighed.measure_in(weighed.piece).code == "in_use"
        path = f"/api/admin/inventory/reservations/{answer.data['id']}/release"
        assert weighed.admin.post(path).status == 200
        assert weighed.measure_in(weighed.piece).status == 200

    def test_of_none_that_came_meanwhile_is_the_unit_changed(self, weighed: Weighed) -> None:
        """Either nothing has come in yet, or what comes in finds the new unit."""
        stocked = weighed.stocked
        assert stocked.sell(10).status == 201
        for unit in [weighed.piece, weighed.kilogram] * 5:
            before = len(stocked.shop.events())
            with ThreadPoolExecutor(2) as both:
                received, changed = both.submit(stocked.receive, 1, 60), both.submit(weighed.measure_in, unit)
            assert (received.result().status, changed.result().status) in {(201, 200), (201, 409)}
            types = [event["type"] for event in stocked.shop.events()[before:]]
            if changed.result().status == 200:
                assert types == ["products.Product.Remeasured", "stock.StockMovement.Received"]
            assert stocked.sell(1).status == 201
            assert weighed.measure_in(unit).status == 200


class TestAtTheSameMoment:
    """Of whoever moves a fraction and whoever makes the unit coarser, the later one is refused."""

    WAYS: dict[str, Callable[[Weighed], Any]] = {
        "unit": lambda weighed: weighed.coarsen(0),
        "product": lambda weighed: weighed.measure_in(weighed.piece),
        "file": lambda weighed: weighed.import_unit("pc"),
    }

    def refine(self, weighed: Weighed) -> Iterator[Any]:
        """Make everything as it was: whole stock, measured finely."""
        yield weighed.coarsen(3)
        yield weighed.measure_in(weighed.kilogram)
        if fraction := Decimal(weighed.stocked.on_hand()) % 1:
            yield weighed.stocked.receive(str(1 - fraction), 60)

    @pytest.mark.parametrize("way", WAYS)
    def test_only_one_succeeds(self, weighed: Weighed, way: str) -> None:
        outcomes = set()
        for turn in range(10):
            assert all(answer.status in (200, 201) for answer in self.refine(weighed))
            with ThreadPoolExecutor(2) as both:
                move = weighed.sell_some if turn % 2 else lambda: weighed.stocked.receive("0.125", 60)
                moved = both.submit(move)
                coarser = both.submit(self.WAYS[way], weighed)
            outcomes.add((moved.result().status == 201, coarser.result().status == 200))
            assert weighed.is_fine()
        assert outcomes <= {(True, False), (False, True)}
