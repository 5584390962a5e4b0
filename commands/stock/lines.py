"""The lines of a document about stock: what their quantities come to, or all that is wrong with them."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from commands.stock.ports import StockContext
from domain.errors import Detail, Invalid
from domain.stock.goods import BaseQuantity, EnteredLine, base_quantities

L = TypeVar("L", bound=EnteredLine)


def quantities_of(
    lines: Sequence[L], stock: StockContext, wrong: Iterable[Detail] = ()
) -> list[tuple[L, BaseQuantity]]:
    """Each line with its quantity in the unit of its product.

    Raises Invalid with all that is wrong: `wrong`, storages and suppliers that are not there, and the lines.
    """
    quantities, details = base_quantities(lines, stock.goods(), stock.measures())
    if all_wrong := [*stock.missing(), *wrong, *details]:
        raise Invalid(details=all_wrong)
    return list(zip(lines, quantities, strict=True))
