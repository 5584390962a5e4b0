"""A till beside its books: after every step its drawers, reports and stock are what the books say."""

from collections import Counter
from typing import Any
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from tests.acceptance.till.books import EXCHANGE, Fact, Parked, ShiftBooks, Till, collected, tenders_of
from tests.acceptance.till.orders import Order, paid_of
from tests.acceptance.till.shop import AT_FIRST, COSTS, PRICES, TillShop
from tests.agreeing import reports_agree

#: Goods and how many of them, none twice; which of the tills, orders, lines or shifts there are.
BASKET = st.lists(
    st.tuples(st.integers(0, 2), st.integers(1, 4)), min_size=1, max_size=3, unique_by=lambda line: line[0]
)
TILL, ANY = st.integers(0, 1), st.integers(0, 99)
PERCENT, TIP = st.sampled_from([0, 0, 10, 33]), st.sampled_from([0, 0, 35, 200])
HOW, METHOD = st.sampled_from(["cash", "card", "both"]), st.sampled_from(["cash", "card"])


class TillModel(RuleBasedStateMachine):
    """What all rules share."""

    def __init__(self) -> None:
        super().__init__()
        self.shop = self.open_shop()
        self.tills = self.shop.tills
        self.orders: list[Order] = []
        self.parked: list[Parked] = []
        self.facts: list[Fact] = []
        self.without_shift: list[Fact] = []
        self.stock = Counter(dict.fromkeys(range(len(PRICES)), AT_FIRST))
        self.value = sum(AT_FIRST * cost for cost in COSTS)
        self.touched: set[str] = set()

    def open_shop(self) -> TillShop:
        """A store where nothing was sold yet."""
        raise NotImplementedError

    def book(self, till: Till, fact: Fact, shift: ShiftBooks | None, *, is_late: bool = False) -> Fact:
        """Keep a fact in the books, in those of its shift or else of its till, and of the stock's value."""
        self.facts.append(fact)
        self.value -= fact.cost
        if shift is None:
            self.without_shift.append(fact)
            till.sold += fact.total if fact.kind == "sale" else 0
            till.given_back -= fact.total if fact.kind != "sale" else 0
            self.touched.update(one.id for one in till.unclosed)
        else:
            (shift.late if is_late else shift.facts).append(fact)
            self.touched.add(shift.id)
        return fact

    @property
    def shifts(self) -> list[tuple[Till, ShiftBooks]]:
        return [(till, shift) for till in self.tills for shift in till.shifts]

    @invariant()
    def drawers_and_reports_are_what_the_books_say(self) -> None:
        """Of every shift that something happened to."""
        for till, shift in self.shifts:
            if shift.id in self.touched:
                self.check_shift(till, shift)
        self.touched.clear()

    def check_shift(self, till: Till, shift: ShiftBooks) -> None:
        path = f"/api/pos/shifts/{shift.id}"
        shown = self.shop.get(path).data
        assert (shown["status"], shown["expected_cash"]) == (shift.status, shift.expected), shown
        late = {"count": len(shift.late), "total": collected(shift.late)}
        assert shown["late"] == late
        if shift.status == "closed":
            mended = shift.counted - shift.expected - sum(fact.cash for fact in shift.late)
            assert shown["restated"] == {"over_short": mended}
            assert self.shop.get(f"{path}/report").body == shift.z_report
        else:
            self.check_report(till, shift, self.shop.get(f"{path}/report").data)

    def check_report(self, till: Till, shift: ShiftBooks, report: Any) -> None:
        """An X, or the Z at its close."""
        sums = shift.sums()
        assert {name: report[name] for name in sums} == sums
        nets = {one["method"]: one["net"] for one in report["tenders"] if one["net"]}
        assert nets == tenders_of(shift.facts)
        assert report["total_collected"] == sum(nets.values())
        assert report["cash"]["expected"] == shift.expected
        assert report["counts"]["voids"]["count"] == shift.count("void")
        assert report["counts"]["unlinked_returns"]["count"] == shift.count("return")
        assert report["held"] == {"count": len(self.parked), "value": sum(one.value for one in self.parked)}
        late = till.late_since_z
        assert report["late"] == {"count": len(late), "total": collected(late)}
        sold, returned = till.sold + sold_in(shift), till.given_back + returned_in(shift)
        perpetual = report["perpetual"]
        assert (perpetual["sales"], perpetual["returns"]) == (sold, returned)

    @invariant()
    def stock_is_what_the_books_say(self) -> None:
        rows = self.shop.client.get("/api/admin/inventory/levels").data
        levels = {row["variant_id"]: row for row in rows}
        reserved = Counter[int]()
        for one in self.parked:
            reserved.update(dict(one.lines) if one.is_reserved else {})
        for which, variant in enumerate(self.shop.variants):
            level = levels[variant]
            assert (int(level["on_hand"]), int(level["reserved"])) == (self.stock[which], reserved[which])
        assert sum(row["value"] for row in rows) == self.value

    def printed(self, shift: ShiftBooks) -> list[bytes]:
        """The report of a shift in all formats that are printed."""
        path = f"/api/pos/shifts/{shift.id}/report"
        return [self.shop.get(f"{path}?format={name}").body for name in ("html", "pdf", "escpos")]

    def check_order(self, order: Order) -> None:
        """The order as anybody reads it."""
        shown = self.shop.client.get(f"/api/admin/orders/{order.id}").data
        returned = [line.returned for line in order.lines]
        assert [int(line["returned_quantity"]) for line in shown["lines"]] == (
            [line.quantity for line in order.lines] if order.is_voided else returned
        )
        given_back = -sum(fact.collected for fact in order.facts[1:])
        assert shown["refunded_total"] == given_back, (shown, order)
        if order.is_voided:
            statuses = ("voided", "refunded")
        else:
            left = order.left < order.fact.total
            statuses = ("completed", ("partially_refunded" if order.left else "refunded") if left else "paid")
        assert (shown["status"], shown["payment_status"]) == statuses

    def teardown(self) -> None:
        self.give_everything_back()
        self.close_everything()
        self.reports_are_what_the_books_say()
        self.reports_are_what_was_closed()
        self.shop.rebuild()
        self.reports_are_what_was_closed()
        reports_agree(self.shop.company)

    def give_everything_back(self) -> None:
        """All that is left of every order comes back."""

    def close_everything(self) -> None:
        """Every drawer is counted."""

    def reports_are_what_the_books_say(self) -> None:
        overview = self.shop.report("overview")["overall"]
        facts = self.facts
        kinds = Counter(fact.kind for fact in facts)
        assert overview["orders"] == kinds["sale"] - kinds["void"]
        sums = {
            "net_sales": sum(fact.net for fact in facts),
            "tax": sum(fact.tax for fact in facts),
            "tips": sum(fact.tip for fact in facts),
            "rounding": sum(fact.rounding for fact in facts),
            "total_collected": collected(facts),
            "cost_of_goods": sum(fact.cost for fact in facts),
        }
        assert {name: overview[name] for name in sums} == sums
        rows = self.shop.report("by-payment-method")["rows"]
        nets = {row["method"]: row["amount"] + row["tips"] - row["refunds"] for row in rows}
        assert {method: net for method, net in nets.items() if net} == tenders_of(facts)
        assert sum(nets.values()) == overview["total_collected"]

    def reports_are_what_was_closed(self) -> None:
        """Each Z is as it was printed; all of them, with what came late, are the report."""
        closed = 0
        for _, shift in self.shifts:
            answer = self.shop.get(f"/api/pos/shifts/{shift.id}/report")
            assert answer.body == shift.z_report
            assert self.printed(shift) == shift.z_printed
            assert {one["net"] for one in answer.data["tenders"] if one["method"] == EXCHANGE} <= {0}
            closed += answer.data["total_collected"]
        apart = collected(self.without_shift) + sum(collected(shift.late) for _, shift in self.shifts)
        assert closed + apart == self.shop.report("overview")["overall"]["total_collected"]


def sold_in(shift: ShiftBooks) -> int:
    """What was sold in it and not voided, tax included."""
    return sum(fact.total for fact in shift.facts if fact.kind in ("sale", "void"))


def returned_in(shift: ShiftBooks) -> int:
    """What came back in it, tax included."""
    return -sum(fact.total for fact in shift.facts if fact.kind in ("refund", "return"))


def fact_of(kind: str, answer: Any, tenders: dict[str, int], cost: int) -> Fact:
    """What an answer says of a sale (or, with turned signs, of what went back), paid so."""
    sign = 1 if kind == "sale" else -1
    total, tax = answer["total"], answer["tax_total"]
    tip = answer["tip_total"] if kind == "sale" else answer.get("tip", 0)
    assert paid_of(answer["payments"]) == {method: amount for method, amount in tenders.items() if amount}
    return Fact(
        kind,
        net=sign * (total - tax),
        tax=sign * tax,
        rounding=sign * answer["rounding"],
        tip=sign * tip,
        cost=sign * cost,
        tenders={method: sign * amount for method, amount in tenders.items()},
    )


def new_id() -> str:
    return str(uuid4())
