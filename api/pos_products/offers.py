"""The till's catalog."""

from falcon import Request, Response

from api.fields import Id, Text
from api.operations import operation
from api.pos_products.answers import OfferAnswer, show_offer
from api.queries import ListQuery
from api.resource import Resource, requested_stores
from projections.pos_products import list_offered


class OfferQuery(ListQuery):
    """A barcode is one exact look-up."""

    barcode = Text(shortest=1, longest=64, meaning="The barcode of one variant, as it is printed.")
    category_id = Id(meaning="The category; what is filed below it is found as well.")
    store_id = Id(meaning="Only what this store sells, at its prices; without it, what any of yours sells.")


class PosProducts(Resource):
    """The till's catalog."""

    @operation(
        "pos.use",
        "List what is on sale",
        description="By name; with `search` the best first, by words of products and variants as lookups do, "
        "past small typos, at most what the best 500 of them have. A SKU comes first; a barcode "
        "finds the one variant that has it, alone. With `barcode`, `search` is not looked at. "
        "`tax_rate_ids` are those that the store charges, its own for what has none.",
        query=OfferQuery(),
        answer=OfferAnswer,
        many=True,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page of what the caller's store sells."""
        query = dict(req.context.query)
        store_ids = requested_stores(query.pop("store_id", None), req.context.caller)
        rows, total = self.ask(
            req, resp, lambda reading: list_offered(reading.db, store_ids=store_ids, **query)
        )
        is_barcode = "barcode" in query
        self.answer_page(req, resp, [show_offer(row, is_barcode=is_barcode) for row in rows], total)
