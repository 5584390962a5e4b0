"""The worked examples of stock, each played over HTTP: quantities, values and rows to the last minor unit."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from tests.acceptance.stock.company import NORTH, SOUTH, StockCompany

BOTTLE = 0


@pytest.fixture
def company(shop: Any) -> StockCompany:
    """Two shops and a depot; south may sell what is not there."""
    return StockCompany(shop)


def receive(company: StockCompany, place: str, quantity: int | Fraction, unit_cost: int, **more: Any) -> Any:
    """The line of a delivery of one kind of goods."""
    unit = {"unit_id": more.pop("unit_id")} if "unit_id" in more else {}
    line = company.line(BOTTLE, Fraction(quantity), unit_cost=unit_cost, **unit)
    body = {"storage_id": company.storages[place], "lines": [line], **more}
    answer = company.post("receipts", body)
    assert answer.status == 201, answer.body
    return answer.data


def sell(company: StockCompany, place: str, quantity: int, **more: Any) -> int:
    """What a sale's goods cost."""
    answer = company.sale(place, [(BOTTLE, Fraction(quantity))], **more)
    assert answer.status == 201, answer.body
    return int(answer.data["cost_total"])


def balance(company: StockCompany, place: str) -> tuple[str, int]:
    level = company.levels()[place, BOTTLE]
    return level["on_hand"], level["value"]


def ledger(company: StockCompany, query: str) -> list[tuple[str, str, int]]:
    rows = company.get(f"movements?limit=100&{query}").data
    return [(row["type"], row["quantity"], row["value_change"]) for row in rows]


def done(answer: Any) -> Any:
    assert answer.status in {200, 201}, answer.body
    return answer.data


def last_cost(company: StockCompany, place: str) -> str:
    """The last cost of a bottle there, as the newest movement says."""
    states = [event["state"] for event in company.shop.events() if event["type"].startswith("stock.StockMov")]
    here = [state for state in states if state["storage_id"] == company.storages[place]]
    return str(here[-1]["lines"][-1]["last_unit_cost"])


class Sending:
    """Five of the seven bottles in the south, worth 1000, on their way to the north, which has four."""

    def __init__(self, company: StockCompany, *, target: str = NORTH) -> None:
        self.company = company
        for quantity, unit_cost in ((5, 140), (2, 150)):
            receive(company, SOUTH, quantity, unit_cost)
        ends = {"from_storage_id": company.storages[SOUTH], "to_storage_id": company.storages[target]}
        body = {**ends, "lines": [company.line(BOTTLE, Fraction(5))]}
        self.transfer = done(company.post("transfers", body))
        self.shipped = self.do("ship")["lines"][0]

    def do(self, action: str, **fates: int) -> Any:
        line = {"line_id": self.transfer["lines"][0]["id"], **fates}
        body = {"reason": "Enough"} if action == "cancel" else {"lines": [line]} if fates else {}
        return done(self.company.post(f"transfers/{self.transfer['id']}/{action}", body))

    def rows(self) -> list[tuple[str, str, int]]:
        return ledger(self.company, f"transfer_id={self.transfer['id']}")


def test_s1_transfer(company: StockCompany) -> None:
    receive(company, NORTH, 4, 125)
    sending = Sending(company)
    assert (balance(company, SOUTH), sending.shipped["value"]) == (("2", 286), 714)
    sending.do("receive", received=3)
    assert (balance(company, NORTH), last_cost(company, NORTH)) == (("7", 928), "142.66667")
    ended = sending.do("receive", damaged=1, lost=1)
    assert (ended["status"], ended["lines"][0]["in_transit"]) == ("received", "0")
    assert balance(company, SOUTH) == ("2", 286)
    assert sorted(sending.rows()) == sorted(
        [
            ("transfer_out", "-5", -714),
            ("transfer_out", "5", 714),
            ("transfer_in", "3", 428),
            ("transfer_in", "-3", -428),
            ("transfer_damaged", "-1", -143),
            ("transfer_lost", "-1", -143),
        ]
    )


