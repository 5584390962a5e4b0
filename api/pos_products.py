"""What a till offers."""

from typing import Any
from uuid import UUID

from falcon import Request, Response
from marshmallow import fields

from api.catalog.images.answers import image_url
from api.envelope import page_of
from api.fields import Body, Exact, Flag, Id, Money, Text
from api.operations import operation
from api.queries import ListQuery
from api.resource import Resource, stores_asked
from projections.pos_products import list_offered


class OfferImage(Body):
    """The picture that a till shows."""

    id = Id()
    url = fields.String()


class OfferAnswer(Body):
    """A variant on sale. `available` is what a sale in the store could take; none where it is not counted."""

    variant_id = Id()
    product_id = Id()
    sku = Text()
    name = Text()
    variant_name = Text()
    barcodes = fields.List(Text())
    options = fields.Dict()
    price = Money()
    category_id = Id(allow_none=True)
    brand_id = Id(allow_none=True)
    status = Text()
    track_stock = Flag()
    tax_rate_ids = fields.List(Id())
    available = Exact(most=10**15, allow_none=True)
    image = fields.Nested(OfferImage(), allow_none=True)


class OfferQuery(ListQuery):
    """A barcode is one exact look-up."""

    barcode = Text(shortest=1, longest=64)
    category_id = Id()
    store_id = Id()


class PosProducts(Resource):
    """The till's catalog."""

    @operation(
        "pos.use",
        "List what is on sale",
        description="By name; with `search` the best first, by the beginnings of words of products and "
        "variants, past small typos, at most what the best 500 of them have. A SKU comes first; a barcode "
        "finds the one variant that has it, alone. With `barcode`, `search` is not looked at. "
        "`tax_rate_ids` are those that the store charges, its own for what has none.",
        query=OfferQuery(),
        answer=OfferAnswer(),
        many=True,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of what the caller's store sells."""
        query = dict(req.context.query)
        store_ids = stores_asked(query.pop("store_id", None), req.context.caller)
        rows, total = self.ask(
            req, resp, lambda reading: list_offered(reading.db, store_ids=store_ids, **query)
        )
        for row in rows:
            row["image"] = _shown(row.pop("image_id"))
        resp.media = page_of(rows, total, query["page"], query["limit"])


def _shown(image_id: UUID | None) -> dict[str, Any] | None:
    return {"id": image_id, "url": image_url(image_id)} if image_id else None
