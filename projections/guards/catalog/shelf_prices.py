"""What variants cost in a store, and how it taxed them, at an earlier place of the log.

It is read from the log itself, which every decision sees whole: the history of prices may lag behind it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, LiteralString
from uuid import UUID

from domain.aggregate import Aggregate
from domain.catalog.products import Product
from domain.catalog.shelf_prices import ShelfPrice, shelf_price, tax_rate_ids
from domain.pending import Pending
from domain.pricing import TaxRate
from domain.stores import Store
from domain.tax_rates import TaxRate as TaxRateSetting
from projections.base import KNOWN_AT, Answer, Database
from projections.log import EVENT

#: Makes an aggregate of its events.
Rebuild = Callable[[Iterable[Mapping[str, Any]]], Aggregate | None]

# The last version that was known, and all before it: a clock that was set back must leave none of them out.
_KNOWN: LiteralString = f"""
     CROSS JOIN LATERAL (
            SELECT max(stream_version) AS version FROM events
             WHERE company_id = %(company_id)s AND stream_id = stream.id
               AND (%(position)s::bigint IS NULL OR position <= %(position)s::bigint)
               AND (%(moment)s::timestamptz IS NULL OR {KNOWN_AT} <= %(moment)s::timestamptz)
           ) AS latest
      JOIN events AS e ON e.company_id = %(company_id)s AND e.stream_id = stream.id
                      AND e.stream_version <= latest.version
     ORDER BY e.stream_id, e.stream_version
"""

_GOODS: LiteralString = f"""
    SELECT {EVENT}
      FROM (SELECT %(store_id)s::uuid AS id
             UNION
            SELECT v.product_id
              FROM unnest(%(variants)b::uuid[]) AS requested(id)
             CROSS JOIN LATERAL (
                    SELECT product_id FROM variants
                     WHERE company_id = %(company_id)s AND id = requested.id
                     LIMIT 1
                   ) AS v) AS stream
    {_KNOWN}
"""

_RATES: LiteralString = f"""
    SELECT {EVENT}
      FROM unnest(%(rates)b::uuid[]) AS stream(id)
    {_KNOWN}
"""


class ShelfPriceGuard:
    """What commands ask of prices and taxes of the past."""

    def __init__(self, db: Database, rebuild: Rebuild) -> None:
        self._db = db
        self._rebuild = rebuild

    def known_at(
        self,
        store_id: UUID,
        variant_ids: Collection[UUID],
        *,
        position: int | None = None,
        moment: datetime | None = None,
    ) -> Pending[Mapping[UUID, ShelfPrice]]:
        """Ask what these variants cost in a store at a position of the log, or at a moment."""
        place = {"company_id": self._db.company_id, "position": position, "moment": moment}
        variants = sorted(set(variant_ids))
        goods = self._db.ask(_GOODS, {**place, "store_id": store_id, "variants": variants})
        return Pending(lambda: self._prices(self._aggregates(goods), variants, place))

    def _prices(
        self, goods: Collection[Aggregate], variants: Iterable[UUID], place: Mapping[str, Any]
    ) -> dict[UUID, ShelfPrice]:
        store = next((one for one in goods if isinstance(one, Store)), None)
        if store is None:
            return {}
        by_variant = {
            variant_id: product
            for product in goods
            if isinstance(product, Product)
            for variant_id in product.variants
        }
        offered = {one: by_variant[one] for one in variants if one in by_variant}
        ids = {rate for product in offered.values() for rate in tax_rate_ids(product, store)}
        rates = self._rates(sorted(ids), place)
        return {one: shelf_price(product, one, store, rates) for one, product in offered.items()}

    def _rates(self, ids: list[UUID], place: Mapping[str, Any]) -> dict[UUID, TaxRate]:
        found = self._aggregates(self._db.ask(_RATES, {**place, "rates": ids})) if ids else []
        return {one.id: TaxRate(id=one.id, **one.values) for one in found if isinstance(one, TaxRateSetting)}

    def _aggregates(self, events: Answer) -> list[Aggregate]:
        streams = groupby(events.rows(), key=itemgetter("stream_id"))
        rebuilt = (self._rebuild(stream) for _, stream in streams)
        return [one for one in rebuilt if one is not None]
