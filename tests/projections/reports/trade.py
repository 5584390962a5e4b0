"""A shop that does everything that reports of sales count, at random."""

from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar

from domain.orders import Order
from domain.orders.back_office import cancel, fulfil, pay, settle_part
from domain.orders.back_office.cancelling import overpaid_after
from domain.orders.handovers import LineQuantity
from domain.orders.refunds import RefundPayment
from domain.payments import Tender
from projections.base import Projection
from projections.reports.sales.sales_reports import SalesReports
from tests.projections.shop import Shop

EVERYTHING = 100_000


class Trade(Shop):
    """A company whose log the reports of sales are made of."""

    MODELS: ClassVar[tuple[Projection, ...]] = (SalesReports(),)

    def trade(self, rounds: int = 3) -> "Trade":
        """Sell, give back, void, take back, and serve orders of the back office, round after round."""
        for name in ("Tea", "Green tea", "Tea")[:rounds]:
            self.sell(12, name=name)
            self.refund(4)
            self.void(2)
            self.take_back(1, name=name)
            self.serve(name, on_account=False)
            self.serve(name, on_account=True)
        return self

    def serve(self, name: str, *, on_account: bool) -> None:
        """Place an order, take a deposit, hand over a part, cancel the rest, give back what is too much."""
        order = self.place(self._day(), name=name, on_account=on_account)
        tenders = [Tender(method="card", amount=order.due_total // 2, tip=20)]
        self.step(pay, order, self._day(), settle_part(order.due_total, tenders, 5))
        self.hand_over(order, "0.5")
        self.hand_over(order, "0.25")
        overpaid = overpaid_after(order, None).exact
        given = (RefundPayment(method="card", amount=overpaid, exact=overpaid),) if overpaid else ()
        self.step(cancel, order, self._day(), None, reason="gone", payments=given)

    def hand_over(self, order: Order, share: str) -> None:
        """Hand over this share of two lines; a unit costs 7."""
        lines = [
            LineQuantity(line_id=line.id, quantity=line.quantity * Decimal(share))
            for line in order.terms.lines[:2]
        ]
        costs = {one.line_id: 7 for one in lines}
        self.step(fulfil, order, self._day(), lines, costs=costs, storage_id=None)

    def _day(self) -> date:
        return date(2024, 2, 20) + timedelta(days=self.chance.randrange(60))
