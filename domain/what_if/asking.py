"""Changes as a request has them: which ids they name, and what they say once categories are spread."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from domain.errors import Detail, Invalid
from domain.pricing import Discount
from domain.what_if.categories import below, spread
from domain.what_if.changes import Changes, Promotion

#: Changes as JSON has them.
RawChanges = Mapping[str, Any]


class NamedId(NamedTuple):
    """An id in a request: where it stands, and of what kind it is."""

    field: str
    kind: str
    id: UUID


def named_in(raw: RawChanges) -> Iterator[NamedId]:
    """Every id that the changes name."""
    for at, one in enumerate(raw["tax_rates"]):
        yield NamedId(f"changes.tax_rates.{at}.id", "tax-rates", UUID(one["id"]))
    for name in ("prices", "promotions"):
        for at, one in enumerate(raw[name]):
            for field, kind in (("variant_id", "variants"), ("category_id", "categories")):
                if one.get(field):
                    yield NamedId(f"changes.{name}.{at}.{field}", kind, UUID(one[field]))


def check_named_once(raw: RawChanges) -> None:
    """Raise Invalid for a tax, or the price of a variant or a category, that is to be changed twice.

    Several promotions may take the same.
    """
    seen, details = set(), []
    for one in named_in(raw):
        if ".promotions." in one.field:
            continue
        if one.id in seen:
            details.append(Detail(one.field, "duplicate", "It is changed twice."))
        seen.add(one.id)
    if details:
        raise Invalid(details=details)


def changes_of(raw: RawChanges, parents: Mapping[UUID, UUID | None]) -> Changes:
    """What they say; `parents` are the categories, by each the one above it."""
    prices = {UUID(one["variant_id"]): one["price"] for one in raw["prices"] if one.get("variant_id")}
    percents = {
        UUID(one["category_id"]): Decimal(one["percent"]) for one in raw["prices"] if one.get("category_id")
    }
    return Changes(
        tax_rates={UUID(one["id"]): Decimal(one["rate"]) for one in raw["tax_rates"]},
        prices=prices,
        percents=spread(percents, parents),
        rounding_level=raw["rounding_level"],
        rounding_mode=raw["rounding_mode"],
        cash_rounding=raw["cash_rounding"],
        promotions=tuple(_promotion(one, parents) for one in raw["promotions"]),
    )


def _promotion(raw: RawChanges, parents: Mapping[UUID, UUID | None]) -> Promotion:
    variant_id, category_id = raw["variant_id"], raw["category_id"]
    return Promotion(
        discount=Discount(type=raw["type"], value=Decimal(raw["value"])),
        variant_id=UUID(variant_id) if variant_id else None,
        category_ids=below(UUID(category_id), parents) if category_id else frozenset(),
        min_quantity=Decimal(raw["min_quantity"] or 0),
        min_subtotal=raw["min_subtotal"] or 0,
    )
