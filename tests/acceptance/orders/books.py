"""The books of a shop that takes orders of one article from one customer, kept with a pencil.

Each step says the code it is refused by, or nothing if it is done. Nothing here knows how MIPOS does it.
"""

from dataclasses import dataclass, field

PRICE, AT_FIRST, LIMIT = 119, 30, 1500
TRANSITION = "invalid_transition"


@dataclass
class OrderBooks:
    """An order: units of the article, and money in minor units."""

    id: str
    ordered: int
    on_account: bool
    fulfilled: int = 0
    returned: int = 0
    paid: int = 0
    given_back: int = 0
    charged: int = 0
    settled: int = 0
    has_lapsed: bool = False
    is_completed: bool = False

    @property
    def total(self) -> int:
        return PRICE * self.ordered

    @property
    def due(self) -> int:
        return self.total - self.paid + self.given_back

    @property
    def payable(self) -> int:
        return self.due - self.charged

    @property
    def left(self) -> int:
        return self.ordered - self.fulfilled

    @property
    def reserved(self) -> int:
        return 0 if self.has_lapsed else self.left

    @property
    def status(self) -> str:
        if self.is_completed:
            return "completed"
        return "open" if self.ordered else "cancelled"

    @property
    def payment_status(self) -> str:
        if self.returned:
            return "refunded" if self.returned == self.ordered else "partially_refunded"
        if not self.ordered:
            return "refunded" if self.given_back else "unpaid"
        if self.due <= self.settled:
            return "paid"
        return "partially_paid" if self.paid > self.given_back or self.settled else "unpaid"

    @property
    def fulfilment_status(self) -> str:
        if self.returned:
            return "returned" if self.returned == self.fulfilled else "partially_returned"
        if not self.fulfilled:
            return "unfulfilled"
        return "partially_fulfilled" if self.left else "fulfilled"

    def complete(self) -> None:
        """It is completed by itself, once it is handed over and paid, or owed by agreement."""
        if self.ordered and not self.left and (self.on_account or self.due <= 0):
            self.is_completed = True


@dataclass
class ShopBooks:
    """What is on the shelf, what the customer owes and has to their credit, and their orders."""

    on_hand: int = AT_FIRST
    credit: int = 0
    orders: list[OrderBooks] = field(default_factory=list)
    #: What was charged and not paid yet, oldest first.
    lots: list[tuple[OrderBooks, int]] = field(default_factory=list)

    @property
    def reserved(self) -> int:
        return sum(order.reserved for order in self.orders)

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    @property
    def dues(self) -> int:
        return sum(left for _, left in self.lots)

    def place(self, order: OrderBooks, deposit: int) -> str:
        if order.ordered > self.available:
            return "insufficient_stock"
        if deposit > order.total:
            return "payment_exceeds_due"
        if order.on_account and self.dues + order.total - deposit > LIMIT and order.total > deposit:
            return "credit_limit_exceeded"
        order.paid = deposit
        self.orders.append(order)
        return ""

    def amend(self, order: OrderBooks, units: int) -> str:
        if order.status != "open":
            return TRANSITION
        more, payable = units - order.ordered, PRICE * units - order.total + order.payable
        if not order.has_lapsed and more > self.available:
            return "insufficient_stock"
        if units < order.fulfilled:
            return "line_fulfilled"
        if payable < 0:
            return "refund_required"
        if order.on_account and more > 0 and self.dues + payable > LIMIT:
            return "credit_limit_exceeded"
        order.ordered = units
        order.complete()
        return ""

    def pay(self, order: OrderBooks, amount: int, method: str) -> str:
        if order.status != "open":
            return TRANSITION
        if amount > order.payable:
            return "payment_exceeds_due"
        if method == "store_credit":
            if amount > self.credit:
                return "insufficient_credit"
            self.credit -= amount
        order.paid += amount
        order.complete()
        return ""

    def fulfil(self, order: OrderBooks, units: int) -> str:
        if order.status != "open":
            return TRANSITION
        if units > order.left:
            return "fulfil_exceeds_ordered"
        if units > self.available + order.reserved:
            return "insufficient_stock"
        owed = PRICE * (order.fulfilled + units) - order.paid + order.given_back - order.charged
        charge = max(0, owed) if order.on_account else 0
        if charge and self.dues + charge > LIMIT:
            return "credit_limit_exceeded"
        if charge:
            self.lots.append((order, charge))
        order.charged += charge
        order.fulfilled += units
        self.on_hand -= units
        order.complete()
        return ""

    def cancel(self, order: OrderBooks, units: int, *, as_credit: bool) -> str:
        if order.status != "open":
            return TRANSITION
        if units > order.left:
            return "cancel_exceeds_ordered"
        overpaid = max(0, PRICE * units - order.payable)
        if overpaid and not as_credit:
            return "refund_required"
        order.ordered -= units
        order.given_back += overpaid
        self.credit += overpaid
        order.complete()
        return ""

    def refund(self, order: OrderBooks, units: int) -> str:
        if order.status != "completed":
            return TRANSITION
        if units > order.fulfilled - order.returned:
            return "return_exceeds_sold"
        owed = sum(amount for of, amount in self.lots if of is order)
        if owed > PRICE * (order.fulfilled - order.returned - units):
            return "refund_method_not_allowed"
        order.returned += units
        self.on_hand += units
        self.credit += PRICE * units
        return ""

    def lapse(self, order: OrderBooks) -> int:
        """How many reservations end."""
        if order.status != "open" or order.has_lapsed or not order.left:
            return 0
        order.has_lapsed = True
        return 1

    def settle(self, amount: int) -> str:
        """The customer pays what they owe, the oldest first."""
        if amount > self.dues:
            return "payment_exceeds_due"
        lots = []
        for order, left in self.lots:
            part = min(left, amount)
            amount -= part
            order.settled += part
            if left > part:
                lots.append((order, left - part))
        self.lots = lots
        return ""
