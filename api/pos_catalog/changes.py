"""What changed for a till since it looked last."""

from uuid import UUID

from falcon import Request, Response

from api.fields import Body, Id, Whole
from api.operations import operation
from api.pos_catalog.answers import CatalogRemovalAnswer, CatalogVariantAnswer, show_change
from api.resource import Resource, requested_stores
from api.services import Reading
from commands.ports import Caller, Missing
from domain.registers import Register
from domain.settings import OtherStore
from projections.base import Row
from projections.pos_catalog.feed import PosCatalogFeed
from projections.pos_catalog.pages import list_changes
from projections.settings import ask_setting

#: How many variants one answer holds at most.
MOST = 1000


class CatalogQuery(Body):
    """Which register asks, and where it stopped."""

    register_id = Id(required=True, meaning="The register that is to sell them.")
    after = Whole(least=0, most=2**62, load_default=0, meaning="The `next_after` of the answer before.")
    limit = Whole(least=1, most=MOST, load_default=MOST, meaning="How many at most.", example=MOST)


class PosCatalog(Resource):
    """The catalog that tills keep."""

    @operation(
        "pos.use",
        "List what changed for a till",
        description="Every variant that ever was on sale, in the order in which they changed last: from the "
        "beginning without `after`, else what changed since. Pass `next_after` as `after` to go on, at once "
        "as long as `has_more`, else whenever the till is online; where there are no rows it is `after` "
        "again. Each is as it is now, so that one that changes meanwhile may come twice; what is not sold "
        "any more comes as `removed`. Names, prices, taxes, barcodes, pictures and units bring a variant "
        "here again; its stock does not, and is that of the answer. Nothing is older than `X-Read-Position`, "
        "which a till sends back as `catalog_position` with what it sold offline. A GTIN of 8, 12, 13 or 14 "
        "digits is the same with zeros in front: a till compares them in 14, and letters in any case.",
        query=CatalogQuery(),
        answer=CatalogVariantAnswer | CatalogRemovalAnswer,
        many=True,
        refusals=(Missing, OtherStore),
        projections=(PosCatalogFeed,),
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """What changed for the register since a place of the log."""
        query, caller = dict(req.context.query), req.context.caller
        register_id = query.pop("register_id")

        def question(reading: Reading) -> tuple[list[Row], int, bool]:
            store_id = _store_of(reading, caller, register_id)
            return list_changes(reading.db, store_id, **query)

        rows, next_after, has_more = self.ask(req, resp, question)
        self.answer_stretch(req, resp, [show_change(row) for row in rows], next_after, has_more=has_more)


def _store_of(reading: Reading, caller: Caller, register_id: UUID) -> UUID:
    """The store of a register. Raises Missing for one that is not there, and OtherStore."""
    register = ask_setting(reading.db, Register.kind, register_id).row()
    if register is None or register["is_archived"]:
        raise Missing
    requested_stores(register["parent_id"], caller)
    store_id: UUID = register["parent_id"]
    return store_id
