"""What suppliers delivered, how soon, and what became of it, is what the books say."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest

from domain.orders import Order
from domain.stock.movements import StockMovement
from domain.stock.purchase_orders import PurchaseOrder
from projections.reports.columns import ratio
from projections.reports.sections.inventory.by_supplier import BY_SUPPLIER
from tests.projections.reports.inventory.books import Entry, entries_of, quantity_of, value_of
from tests.projections.reports.inventory.stockroom import FIRST_DAY, PRODUCTS, STORES, SUPPLIERS, Stockroom


def supplier_of(entry: Entry, events: Iterable[Any]) -> UUID | None:
    """Who delivered it, or got it back; of what is reversed, who had."""
    event: Any = entry.event
    if isinstance(event, StockMovement.Reversed):
        event = next(one for one in events if one.originator_id == event.original_id)
    supplier_id: UUID | None = event.supplier_id
    return supplier_id


def own_supplier(entry: Entry) -> UUID | None:
    return SUPPLIERS.get(PRODUCTS[entry.variant_id])


class Orders:
    """Orders to suppliers, as far as these events go, by supplier."""

    def __init__(self, events: Iterable[Any], places: Any, first: date, last: date) -> None:
        self.figures: dict[UUID, dict[str, Any]] = {}
        self._first, self._last = first, last
        self._open: dict[UUID, date] = {}
        self._drafts: dict[UUID, PurchaseOrder.Drafted] = {}
        self._ordered: dict[UUID, date] = {}
        for event in events:
            if isinstance(event, PurchaseOrder.Drafted) and (not places or event.storage_id in places):
                self._drafts[event.originator_id] = event

    def _within(self, day: date) -> bool:
        return self._first <= day <= self._last

    def read(self, events: Iterable[tuple[Any, date]]) -> dict[UUID, dict[str, Any]]:
        for event, recorded_on in events:
            if event.originator_id in self._drafts:
                self._add(event, recorded_on)
        for one in self._open:
            self._of(one)["orders_open"] += 1
        return self.figures

    def _of(self, order_id: UUID) -> dict[str, Any]:
        nothing = dict.fromkeys(("orders_open", "deliveries", "delivery_days"), 0)
        supplier = self._drafts[order_id].supplier_id
        return self.figures.setdefault(
            supplier, {**nothing, "ordered_quantity": Decimal(0), "delivered_quantity": Decimal(0)}
        )

    def _add(self, event: Any, recorded_on: date) -> None:
        one = event.originator_id
        if isinstance(event, PurchaseOrder.Ordered):
            self._ordered[one] = day = event.ordered_at.date()
            if self._within(day):
                self._of(one)["ordered_quantity"] += sum(line.base_quantity for line in event.lines)
            if day <= self._last:
                self._open[one] = day
        elif isinstance(event, PurchaseOrder.DeliveryTaken):
            day = event.occurred_at.date()
            if self._within(day):
                self._of(one)["deliveries"] += 1
                self._of(one)["delivery_days"] += max((day - self._ordered[one]).days, 0)
            if self._within(self._ordered[one]) and day <= self._last:
                self._of(one)["delivered_quantity"] += sum(line.base_received for line in event.lines)
            if event.status == "received" and day <= self._last:
                self._open.pop(one, None)
        elif isinstance(event, PurchaseOrder.Cancelled | PurchaseOrder.Closed) and recorded_on <= self._last:
            self._open.pop(one, None)


@pytest.mark.parametrize("seed", range(4))
def test_suppliers_are_what_the_books_say(stockroom: Stockroom, seed: int) -> None:
    chance = Random(seed)
    for store, places in ((None, None), *STORES.items()):
        position = chance.randrange(100, stockroom.position + 1)
        first = FIRST_DAY + timedelta(days=chance.randrange(40))
        last = first + timedelta(days=chance.choice((5, 40)))
        events = stockroom.events[:position]
        entries = [
            one for one in entries_of(events) if (not places or one.storage_id in places) and one.day <= last
        ]
        within = [one for one in entries if one.day >= first]
        lines = [
            line
            for sale in events
            if isinstance(sale, Order.Sold)
            and first <= sale.business_date <= last
            and store in {None, sale.store_id}
            for line in sale.lines
        ]
        orders = Orders(events, places, first, last).read(zip(events, stockroom.days, strict=False))
        table = stockroom.ask(
            BY_SUPPLIER, first, last, position=position, stores=None if store is None else [store]
        )
        assert [row["supplier_id"] for row in table.rows]
        for row in table.rows:
            key = row["supplier_id"]
            received = [one for one in within if one.column == "received" and supplier_of(one, events) == key]
            went_back = [
                one for one in within if one.column == "supplier_returned" and supplier_of(one, events) == key
            ]
            sold = [line for line in lines if line.supplier_id == key]
            own = [one for one in entries if own_supplier(one) == key]
            assert row["received_quantity"] == quantity_of(received)
            assert row["received_value"] == value_of(received)
            assert row["supplier_returned_quantity"] == -quantity_of(went_back)
            assert row["supplier_returned_value"] == -value_of(went_back)
            assert row["sold_quantity"] == sum(line.quantity for line in sold)
            assert row["net_sales"] == sum(line.net_sales for line in sold)
            assert row["gross_profit"] == row["net_sales"] - sum(line.cost_total for line in sold)
            assert row["margin"] == ratio(row["gross_profit"], row["net_sales"])
            assert row["open_quantity"] == quantity_of(one for one in own if one.day < first)
            assert row["on_hand_value"] == value_of(own)
            for name, value in orders.get(key, {}).items():
                assert row[name] == value, name
            assert row["lead_days"] == ratio(row["delivery_days"], row["deliveries"])
            assert row["fill_rate"] == ratio(row["delivered_quantity"], row["ordered_quantity"])
        [supplier] = [*SUPPLIERS.values()][:1]
        chosen = stockroom.ask(
            BY_SUPPLIER,
            first,
            last,
            position=position,
            stores=None if store is None else [store],
            filters={"supplier": supplier},
        )
        assert chosen.rows == [row for row in table.rows if row["supplier_id"] == supplier]
