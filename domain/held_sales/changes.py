"""What has changed since a sale was parked: prices, names, taxes, what is for sale and in stock."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from domain.held_sales.lines import HeldLine
from domain.pricing import TaxRate
from domain.sale_context import VariantAtSale

#: What a field can say: a price, a name or status, a quantity, an id, taxes, or nothing.
Value = int | str | Decimal | UUID | tuple[TaxRate, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A field of a line, by its place from 0, or (None) of the whole, that is not what it was."""

    line: int | None
    field: str
    before: Value
    now: Value


def changes_of(
    lines: Sequence[HeldLine],
    variants: Mapping[UUID, VariantAtSale],
    available: Mapping[UUID, Decimal],
) -> list[Change]:
    """What is another now of these lines; `available` is what there is of variants whose stock counts.

    Of a variant that is gone only its status has changed, to none.
    """
    demanded: dict[UUID, Decimal] = {}
    for line in lines:
        demanded[line.variant_id] = demanded.get(line.variant_id, Decimal(0)) + line.quantity
    changes = []
    for index, line in enumerate(lines):
        pairs = dict(_catalog_changes(line, variants.get(line.variant_id)))
        there = available.get(line.variant_id)
        if there is not None and there < demanded[line.variant_id]:
            pairs["available"] = (demanded[line.variant_id], max(there, Decimal(0)))
        changes += [
            Change(line=index, field=field, before=before, now=now) for field, (before, now) in pairs.items()
        ]
    return changes


def _catalog_changes(
    line: HeldLine, variant: VariantAtSale | None
) -> Iterator[tuple[str, tuple[Value, Value]]]:
    if variant is None:
        yield "status", (line.status, None)
        return
    taxes = tuple(
        TaxRate(
            id=tax.tax_rate_id,
            name=tax.name,
            rate=tax.rate,
            inclusive=tax.inclusive,
            jurisdiction=tax.jurisdiction,
        )
        for tax in line.taxes
    )
    pairs: dict[str, tuple[Value, Value]] = {
        "status": (line.status, variant.status),
        "name": (line.name, variant.name),
        "variant_name": (line.variant_name, variant.variant_name),
        "unit_price": (
            line.unit_price,
            variant.price if line.price_override is None else line.price_override,
        ),
        "taxes": (taxes, variant.tax_rates),
    }
    yield from ((field, pair) for field, pair in pairs.items() if pair[0] != pair[1])
