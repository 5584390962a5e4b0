"""The lines of a purchase order as they are planned, in whichever unit the supplier delivers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from commands.ports import UnitOfWork
from commands.stock.lines import quantities_of
from commands.stock.ports import StockContext
from domain.errors import Detail, Invalid
from domain.stock.documents import InvalidTransition
from domain.stock.goods import BaseQuantity, Goods, in_base, twice
from domain.stock.purchase_lines import PurchaseLine


@dataclass(frozen=True, kw_only=True)
class PlannedLine:
    """What is to be bought of a variant, at `unit_cost` for one of the unit that it is delivered in."""

    variant_id: UUID
    quantity: Decimal
    unit_cost: int
    unit_id: UUID | None = None
    discount_percent: Decimal = Decimal(0)
    supplier_sku: str | None = None
    expected_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class EditedLine:
    """Another quantity of a variant; `values` are the fields of `PlannedLine` that change besides."""

    variant_id: UUID
    quantity: Decimal
    values: Mapping[str, Any]

    @property
    def unit_id(self) -> UUID | None:
        """The unit it is delivered in from now on, if that changes."""
        return self.values.get("unit_id")


def purchase_lines(
    planned: tuple[PlannedLine, ...],
    stock: StockContext,
    work: UnitOfWork,
    former: Iterable[PurchaseLine] = (),
) -> tuple[PurchaseLine, ...]:
    """The lines of a plan; those of a variant that a `former` line has keep its id.

    Raises Invalid with all that is wrong, a storage and a supplier that are not there included.
    """
    ids = {line.variant_id: line.id for line in former}
    goods = stock.goods()
    return tuple(
        purchase_line(ids.get(line.variant_id) or work.new_id(), line, base, goods[line.variant_id])
        for line, base in quantities_of(planned, stock, twice(planned))
    )


def purchase_line(line_id: UUID, line: PlannedLine, base: BaseQuantity, goods: Goods) -> PurchaseLine:
    """A line with what its quantity comes to, and what the catalog calls it now."""
    return PurchaseLine(
        **vars(line),
        id=line_id,
        sku=goods.sku,
        name=goods.name,
        variant_name=goods.variant_name,
        base_quantity=base.quantity,
        factor=base.written_factor,
    )


def with_todays_factors(lines: tuple[PurchaseLine, ...], stock: StockContext) -> tuple[PurchaseLine, ...]:
    """The lines with the factors that the units have now. Raises Invalid."""
    return tuple(
        replace(line, base_quantity=base.quantity, factor=base.written_factor)
        for line, base in quantities_of(lines, stock)
    )


def replanned(edits: tuple[EditedLine, ...], lines: Iterable[PurchaseLine]) -> tuple[PlannedLine, ...]:
    """A plan of these lines alone; what an edit leaves out stays as the variant's line has it.

    Raises Invalid.
    """
    former = {line.variant_id: line for line in lines}
    missing = [
        Detail(f"lines.{index}.unit_cost", "required", "What does one of them cost?")
        for index, edit in enumerate(edits)
        if edit.variant_id not in former and "unit_cost" not in edit.values
    ]
    if missing:
        raise Invalid(details=missing)
    return tuple(
        PlannedLine(
            **_terms(former.get(edit.variant_id)) | dict(edit.values),
            variant_id=edit.variant_id,
            quantity=edit.quantity,
        )
        for edit in edits
    )


def requantified(
    edits: tuple[EditedLine, ...], lines: tuple[PurchaseLine, ...], stock: StockContext
) -> tuple[PurchaseLine, ...]:
    """The lines of an order with other quantities, at the factors that it was ordered by.

    Raises Invalid, and InvalidTransition for what else would change.
    """
    numbers = {line.variant_id: number for number, line in enumerate(lines)}
    wrong = [
        Detail(f"lines.{index}.variant_id", "not_found", "The order has no such line.")
        for index, edit in enumerate(edits)
        if edit.variant_id not in numbers
    ]
    if wrong := [*wrong, *twice(edits)]:
        raise Invalid(details=wrong)
    after = list(lines)
    for index, edit in enumerate(edits):
        number = numbers[edit.variant_id]
        after[number] = _requantified(f"lines.{index}", edit, lines[number], stock)
    return tuple(after)


def _requantified(field: str, edit: EditedLine, line: PurchaseLine, stock: StockContext) -> PurchaseLine:
    terms = _terms(line)
    if any(terms[name] != value for name, value in edit.values.items()):
        message = "Of what was ordered only quantities change."
        raise InvalidTransition(message)
    goods = stock.goods().get(line.variant_id)
    precision = goods.precision if goods else _FINEST
    base = in_base(f"{field}.quantity", edit.quantity, line.exact_factor, precision)
    return replace(line, quantity=edit.quantity, base_quantity=base)


def _terms(line: PurchaseLine | None) -> dict[str, Any]:
    """The fields of a planned line that say neither what nor how much."""
    return {name: getattr(line, name) for name in _TERMS} if line else {}


_TERMS = ("unit_cost", "unit_id", "discount_percent", "supplier_sku", "expected_at")
#: How many decimal places the quantity of anything may have.
_FINEST = 5
