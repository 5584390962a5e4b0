"""Goods that go back to their supplier, who credits what he thinks right."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.acceptance.stock.books import rounded
from tests.acceptance.stock.model import ANYWHERE, PARTS
from tests.acceptance.stock.receipts import Entry
from tests.acceptance.stock.reversals import Reversals


class SupplierReturns(Reversals):
    """Rules of goods that go back."""

    @rule(place=ANYWHERE, parts=PARTS, unit_credit=st.integers(500, 1500))
    def return_to_supplier(self, place: str, parts: dict[int, int], unit_credit: int) -> None:
        lines = [{**line, "unit_credit": unit_credit} for line in self.lines(parts)]
        body = {"storage_id": self.company.storages[place], "supplier_id": self.company.supplier}
        answer = self.company.post("supplier-returns", {**body, "lines": lines})
        if self.has_less(place, parts):
            self.refused(answer, 409, "insufficient_stock")
            return
        assert answer.status == 201, answer.body
        entered = [
            (which, -quantity, -self.books.issue((place, which), quantity, 0), 0)
            for which, quantity in self.quantities(parts)
        ]
        self.entries.append(Entry(answer.data["id"], place, tuple(entered)))
        cost = -sum(value for _, _, value, _ in entered)
        credit = sum(rounded(quantity * unit_credit) for _, quantity in self.quantities(parts))
        figures = [answer.data[name] for name in ("cost_total", "credit_total", "credit_difference")]
        assert figures == [cost, credit, credit - cost]
