"""GET /api/admin/analytics/market-basket/itemsets/export: sets of things bought together, as a file."""

from collections.abc import Iterator, Mapping
from typing import Any

from falcon import Request, Response

from api.market_basket.answers import ItemsetAnswer
from api.market_basket.files import ABOUT_FILES, BASKETS, MEDIA, BasketFile, FileRows, figure, file_query
from api.market_basket.itemsets import FoundItemsets, find_page
from api.market_basket.look import PERMISSION, REFUSALS, SOURCES, Look
from api.market_basket.query import ItemsetsQuery
from api.operations import operation
from projections.base import Row
from projections.market_basket.limits import TooManyItemsets
from projections.reports.columns import Column, Key

#: What stands between the names of the things of a set, and between their ids.
_AND, _BESIDE = " + ", " "

_THINGS = Key(
    name="things",
    label="Things",
    unit="text",
    meaning="What is bought together, as it was called at its latest sale.",
)
_SKUS = Key(name="skus", label="SKUs", unit="text", meaning="Their stock-keeping units, in the same order.")
_IDS = Key(name="thing_ids", label="Ids", unit="text", meaning="Their ids, in the same order.")
_FIGURES = (
    Column(name="length", label="Length", unit="count", meaning="How many things they are."),
    BASKETS,
    figure(ItemsetAnswer, "count", "Count", "count"),
    figure(ItemsetAnswer, "support", "Support", "ratio"),
)


class ItemsetsFile(BasketFile):
    """The first sets."""

    @operation(
        PERMISSION,
        "Export sets that are bought together",
        description="A row for each set, those of most baskets first: its things by name, as "
        f"`Espresso beans + Filter paper`, and by id.\n\n{ABOUT_FILES}",
        query=file_query(ItemsetsQuery),
        media=MEDIA,
        lengthy=True,
        refusals=(*REFUSALS, TooManyItemsets),
        projections=SOURCES,
    )
    def on_get(self, req: Request, resp: Response) -> None:
        """The sets as a file. Raises TooManyItemsets."""
        self.send(req, resp, _find)


def _find(look: Look, query: Mapping[str, Any]) -> FileRows:
    sets = find_page(look, query)
    skus = (_SKUS,) if look.counting.scope.level == "variant" else ()
    return FileRows(
        section="itemsets",
        title="Sets that are bought together",
        columns=(_THINGS, *skus, _IDS, *_FIGURES),
        rows=_rows(sets),
        count=sets.count,
        names={},
    )


def _rows(sets: FoundItemsets) -> Iterator[Row]:
    for one in sets.rows():
        things = one["things"]
        yield {
            "things": _AND.join(map(_name_of, things)),
            "skus": _AND.join(thing["sku"] or "" for thing in things),
            "thing_ids": _BESIDE.join(str(thing["id"]) for thing in things),
            "length": len(things),
            "baskets": sets.baskets,
            "count": one["count"],
            "support": one["support"],
        }


def _name_of(thing: Row) -> str:
    name = thing["name"] or str(thing["id"])
    return f"{name} ({thing['variant_name']})" if thing["variant_name"] else name
