"""What the catalog is filtered by."""

from typing import Any

from falcon import Request
from marshmallow import ValidationError, validates_schema

from api.fields import MAX_AMOUNT, Body, Choice, Flag, Id, Whole
from api.resource import requested_stores
from domain.catalog.products import STATUSES


class ProductFilters(Body):
    """What the catalog can be filtered by. Prices and stock are those of the store, if one is named."""

    status = Choice(*STATUSES, meaning="Where it stands in its life.")
    brand_id = Id(meaning="Only of this brand.")
    category_id = Id(meaning="Products of this category and of all below it.")
    supplier_id = Id(meaning="Only from this supplier.")
    store_id = Id(meaning="What this store carries: has or had in stock, or has its own price for.")
    min_price = Whole(least=0, most=MAX_AMOUNT, meaning="A variant costs at least this.")
    max_price = Whole(least=0, most=MAX_AMOUNT, meaning="A variant costs at most this.")
    in_stock = Flag(meaning="Whether there is stock of it, or none; uncounted is in stock.")

    @validates_schema
    def _check_range(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("min_price", 0) > data.get("max_price", data.get("min_price", 0)):
            raise ValidationError("Must not be above max_price.", "min_price")


def filters_of(req: Request) -> dict[str, Any]:
    """The filters and the page that a query names.

    Raises OtherStore for a store the caller does not work in.
    """
    query = dict(req.context.query)
    requested_stores(query.get("store_id"), req.context.caller)
    return query
