"""Rules of drawers: opened, filled, counted, closed."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.acceptance.till.books import ShiftBooks, Till
from tests.acceptance.till.model import ANY, TILL, TillModel, returned_in, sold_in

#: How cash moves without a sale, and why.
MOVED = {"paid_in": (1, "change_delivery"), "paid_out": (-1, "petty_cash"), "drop": (-1, "safe")}


class Shifts(TillModel):
    """Shifts of both tills."""

    @initialize()
    def begin_with_one_open(self) -> None:
        self.open_shift(0, 10000)

    @rule(at=TILL, opening=st.sampled_from([0, 5000, 12345]))
    def open_shift(self, at: int, opening: int) -> None:
        till = self.tills[at]
        body = {"register_id": till.register_id, "opening_float": opening}
        if till.open_shift:
            self.shop.refused("pos/shifts/open", body, "shift_already_open")
            return
        opened = self.shop.done("pos/shifts/open", body)
        assert opened["expected_float"] == till.closing_float
        shift = ShiftBooks(opened["id"], opening)
        till.shifts.append(shift)
        self.touched.add(shift.id)

    @rule(at=TILL)
    def count_the_drawer(self, at: int) -> None:
        if shift := self.tills[at].open_shift:
            assert self.shop.done(f"pos/shifts/{shift.id}/end", {})["status"] == "counting"
            shift.status = "counting"
            self.touched.add(shift.id)

    @rule(at=TILL, which=ANY, off=st.sampled_from([0, 0, -5, 700]), kept=st.sampled_from([None, 0, 5000]))
    def close_shift(self, at: int, which: int, off: int, kept: int | None) -> None:
        till = self.tills[at]
        if till.unclosed:
            shift = till.unclosed[which % len(till.unclosed)]
            self.close(till, shift, max(0, shift.expected + off), kept)

    def close(self, till: Till, shift: ShiftBooks, counted: int, kept: int | None) -> None:
        closing_float = None if kept is None else min(kept, counted)
        body = {"counted_cash": counted, "closing_float": closing_float}
        closed = self.shop.done(f"pos/shifts/{shift.id}/close", body)
        till.z_number += 1
        assert (closed["z_number"], closed["over_short"]) == (till.z_number, counted - shift.expected)
        answer = self.shop.get(f"/api/pos/shifts/{shift.id}/report")
        self.check_report(till, shift, answer.data)
        shift.status, shift.counted, shift.z_report = "closed", counted, answer.body
        shift.z_printed = self.printed(shift)
        if shift is till.shifts[-1]:
            # What an earlier one left is not what the last one will find.
            till.closing_float = counted if closing_float is None else closing_float
        till.sold, till.given_back = till.sold + sold_in(shift), till.given_back + returned_in(shift)
        till.late_since_z.clear()
        self.touched.add(shift.id)

    @rule(at=TILL, kind=st.sampled_from([*MOVED, "no_sale"]), amount=st.integers(1, 30).map(lambda n: n * 55))
    def move_cash(self, at: int, kind: str, amount: int) -> None:
        if shift := self.tills[at].open_shift:
            sign, reason = MOVED.get(kind, (0, None))
            body = {"type": kind, "amount": amount if sign else 0, "reason": reason}
            moved = self.shop.done(f"pos/shifts/{shift.id}/cash-movements", body)
            shift.moved.append(sign * amount)
            assert moved["expected_cash"] == moved["balance_after"] == shift.expected
            self.touched.add(shift.id)

    def close_everything(self) -> None:
        for till, shift in self.shifts:
            if shift.status != "closed":
                self.close(till, shift, max(0, shift.expected), None)