def test_s1_cancelled_after_three_came(company: StockCompany) -> None:
    receive(company, NORTH, 4, 125)
    sending = Sending(company)
    sending.do("receive", received=3)
    sending.do("receive", damaged=1)
    ended = sending.do("cancel")
    assert (ended["status"], ended["lines"][0]["returned"]) == ("received", "1")
    assert (balance(company, SOUTH), last_cost(company, SOUTH)) == (("3", 429), "150")
    # Beyond what is there, a bottle costs what the last one did.
    assert sell(company, SOUTH, 4) == 429 + 150
    assert sum(value for *_, value in sending.rows()) == -143 - 428 - 143 + 428 + 143


def test_s2_into_stock_below_zero(shop: Any) -> None:
    company = StockCompany(shop)
    allowed = {"allow_negative": True}
    assert shop.client().patch(f"/api/admin/storages/{company.storages[NORTH]}", allowed).status == 200
    receive(company, NORTH, 1, 150)
    assert sell(company, NORTH, 3) == 450
    assert balance(company, NORTH) == ("-2", -300)
    Sending(company).do("receive", received=3)
    assert balance(company, NORTH) == ("1", 143)
    rows = ledger(company, f"storage_id={company.storages[NORTH]}")
    assert rows[-2:] == [("transfer_in", "3", 428), ("settlement", "0", 15)]


def test_s3_below_zero_then_a_case(company: StockCompany) -> None:
    case = company.make(
        "settings/units", name="Case of 24", symbol="c24", base_unit_id=company.piece, factor="24"
    )
    receive(company, SOUTH, 2, 250)
    assert sell(company, SOUTH, 5) == 1250
    assert balance(company, SOUTH) == ("-3", -750)
    line = receive(company, SOUTH, 1, 5800, unit_id=case)["lines"][0]
    assert (line["base_quantity"], line["value_change"], line["settlement"]) == ("24", 5800, 25)
    assert (balance(company, SOUTH), last_cost(company, SOUTH)) == (("21", 5075), "241.66667")


def test_s4_by_the_case(company: StockCompany) -> None:
    receive(company, NORTH, 2, 1399, unit_id=company.goods[BOTTLE].case_id)
    assert balance(company, NORTH) == ("24", 2798)
    costs = [sell(company, NORTH, 1) for _ in range(24)]
    assert costs[:8] == [117, 117, 117, 117, 117, 116, 117, 116]
    assert (sum(costs), balance(company, NORTH)) == (2798, ("0", 0))


def test_s5_a_count_and_a_late_sale(company: StockCompany) -> None:
    ten = datetime.now(UTC) - timedelta(hours=3)

    def at(minutes: int) -> str:
        return (ten + timedelta(minutes=minutes)).isoformat()

    receive(company, NORTH, 20, 200, occurred_at=at(-60))
    count = done(company.post("counts", {"storage_id": company.storages[NORTH], "kind": "full"}))
    path = f"counts/{count['id']}"
    line = company.line(BOTTLE, Fraction(18), counted_at=at(0))
    done(company.put(f"{path}/lines", {"lines": [line]}))
    assert company.get(f"{path}/lines").data[0]["expected_quantity"] == "20"
    sell(company, NORTH, 3, occurred_at=at(5))
    assert balance(company, NORTH) == ("17", 3400)
    completed = done(company.post(f"{path}/complete"))
    assert (completed["difference_quantity"], completed["difference_value"]) == ("-2", -400)
    assert balance(company, NORTH) == ("15", 3000)
    assert sell(company, NORTH, 1, occurred_at=at(-10)) == 200
    assert balance(company, NORTH) == ("15", 3000)
    rows = ledger(company, f"storage_id={company.storages[NORTH]}")
    assert rows[2:] == [("count", "-2", -400), ("sale", "-1", -200), ("count_correction", "1", 200)]
    restated = company.get(path).data
    assert (restated["difference_quantity"], restated["difference_value"]) == ("-2", -400)
    assert (restated["restated_quantity"], restated["restated_value"]) == ("-1", -200)


