"""Suggestions in the API: what to order for which storage, and why."""

from typing import Annotated

from falcon import Request, Response

from api.answers import Answer, Cost, Count, Id, Meaning, Moment, Money, Quantity, Ratio
from api.fields import Flag, Whole
from api.fields import Id as IdField
from api.operations import operation
from api.queries import PageQuery
from api.resource import Resource, requested_stores
from api.services import Reading
from domain.stock.reorder_suggestions import Confidence
from projections.stock.daily import StockDaily
from projections.stock.storages import visible_storages
from projections.stock.suggestions import Suggestion, Terms, suggest_orders

#: Further back than this nobody asks what sold.
MOST_DAYS = 366


class SuggestionAnswer(Answer):
    """How much of a variant to order for a storage, and all that follows from; in the product's unit."""

    variant_id: Annotated[Id, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")]
    sku: Annotated[str, Meaning("The stock-keeping unit, unique in the company.", "BEANS-250")]
    name: Annotated[str, Meaning("What it is called.", "Espresso beans")]
    variant_name: Annotated[str, Meaning("What the variant is called.", "250 g")]
    storage_id: Annotated[Id, Meaning("Where it runs low, and should be delivered.")]
    storage_name: Annotated[str, Meaning("What the storage is called.", "Back room")]
    supplier_id: Annotated[Id | None, Meaning("The supplier of the product.")]
    sold: Annotated[Quantity, Meaning("How much was sold within `days`, less what came back.", "42")]
    days: Annotated[Count, Meaning("How many days are looked at.", 56)]
    days_in_stock: Annotated[Ratio, Meaning("For how many of them there was any.", "42.00")]
    rate: Annotated[Ratio, Meaning("How much is sold on a day with stock.", "1.00")]
    confidence: Annotated[
        Confidence, Meaning("`low` if there was stock on fewer than seven days, else `normal`.", "normal")
    ]
    lead_days: Annotated[
        Count, Meaning("How long the supplier takes, else the company's `default_lead_time_days`.", 7)
    ]
    cover_days: Annotated[Count, Meaning("For how long what is ordered should last.", 14)]
    safety: Annotated[Quantity, Meaning("What there should always be: the reorder level.", "2")]
    available: Annotated[Quantity, Meaning("What can be sold.", "3")]
    incoming_ordered: Annotated[Quantity, Meaning("What is on order.", "4")]
    incoming_transit: Annotated[Quantity, Meaning("What is on the way from other storages.", "0")]
    point: Annotated[
        Quantity, Meaning("At how much, or less, to order: `rate` times `lead_days`, and `safety`.", "9")
    ]
    needed: Annotated[Quantity, Meaning("How much to order, before whole packs and `max_level`.", "16")]
    pack_quantity: Annotated[Quantity, Meaning("How many one unit has in which it was bought last.", "12")]
    suggested: Annotated[Quantity, Meaning("How much to order, in whole packs.", "24")]
    unit_cost: Annotated[Money, Cost("What one cost last, else what the catalog says, rounded.", 90)]
    value: Annotated[
        Money, Cost("What the draft of it costs: by the pack, at the price of the last one.", 2160)
    ]
    last_ordered_at: Annotated[Moment | None, Meaning("When it was ordered last.")]


class SuggestionsQuery(PageQuery):
    """For which storages, of which supplier, and by which sales."""

    storage_id = IdField(meaning="Only in this storage; without it, in all that you may see.")
    store_id = IdField(meaning="Only of this store; without it, of all of yours.")
    supplier_id = IdField(meaning="The supplier of the product.")
    days = Whole(
        least=1, most=MOST_DAYS, load_default=56, meaning="How many days of sales to look at.", example=56
    )
    cover_days = Whole(
        least=0, most=MOST_DAYS, load_default=14, meaning="For how long an order should last.", example=14
    )
    include_all = Flag(load_default=False, meaning="Whether to show what there is enough of as well.")


class ReorderSuggestions(Resource):
    """What to order."""

    @operation(
        "inventory.view",
        "List reorder suggestions",
        description="What is suggested when `available` + `incoming_ordered` + `incoming_transit` is at or "
        "below `point`: what sells in `lead_days` + `cover_days` and `safety`, less what there is, but at "
        "least the reorder quantity, in whole packs. A `max_level` caps it, rounded down to whole packs, but "
        "not to fewer than bring it above the reorder level. What was ordered counts, so that nothing is "
        "suggested twice.",
        query=SuggestionsQuery(),
        answer=SuggestionAnswer,
        many=True,
        projections=(StockDaily,),
        lengthy=True,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """One page, by name, of the caller's stores and the warehouses."""
        query, caller = req.context.query, req.context.caller
        requested_stores(query.get("store_id"), caller)
        terms = Terms(now=self.services.now(), days=query["days"], cover_days=query["cover_days"])

        def question(reading: Reading) -> list[Suggestion]:
            asked = {name: query.get(name) for name in ("store_id", "storage_id")}
            return suggest_orders(
                reading.db,
                terms,
                storages=visible_storages(reading.db, caller.store_ids, **asked),
                supplier_id=query.get("supplier_id"),
                include_all=query["include_all"],
            )

        found = self.ask(req, resp, question)
        first = (query["page"] - 1) * query["limit"]
        page = found[first : first + query["limit"]]
        self.answer_page(req, resp, [_show(one, terms) for one in page], len(found))


def _show(suggestion: Suggestion, terms: Terms) -> SuggestionAnswer:
    sales, demand, level = suggestion.sales, suggestion.demand, suggestion.level
    return SuggestionAnswer.of(
        {
            **level,
            "sold": sales.sold,
            "days": terms.days,
            "days_in_stock": sales.days_in_stock,
            "rate": sales.rate,
            "confidence": sales.confidence,
            "cover_days": demand.cover_days,
            "point": demand.point,
            "needed": demand.needed,
            "pack_quantity": demand.pack_quantity,
            "suggested": demand.suggested,
            "unit_cost": suggestion.price.cost_of_one,
            "value": suggestion.price.total,
            "last_ordered_at": suggestion.ordered_at,
        }
    )
