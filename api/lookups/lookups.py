"""Lookups: short lists for choosing from, and completing what is being typed."""

from collections.abc import Mapping
from types import MappingProxyType

from falcon import Request, Response

from api.fields import Body, Flag, Id, Text, Whole
from api.lookups.answers import LookupAnswer, show_choice
from api.operations import SIGNED_IN, operation
from api.resource import Resource
from api.services import Reading
from commands.ports import Missing
from projections.base import Row
from projections.lookups.names import LOOKUPS
from projections.lookups.selection import Selection

#: Who holds any of these manages people, or compares what they sell.
_SEES_PEOPLE = frozenset({"users.view", "reports.sales.view"})

#: What each lookup says of a row besides its id and label.
_SHOWN: Mapping[str, str] = MappingProxyType(
    {
        "stores": "`code`",
        "storages": "`store_id`, `code`",
        "products": "`status`, `brand_id`, `category_id`",
        "variants": "`product_id`, `sku`, `barcode`, `price`, `status`",
        "customers": "`phone_ending`, and `phone` for who holds `customers.view`",
        "suppliers": "`code`",
        "categories": "`parent_id`",
        "units": "`symbol`",
        "variant-types": "`values`",
        "users": "`role`",
        "payment-methods": "`code`, `kind`; those that every till takes have their code as id",
        "tax-rates": "`rate`, `inclusive`",
        "currencies": "`exponent`",
    }
)

_NAMES = " · ".join(f"`{name}`" + (f" ({_SHOWN[name]})" if name in _SHOWN else "") for name in LOOKUPS)
_GUIDE = f"""\
The names, with what they show besides `id` and `label`: {_NAMES}.

`search` finds what has, for each of its words, a word that begins like it, in any order; letter case,
accents, width and punctuation do not count, `oeuf` finds `Œuf`, `lodz` `Łódź`, and `ail` `L'ail`. Where a
script puts no blanks between words, it is found inside them as well: `緑茶` in `有機緑茶`.

First comes what has that very code (a SKU in any letter case, a GTIN in 12, 13 or 14 digits), then what
begins with the text, then what has its words, what has them inside others, and what writes them as one word
or as several (`cocacola`, `7 up`, `500ml`). If nothing is found so, a word of four letters or more may be
misspelt by one letter, of eight or more by two. Without `search`, the first in the order of their names are
answered.

`active=true` answers what is in use (of products, what is active), `active=false` only what is not: archived,
inactive, and products that are drafts, coming soon or discontinued.

`store_id` narrows stores to that one, storages to its own, and users to those who work in it or in all
stores; other lookups do not heed it. Users who are bound to stores find only these, only their storages and
warehouses, and of their colleagues only those who work in one of them or in all. Labels of users are the
names they sign in with: whoever holds neither `users.view` nor `reports.sales.view`, as cashiers do not,
finds only themselves. `companies` has one's own; for the platform, all."""


class LookupQuery(Body):
    """What is looked for."""

    search = Text(longest=100, meaning="Words to look for.")
    limit = Whole(least=1, most=100, load_default=20, meaning="How many at most.", example=20)
    store_id = Id(meaning="Only stores, storages and users of this store.")
    active = Flag(
        load_default=True,
        meaning="Whether what is in use is looked for, or only what is not.",
        example=True,
    )


class Lookups(Resource):
    """What there is to choose from."""

    @operation(
        SIGNED_IN,
        "Look up",
        description=_GUIDE,
        choices={"name": tuple(LOOKUPS)},
        query=LookupQuery(),
        answer=LookupAnswer,
        many=True,
    )
    def on_get(self, req: Request, resp: Response, name: str) -> None:
        """Things of one's own company to choose from, the best first."""
        caller = req.context.caller
        alone = None if _SEES_PEOPLE & caller.permissions else caller.user_id
        selection = Selection(**req.context.query, store_ids=caller.store_ids, alone=alone)
        rows = self.ask(req, resp, lambda reading: _look_up(name, reading, selection))
        self.answer(req, resp, [show_choice(row) for row in rows])


def _look_up(name: str, reading: Reading, selection: Selection) -> list[Row]:
    if name not in LOOKUPS:
        raise Missing
    return LOOKUPS[name](reading.db, selection)
