"""Rules of sales: at the till, parked before, taken back, and told of later."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.acceptance.till.books import Parked, ShiftBooks, Till
from tests.acceptance.till.model import ANY, BASKET, HOW, PERCENT, TILL, TIP, TillModel, fact_of, new_id
from tests.acceptance.till.orders import Method, Order, lines_of, settle, tenders_in
from tests.acceptance.till.shop import total_of


class Sales(TillModel):
    """What is sold, and voided."""

    #: The operations that were delivered, as they were.
    delivered: list[tuple[Till, dict[str, Any]]]

    def __init__(self) -> None:
        super().__init__()
        self.delivered = []

    @rule(at=TILL, lines=BASKET, percent=PERCENT, how=HOW, tip=TIP)
    def sell(self, at: int, lines: list[tuple[int, int]], percent: int, how: str, tip: int) -> None:
        self.sell_at(self.tills[at], lines, percent, how, tip)

    def sell_at(
        self, till: Till, lines: list[tuple[int, int]], percent: int, how: str, tip: int, **more: Any
    ) -> None:
        total = total_of(lines, percent)
        payments, methods, rounding = settle(total, how, tip)
        basket = self.shop.basket(till, lines, percent)
        body = {**basket, "payments": payments, "expected_total": total, **more}
        answer = self.shop.done("pos/orders", body)
        assert answer["number"] == till.next_number()
        self.keep_sale(till, answer, lines, methods, rounding)

    def keep_sale(
        self,
        till: Till,
        answer: Any,
        lines: list[tuple[int, int]],
        methods: dict[str, Method],
        rounding: int,
        *,
        told_of: ShiftBooks | None = None,
    ) -> Order:
        shift = told_of or till.open_shift
        is_late = shift is not None and shift.status == "closed"
        assert (answer["rounding"], answer["shift_id"]) == (rounding, shift.id if shift else None), answer
        cost = sum(line["cost_total"] for line in answer["lines"])
        fact = fact_of("sale", answer, tenders_in(methods, rounding), cost)
        self.book(till, fact, shift, is_late=is_late)
        self.stock.subtract(dict(lines))
        order = Order(
            answer["id"],
            till,
            fact,
            lines_of(answer, lines),
            methods,
            shift,
            rounding=rounding,
            tax=fact.tax,
            cost=cost,
            facts=[fact],
        )
        assert order.left == fact.total
        self.orders.append(order)
        return order

    @rule(which=ANY)
    def void(self, which: int) -> None:
        """A sale without a shift is left alone: the day in which it can be voided has an end."""
        orders = [order for order in self.orders if order.shift]
        if not orders:
            return
        order = orders[which % len(orders)]
        path, body = f"pos/orders/{order.id}/void", {"reason": "wrong customer"}
        shift = order.shift
        if order.is_voided or order.is_exchange or order.facts[1:]:
            self.shop.refused(path, body, "invalid_transition")
        elif shift is None or shift.status == "closed":
            self.shop.refused(path, body, "void_window_closed")
        else:
            self.shop.done(path, body)
            order.facts.append(self.book(order.till, order.fact.taken_back(), shift))
            order.is_voided = True
            for line in order.lines:
                self.stock[line.which] += line.quantity
                line.left = 0
            self.check_order(order)

    @rule(at=TILL, lines=BASKET, percent=PERCENT, is_reserved=st.booleans())
    def park(self, at: int, lines: list[tuple[int, int]], percent: int, is_reserved: bool) -> None:
        body = {**self.shop.basket(self.tills[at], lines, percent), "reserve": is_reserved}
        held = self.shop.done("pos/orders/hold", body)
        assert held["value"] == total_of(lines, percent)
        self.parked.append(Parked(held["id"], held["value"], lines, is_reserved))
        self.touched.update(shift.id for till in self.tills for shift in till.unclosed)

    @rule(at=TILL, which=ANY, end=st.sampled_from(["sell", "sell", "discard", "resume"]), more=BASKET)
    def go_on_with_parked(self, at: int, which: int, end: str, more: list[tuple[int, int]]) -> None:
        if not self.parked:
            return
        held, till = self.parked[which % len(self.parked)], self.tills[at]
        body = {"register_id": till.register_id, "take_over": True}
        basket = self.shop.done(f"pos/orders/{held.id}/resume", body)["basket"]
        assert [int(line["quantity"]) for line in basket["lines"]] == [count for _, count in held.lines]
        if end == "resume":
            return
        self.parked.remove(held)
        if end == "discard":
            assert self.shop.client.delete(f"/api/pos/orders/{held.id}").status == 200
        else:
            self.sell_at(till, more, 0, "cash", 0, held_id=held.id)
        self.touched.update(shift.id for till in self.tills for shift in till.unclosed)

    @rule(at=TILL, which=ANY, lines=BASKET, how=HOW)
    def tell_later(self, at: int, which: int, lines: list[tuple[int, int]], how: str) -> None:
        """A device tells of a sale in any shift of its till, which may be closed by now."""
        till = self.tills[at]
        if not till.shifts:
            return
        shift = till.shifts[which % len(till.shifts)]
        is_late = shift.status == "closed"
        payments, methods, rounding = settle(total_of(lines, 0), how, 0)
        body = {**self.shop.basket(till, lines, 0), "payments": payments, "shift_id": shift.id}
        number = till.next_number(f"{till.device_code}-")
        result = self.deliver(till, self.operation(till, body, number))
        assert (result["status"], result["flags"]) == ("applied", ["late"] if is_late else []), result
        assert result["resource"]["number"] == number
        order = self.shop.client.get(f"/api/admin/orders/{result['id']}").data
        kept = self.keep_sale(till, order, lines, methods, rounding, told_of=shift)
        if is_late:
            till.late_since_z.append(kept.fact)
            till.sold += kept.fact.total
            self.touched.update(one.id for one in till.unclosed)

    def operation(self, till: Till, body: dict[str, Any], number: str) -> dict[str, Any]:
        till.seq += 1
        return {
            "id": new_id(),
            "seq": till.seq,
            "type": "order.sale",
            "occurred_at": datetime.now(UTC).isoformat(),
            "number": number,
            "body": body,
        }

    def deliver(self, till: Till, operation: dict[str, Any]) -> Any:
        body = {"device_id": till.device_id, "operations": [operation]}
        (result,) = self.shop.done("pos/sync", body)["results"]
        self.delivered.append((till, operation))
        return result

    @rule(which=ANY)
    def tell_again(self, which: int) -> None:
        if self.delivered:
            till, operation = self.delivered[which % len(self.delivered)]
            assert self.deliver(till, operation)["status"] == "replayed"
