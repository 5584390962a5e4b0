"""A purchase order on paper: what the supplier gets."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from api.documents import Column, Document, Party
from api.services import Reading
from commands.ports import Missing
from domain.catalog.cells import money_text
from domain.catalog.units import Unit
from domain.local_time import local_time
from domain.money import exponent
from domain.stock.purchase_lines import PurchaseLine
from domain.stock.purchase_orders import PurchaseOrder
from domain.storages import Storage
from domain.stores import Store
from domain.suppliers import Supplier
from projections.base import Row
from projections.companies import find_company
from projections.stock.own_units import OwnUnit, own_units

_ITEM = (
    Column(name="#", width=7, is_number=True),
    Column(name="SKU", width=18),
    Column(name="Your number", width=18),
    Column(name="Item", width=38),
    Column(name="Expected", width=18),
    Column(name="Quantity", width=15, is_number=True),
    Column(name="Unit", width=20),
)
_COST = (
    Column(name="Price", width=14, is_number=True),
    Column(name="Discount", width=16, is_number=True),
    Column(name="Total", width=16, is_number=True),
)


@dataclass(frozen=True, kw_only=True)
class _Context:
    """What a document takes of others than the order."""

    company: Row
    supplier: Mapping[str, Any]
    storage: Mapping[str, Any]
    store: Mapping[str, Any] | None
    units: Mapping[UUID, Unit]
    own_units: Mapping[UUID, OwnUnit]

    def day(self, moment: datetime | None) -> str:
        """The day of a moment by the company's calendar."""
        return f"{local_time(moment, ZoneInfo(self.company['timezone'])):%Y-%m-%d}" if moment else ""

    def unit(self, line: PurchaseLine) -> str:
        """What its quantity counts, and how many of the product's own units one is, unless it is that."""
        own = self.own_units.get(line.variant_id)
        unit = self.units.get(line.unit_id) if line.unit_id else None
        if unit is None or own is None or unit.id == own.id:
            return own.name if unit is None and own else unit.values["name"] if unit else ""
        return f"{unit.values['name']} ({line.factor.normalize():f} {own.symbol})"

    def money(self, amount: int) -> str:
        """An amount in the company's currency, which is the order's."""
        return money_text(amount, exponent(self.company["currency"]))


def document_of(reading: Reading, order: PurchaseOrder, *, with_costs: bool) -> Document:
    """The order as a document, with names and addresses as they are now. Raises Missing."""
    context = _context(reading, order)
    return Document(
        title="Purchase order" if order.status != "draft" else "Purchase order (draft)",
        number=order.number,
        parties=_parties(context),
        facts=[
            (label, text)
            for label, text in (
                ("Date", context.day(order.ordered_at or order.created_on)),
                ("Expected", context.day(order.expected_at)),
                ("Our reference", order.reference or ""),
                ("Currency", order.currency),
            )
            if text
        ],
        columns=[*_ITEM, *_COST] if with_costs else _ITEM,
        rows=[
            list(_cells(index, line, context, with_costs=with_costs))
            for index, line in enumerate(order.lines, start=1)
        ],
        totals=[(f"Total {order.currency}, net", context.money(order.subtotal))] if with_costs else [],
        note=order.note,
    )


def _context(reading: Reading, order: PurchaseOrder) -> _Context:
    company = find_company(reading.db)
    suppliers = reading.aggregates(Supplier, [order.supplier_id])
    storages = reading.aggregates(Storage, [order.storage_id])
    if company is None or not suppliers or not storages:
        raise Missing
    store_id = storages[0].values["store_id"]
    stores = reading.aggregates(Store, [store_id]) if store_id else []
    units = reading.aggregates(Unit, sorted({line.unit_id for line in order.lines if line.unit_id}))
    return _Context(
        company=company,
        supplier=suppliers[0].values,
        storage=storages[0].values,
        store=stores[0].values if stores else None,
        units={unit.id: unit for unit in units},
        own_units=own_units(reading.db, [line.variant_id for line in order.lines]),
    )


def _parties(context: _Context) -> Sequence[Party]:
    company, supplier = context.company, context.supplier
    of_company = (company["address"], company["phone"], company["email"], company["tax_number"])
    of_supplier = (supplier["contact_name"], supplier["address"], supplier["phone"], supplier["email"])
    store = context.store or {"name": None, "address": company["address"], "phone": None}
    address = context.storage["address"] or store["address"]
    return (
        Party(role="From", name=company["name"], lines=_lines(of_company)),
        Party(role="To", name=supplier["name"], lines=_lines(of_supplier)),
        Party(
            role="Deliver to",
            name=context.storage["name"],
            lines=_lines((store["name"], address, store["phone"])),
        ),
    )


def _lines(texts: Iterable[str | None]) -> Sequence[str]:
    return [line for text in texts if text for line in text.splitlines()]


def _cells(index: int, line: PurchaseLine, context: _Context, *, with_costs: bool) -> Iterator[str]:
    yield str(index)
    yield line.sku
    yield line.supplier_sku or ""
    yield f"{line.name}, {line.variant_name}" if line.variant_name else line.name
    yield context.day(line.expected_at)
    yield f"{line.quantity.normalize():f}"
    yield context.unit(line)
    if with_costs:
        yield context.money(line.unit_cost)
        yield f"{line.discount_percent.normalize():f} %" if line.discount_percent else ""
        yield context.money(line.total)
