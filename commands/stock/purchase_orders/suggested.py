"""Drafting what was suggested: one order for each supplier and storage."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import UUID, uuid5

from commands.stock.lines import quantities_of
from commands.stock.ports import DocumentWork, StockContext
from commands.stock.purchase_orders.drafts import number_of
from commands.stock.purchase_orders.lines import PlannedLine, purchase_line
from domain.errors import Detail, Invalid
from domain.stock.goods import BaseQuantity, Goods, base_quantities
from domain.stock.levels import NOTHING
from domain.stock.purchase_lines import PurchaseLine, subtotal_of
from domain.stock.purchase_orders import PurchaseOrder
from domain.stock.purchase_units import PricedQuantity, PurchaseUnit, price
from domain.suppliers import Supplier


@dataclass(frozen=True, kw_only=True)
class SuggestedLine:
    """So much of a variant, in its product's unit, is to be bought for a storage."""

    variant_id: UUID
    storage_id: UUID
    quantity: Decimal
    unit_id: None = None


@dataclass(frozen=True, kw_only=True)
class DraftSuggested:
    """Plan to buy what was suggested, from the supplier of each product; `id` is that of the first order."""

    id: UUID
    lines: tuple[SuggestedLine, ...]


@dataclass(frozen=True, kw_only=True)
class _Purchase:
    """A line of a draft, and whom it is bought from for which storage."""

    supplier_id: UUID
    storage_id: UUID
    line: PurchaseLine


class PurchaseUnitPort(Protocol):
    """The units that goods were bought in last."""

    def find(self, variant_ids: Collection[UUID]) -> Mapping[UUID, PurchaseUnit]:
        """The unit of each of these variants that was ever bought; the last purchase may be missing."""


class SuggestionWork(DocumentWork, Protocol):
    """What suggestions are drafted with."""

    @property
    def purchase_units(self) -> PurchaseUnitPort:
        """Units of purchase."""


def draft_suggested(command: DraftSuggested, work: SuggestionWork) -> list[PurchaseOrder]:
    """Plan it, once: the same request again answers with what it planned, in the order of the lines.

    Each is bought in the unit and at the price of the last time; what is no whole number of these costs what
    one cost last, else what the catalog says. Raises DuplicateId, OtherStore, Invalid, AmountTooLarge.
    """
    units = work.purchase_units.find({line.variant_id for line in command.lines})
    stock = work.stock.lock(
        _storages(command.lines),
        (line.variant_id for line in command.lines),
        unit_ids=(unit.unit_id for unit in units.values() if unit.unit_id),
        is_plan=True,
    )
    earlier = work.find_earlier(PurchaseOrder, PurchaseOrder.Drafted, command.id)
    number = work.series.next("PO")
    for field in _storages(command.lines):
        stock.check_store(field, work.caller.store_ids)
    if existing := earlier.read():
        return [work.load(PurchaseOrder, one) for one in existing.together]
    purchases = _purchases(command.lines, _Prices(command.lines, units, stock), stock, work)
    orders = _drafts(command.id, purchases, number.read(), stock)
    work.save(*orders)
    return orders


def _storages(lines: Iterable[SuggestedLine]) -> dict[str, UUID]:
    """Each storage by the field that names it first."""
    fields: dict[UUID, str] = {}
    for index, line in enumerate(lines):
        fields.setdefault(line.storage_id, f"lines.{index}.storage_id")
    return {field: storage_id for storage_id, field in fields.items()}


def _purchases(
    lines: tuple[SuggestedLine, ...], prices: "_Prices", stock: StockContext, work: DocumentWork
) -> list[_Purchase]:
    """What is to be bought from whom. Raises Invalid with all that is wrong."""
    goods = stock.goods()
    checked = quantities_of(lines, stock, [*_twice(lines), *_without_supplier(lines, goods)])
    purchases = [
        _Purchase(
            supplier_id=supplier_id,
            storage_id=line.storage_id,
            line=purchase_line(work.new_id(), *prices.planned(line, variant), variant),
        )
        for line, _ in checked
        if (supplier_id := (variant := goods[line.variant_id]).supplier_id)
    ]
    _check_suppliers(purchases, work)
    return purchases


class _Prices:
    """In which unit each variant was bought last, and what one cost last where it is bought for."""

    def __init__(
        self, lines: Iterable[SuggestedLine], units: Mapping[UUID, PurchaseUnit], stock: StockContext
    ) -> None:
        self._levels = {one: stock.levels(field) for field, one in _storages(lines).items()}
        self._units = units
        self._measures = stock.measures()

    def planned(self, line: SuggestedLine, goods: Goods) -> tuple[PlannedLine, BaseQuantity]:
        """The line as it is bought, as long as the unit of the last time measures what it did then."""
        level = self._levels[line.storage_id].get(line.variant_id, NOTHING)
        cost = Decimal(level.balance.last_unit_cost or goods.cost)
        planned = _planned(line, price(line.quantity, self._units.get(line.variant_id), cost))
        quantities, _ = base_quantities([planned], {goods.variant_id: goods}, self._measures)
        if quantities and quantities[0].quantity == line.quantity:
            return planned, quantities[0]
        return _planned(line, price(line.quantity, None, cost)), BaseQuantity.own(line.quantity)


def _planned(line: SuggestedLine, priced: PricedQuantity) -> PlannedLine:
    return PlannedLine(
        variant_id=line.variant_id,
        quantity=priced.quantity,
        unit_cost=priced.unit_cost,
        unit_id=priced.unit_id,
    )


def _drafts(
    first_id: UUID, purchases: Iterable[_Purchase], first_number: int, stock: StockContext
) -> list[PurchaseOrder]:
    """An order for each supplier and storage, in the order of the lines."""
    orders: dict[tuple[UUID, UUID], list[PurchaseLine]] = {}
    for one in purchases:
        orders.setdefault((one.supplier_id, one.storage_id), []).append(one.line)
    ids = tuple(uuid5(first_id, str(index)) if index else first_id for index in range(len(orders)))
    drafts = []
    for index, ((supplier_id, storage_id), lines) in enumerate(orders.items()):
        subtotal_of(lines)
        drafts.append(
            PurchaseOrder.begin(
                PurchaseOrder.Drafted,
                ids[index],
                number=number_of(first_number + index),
                series_number=first_number + index,
                supplier_id=supplier_id,
                storage_id=storage_id,
                lines=tuple(lines),
                currency=stock.purchasing().currency,
                together=ids,
            )
        )
    return drafts


def _check_suppliers(purchases: Iterable[_Purchase], work: DocumentWork) -> None:
    for supplier_id in {one.supplier_id for one in purchases}:
        supplier = work.load(Supplier, supplier_id)
        if supplier.is_archived:
            message = f"{supplier.values['name']} delivers no more."
            raise Invalid(details=[Detail("lines", "supplier_archived", message)])


def _without_supplier(lines: Iterable[SuggestedLine], goods: Mapping[UUID, Goods]) -> Iterator[Detail]:
    for index, line in enumerate(lines):
        if line.variant_id in goods and goods[line.variant_id].supplier_id is None:
            message = "The product has no supplier."
            yield Detail(f"lines.{index}.variant_id", "no_supplier", message)


def _twice(lines: Iterable[SuggestedLine]) -> Iterator[Detail]:
    named = set()
    for index, line in enumerate(lines):
        key = (line.storage_id, line.variant_id)
        if key in named:
            message = "Another line has this variant for this storage."
            yield Detail(f"lines.{index}.variant_id", "duplicate_line", message)
        named.add(key)
