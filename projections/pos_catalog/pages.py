"""What changed for the tills of a store since a place of the log, with all that they show of it."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString
from uuid import UUID

from domain.catalog.products import SELLABLE
from projections.base import Database, Row
from projections.pos_catalog.feed import VARIANTS_PER_EVENT
from projections.pos_products import list_offers
from projections.settings import NOWHERE

# Two runs along the index, of what changed everywhere and of what changed in this store.
_CHANGED: LiteralString = """
    SELECT variant_id, place
      FROM ((SELECT variant_id, place FROM pos_catalog_feed
              WHERE company_id = %(company_id)s AND store_id = %(nowhere)s AND place > %(after)s
              ORDER BY place LIMIT %(limit)s)
             UNION ALL
            (SELECT variant_id, place FROM pos_catalog_feed
              WHERE company_id = %(company_id)s AND store_id = %(store_id)s AND place > %(after)s
              ORDER BY place LIMIT %(limit)s)) AS changed
     ORDER BY place
     LIMIT %(limit)s
"""

_RATES_AND_UNITS: LiteralString = """
    SELECT id, name, fields FROM settings
     WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[])
"""


def list_changes(db: Database, store_id: UUID, *, after: int, limit: int) -> tuple[list[Row], int, bool]:
    """So many of the variants that changed after a place, the last place, and whether there are more.

    Each is as it is now: `taxes` and `unit` beside what `list_offers` says, or `removed` if tills do not sell
    it any more. One that changed again meanwhile comes again at its later place.
    """
    params = {"company_id": db.company_id, "store_id": store_id, "nowhere": NOWHERE, "after": after}
    changed = db.ask(_CHANGED, {**params, "limit": limit + 1}).rows()
    has_more, changed = len(changed) > limit, changed[:limit]
    # What changed everywhere and in the store itself is shown once, where it changed last.
    places = {row["variant_id"]: row["place"] for row in changed}
    offers = _complete(list_offers(db, list(places), store_ids=[store_id]), db)
    rows = [
        {
            "variant_id": variant_id,
            "position": place // VARIANTS_PER_EVENT,
            "removed": variant_id not in offers,
            **offers.get(variant_id, {}),
        }
        for variant_id, place in sorted(places.items(), key=lambda pair: pair[1])
    ]
    return rows, changed[-1]["place"] if changed else after, has_more


def _complete(offers: Sequence[Row], db: Database) -> Mapping[UUID, Row]:
    """Those of the offers that are on sale, with their taxes and units."""
    on_sale = [row for row in offers if row["status"] in SELLABLE]
    ids = {rate for row in on_sale for rate in row["tax_rate_ids"]} | {row["unit_id"] for row in on_sale}
    named = _rates_and_units(ids - {None}, db)
    return {
        row["variant_id"]: {
            **row,
            "taxes": [{"tax_rate_id": rate, **named[rate]} for rate in row["tax_rate_ids"]],
            "unit": named.get(row["unit_id"]),
        }
        for row in on_sale
    }


def _rates_and_units(ids: set[UUID], db: Database) -> Mapping[UUID, Mapping[str, Any]]:
    rows = db.ask(_RATES_AND_UNITS, {"company_id": db.company_id, "ids": sorted(ids)}).rows() if ids else []
    return {row["id"]: {**row["fields"], "id": row["id"], "name": row["name"]} for row in rows}
