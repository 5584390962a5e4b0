"""A company with two shops and a depot, its goods, and the calls by which a test works in it."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

INVENTORY = "/api/admin/inventory"
NORTH, SOUTH, DEPOT = PLACES = ("north", "south", "depot")


@dataclass(frozen=True)
class Goods:
    """One variant: `grain` is the smallest part of it that is ever moved."""

    variant_id: str
    price: int
    cost: int
    grain: Fraction
    case_id: str | None = None


class StockCompany:
    """North sells only what is there, south also what is not, and from the depot nobody sells."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop
        self.admin, self.clerk = shop.client(), shop.client("Inventory Clerk")
        self.position = "0"
        self.supplier = self.make("settings/suppliers", name="Hop & Malt")
        self.storages, self.tills, self.stores = dict[str, str](), dict[str, str](), dict[str, str]()
        self.storages[DEPOT] = self.make("storages", name="Depot", code="D")
        for place, may_fall_short in ((NORTH, False), (SOUTH, True)):
            self.open_store(place, may_fall_short=may_fall_short)
        self.goods = tuple(self.catalog())

    def open_store(self, place: str, *, may_fall_short: bool) -> None:
        store = self.stores[place] = self.make("stores", name=place, code=place.upper())
        storage = {"name": place, "code": place, "store_id": store, "allow_negative": may_fall_short}
        self.storages[place] = self.make("storages", **storage)
        self.tills[place] = self.make(f"stores/{store}/registers", name="Till", code="1")

    def catalog(self) -> list[Goods]:
        """Bottles, which also come by the case; cheese by weight; and cups, which have no unit."""
        self.piece = piece = self.make("settings/units", name="Piece", symbol="pc", precision=0)
        case = self.make("settings/units", name="Case", symbol="cs", base_unit_id=piece, factor="12")
        kilo = self.make("settings/units", name="Kilogram", symbol="kg", precision=3)
        return [
            Goods(self.sell("BOTTLE", 250, 90, piece), 250, 90, Fraction(1), case),
            Goods(self.sell("CHEESE", 2400, 1300, kilo), 2400, 1300, Fraction(1, 8)),
            Goods(self.sell("CUP", 700, 0, None), 700, 0, Fraction(1)),
        ]

    def sell(self, sku: str, price: int, cost: int, unit_id: str | None) -> str:
        variant = {"sku": sku, "price": price, "cost": cost}
        body = {"name": sku.title(), "unit_id": unit_id, "variants": [variant]}
        product = self.admin.post("/api/admin/products", body).data
        self.admin.post(f"/api/admin/products/{product['id']}/status", {"status": "active"})
        return str(product["variants"][0]["id"])

    def make(self, what: str, **body: Any) -> str:
        return str(self.admin.post(f"/api/admin/{what}", body).data["id"])

    def post(self, path: str, body: Any = None) -> Any:
        """The answer, whatever it is; after a success reading waits for what was written."""
        return self.noticed(self.admin.post(f"{INVENTORY}/{path}", body))

    def put(self, path: str, body: Any) -> Any:
        return self.noticed(self.admin.put(f"{INVENTORY}/{path}", body))

    def sale(self, place: str, lines: list[tuple[int, Fraction]], **more: Any) -> Any:
        """A sale at the till of a place, paid exactly."""
        total = sum(int(self.goods[which].price * quantity) for which, quantity in lines)
        body = {
            "register_id": self.tills[place],
            "lines": [self.line(which, quantity) for which, quantity in lines],
            "payments": [{"method": "card", "amount": total}],
            **more,
        }
        return self.noticed(self.admin.post("/api/pos/orders", body))

    def line(self, which: int, quantity: Fraction, **more: Any) -> dict[str, Any]:
        return {"variant_id": self.goods[which].variant_id, "quantity": written(quantity), **more}

    def noticed(self, answer: Any) -> Any:
        if answer.status < 300:
            self.position = answer.headers.get("x-event-position", self.position)
        return answer

    def get(self, path: str) -> Any:
        """What the inventory says, knowing of all that was written."""
        answer = self.admin.get(f"{INVENTORY}/{path}", X_Wait_For_Position=self.position)
        assert answer.status == 200, answer.body
        return answer

    def levels(self, as_of: str | None = None) -> dict[tuple[str, int], Any]:
        """The levels by place and goods; as_of a moment, if one is named."""
        suffix = f"&as_of={as_of}" if as_of else ""
        places = {storage: place for place, storage in self.storages.items()}
        which = {goods.variant_id: number for number, goods in enumerate(self.goods)}
        rows = self.get(f"levels?limit=100{suffix}").data
        return {(places[row["storage_id"]], which[row["variant_id"]]): row for row in rows}

    def held(self) -> dict[tuple[str, int], tuple[Fraction, int]]:
        """What is on hand everywhere, and its value."""
        levels = {key: (Fraction(row["on_hand"]), row["value"]) for key, row in self.levels().items()}
        return {key: level for key, level in levels.items() if any(level)}


def written(quantity: Fraction) -> str:
    """As a quantity is sent; what is moved here has three decimal places at most."""
    return f"{float(quantity):g}"
