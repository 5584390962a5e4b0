"""A batch of facts of sales on its way into the tables."""

from collections.abc import Mapping
from uuid import UUID

from projections.base import Database, Fact
from projections.reports.sales.additions import (
    OF_LINE,
    OF_PAYMENT,
    OF_SALE,
    OF_TAX,
    FactKind,
    addition_of,
)
from projections.reports.sales.baskets import Baskets
from projections.reports.sales.facts import (
    ADD_DISCOUNTS,
    ADD_LINES,
    ADD_PAYMENTS,
    ADD_SALES,
    ADD_TAXES,
    TAKE_DISCOUNTS_BACK,
)
from projections.reports.sales.numbers import CASHIER, ITEM, METHOD, REGISTER, STORE, TAX, ask_numbers
from projections.reports.sales.origins import AT_TILL, Origin, Origins
from projections.reports.sales.rows import Row, Rows

_KEY = "business_date store_no position"
_SALE = f"{_KEY} order_id kind channel sold_on recorded_at hour register_no cashier_no customer_id shift_id"
_ORDER_ID, _FACT_KIND, _CHANNEL = 3, 4, 5
_DISCOUNT = "kind uses lines amount gross_before cost_of_goods"


class Batch:
    """What facts add, in the order of the log, as rows of the tables."""

    def __init__(self) -> None:
        self.origins = Origins()
        self._baskets = Baskets()
        self._sales = Rows(ADD_SALES, "", _SALE, OF_SALE)
        self._lines = Rows(ADD_LINES, _KEY, "item_no", OF_LINE)
        self._taxes = Rows(ADD_TAXES, _KEY, "tax_no", OF_TAX)
        self._payments = Rows(ADD_PAYMENTS, _KEY, "method_no", OF_PAYMENT)
        self._discounts = Rows(ADD_DISCOUNTS, f"{_KEY} cashier_no", _DISCOUNT)

    def add(self, fact: Fact) -> None:
        """Add what a fact adds; what it does not say of its order is filled in as the batch is written."""
        addition, data = addition_of(fact.event, fact.data), fact.data
        key = (data.business_date, data.store_id, fact.position)
        place = (
            data.hour,
            getattr(data, "register_id", None),
            data.cashier_id,
            data.customer_id,
            getattr(data, "shift_id", None),
        )
        origin = (fact.stream_id, addition.kind.value, self._channel(fact, addition.kind), None)
        self._sales.extend((), [(*key, *origin, fact.recorded_at, *place, *addition.totals)])
        self._baskets.note(fact, addition)
        self._lines.extend(key, addition.lines)
        self._taxes.extend(key, [(tax, *measures) for tax, measures in addition.taxes.items()])
        self._payments.extend(key, [(method, *measures) for method, measures in addition.payments])
        self._discounts.extend((*key, data.cashier_id), addition.discounts)

    def _channel(self, fact: Fact, kind: FactKind) -> str | None:
        """How its order came, if the fact says it."""
        if kind is FactKind.RETURN:
            return AT_TILL
        if kind is FactKind.SALE:
            self.origins.sell(fact, fact.data.channel)
            return str(fact.data.channel)
        self.origins.follow(fact)
        if kind is FactKind.HANDOVER:
            self.origins.sell(fact, None)
        return None

    def write(self, db: Database) -> None:
        """Number what has no number yet, then add the rows and their sums, one statement a table."""
        asked = {
            name: ask_numbers(db, numbering, rows.column(name), rows.column("position"))
            for name, numbering, rows in (
                ("store_no", STORE, self._sales),
                ("register_no", REGISTER, self._sales),
                ("cashier_no", CASHIER, self._sales),
                ("item_no", ITEM, self._lines),
                ("tax_no", TAX, self._taxes),
                ("method_no", METHOD, self._payments),
            )
        }
        origins = self.origins.ask(db)()
        numbers = {name: answer.read() for name, answer in asked.items()}
        self.origins.write(db)
        self._sales.rows[:] = [_with_origin(row, origins) for row in self._sales.rows]
        for rows in (self._sales, self._lines, self._taxes, self._payments, self._discounts):
            rows.write(db, numbers)
        self._discounts_taken_back(origins).write(db, numbers)
        self._baskets.write(db, origins)

    def _discounts_taken_back(self, origins: Mapping[UUID, Origin]) -> Rows:
        """Which sales were voided: their discounts are taken back."""
        voids = Rows(TAKE_DISCOUNTS_BACK, "", f"{_KEY} sale_position")
        for row in self._sales.rows:
            if row[_FACT_KIND] == FactKind.VOID:
                voids.extend((), [(*row[:_ORDER_ID], origins[row[_ORDER_ID]].position)])
        return voids


def _with_origin(row: Row, origins: Mapping[UUID, Origin]) -> Row:
    """A row of a fact that does not say how its order came, with that; and when what came back was sold."""
    if row[_CHANNEL] is not None:
        return row
    origin = origins[row[_ORDER_ID]]
    sold_on = origin.sold_on if row[_FACT_KIND] in _OF_WHAT_WAS_SOLD else None
    return (*row[:_CHANNEL], origin.channel, sold_on, *row[_CHANNEL + 2 :])


_OF_WHAT_WAS_SOLD = frozenset({FactKind.REFUND.value, FactKind.VOID.value})