@pytest.mark.parametrize(
    ("sold", "left", "correction"),
    [(5, ("5", 350), []), (9, ("1", 90), [("cost_correction", "0", 100)])],
)
def test_s6_reversal(company: StockCompany, sold: int, left: Any, correction: Any) -> None:
    receive(company, NORTH, 10, 80)
    receipt = receive(company, NORTH, 10, 100)
    assert sell(company, NORTH, sold) == 90 * sold
    done(company.post(f"movements/{receipt['id']}/reverse", {"reason": "Never came"}))
    assert balance(company, NORTH) == left
    rows = ledger(company, f"storage_id={company.storages[NORTH]}")
    assert rows[3:] == [("reversal", "-10", -1000), *correction]


def test_s9_supplier_return(company: StockCompany) -> None:
    receive(company, NORTH, 6, 250)
    line = company.line(BOTTLE, Fraction(2), unit_credit=240)
    body = {"storage_id": company.storages[NORTH], "supplier_id": company.supplier, "lines": [line]}
    returned = done(company.post("supplier-returns", body))
    figures = [returned[name] for name in ("cost_total", "credit_total", "credit_difference")]
    assert (figures, balance(company, NORTH)) == ([500, 480, -20], ("4", 1000))


def test_s13_reservation(company: StockCompany) -> None:
    receive(company, NORTH, 4, 100)
    one = [company.line(BOTTLE, Fraction(1))]
    body = {"storage_id": company.storages[NORTH], "expires_at": "2100-01-01T00:00:00Z", "lines": one}
    promises = [done(company.post("reservations", body)) for _ in range(4)]
    assert company.post("reservations", body).code == "insufficient_stock"
    refused = company.sale(NORTH, [(BOTTLE, Fraction(1))])
    assert (refused.status, refused.code) == (409, "insufficient_stock")
    level = company.levels()[NORTH, BOTTLE]
    assert (level["on_hand"], level["reserved"], level["available"]) == ("4", "4", "0")
    done(company.post(f"reservations/{promises[0]['id']}/release", {"reason": "Nobody came"}))
    assert sell(company, NORTH, 1) == 100
    level = company.levels()[NORTH, BOTTLE]
    assert (level["on_hand"], level["reserved"], level["available"]) == ("3", "3", "0")


def test_s11_reorder(company: StockCompany) -> None:
    buy_from_supplier(company)
    # Of the 56 days, the bottles were there for 42: they ran out 14 days ago, and three have just come.
    receive(company, NORTH, 42, 100, occurred_at=days_ago(60))
    sell(company, NORTH, 20, occurred_at=days_ago(30))
    sell(company, NORTH, 22, occurred_at=days_ago(14.0001))
    receive(company, SOUTH, 4, 100)
    send(company, NORTH, 4)
    receive(company, NORTH, Fraction(1, 4), 1200, unit_id=company.goods[BOTTLE].case_id)
    path = f"reorder-suggestions?storage_id={company.storages[NORTH]}&cover_days=14"
    [row] = company.get(path).data
    assert (row["sold"], row["days_in_stock"], row["rate"]) == ("42", "42.00", "1.00")
    figures = [row[name] for name in ("lead_days", "cover_days", "safety", "available", "incoming_transit")]
    assert figures == [7, 14, "2", "3", "4"]
    assert (row["point"], row["needed"], row["pack_quantity"], row["suggested"]) == ("9", "16", "12", "24")


def buy_from_supplier(company: StockCompany) -> None:
    """The bottles take a week from their supplier, and two of them should always be there."""
    bottle = company.goods[BOTTLE].variant_id
    settings = f"/api/admin/settings/suppliers/{company.supplier}"
    done(company.admin.patch(settings, {"lead_time_days": 7}))
    [product] = company.admin.get("/api/admin/products?search=bottle").data
    done(company.admin.patch(f"/api/admin/products/{product['id']}", {"supplier_id": company.supplier}))
    point = {"storage_id": company.storages[NORTH], "variant_id": bottle, "reorder_level": 2}
    done(company.put("reorder-points", {"lines": [point]}))


def send(company: StockCompany, target: str, quantity: int) -> None:
    ends = {"from_storage_id": company.storages[SOUTH], "to_storage_id": company.storages[target]}
    lines = [company.line(BOTTLE, Fraction(quantity))]
    transfer = done(company.post("transfers", {**ends, "lines": lines}))
    done(company.post(f"transfers/{transfer['id']}/ship"))


def days_ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()
