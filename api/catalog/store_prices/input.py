"""What is asked of clients who price products and look at prices."""

from api.fields import Body, Flag, Id, Many, Money, Object
from api.queries import PageQuery

#: How many prices one request may set.
MOST_PRICES = 1000


class StorePriceBody(Body):
    """What a variant costs in a store."""

    variant_id = Id(
        required=True,
        meaning="Which variant, by the `id` that products, lookups and the till's list give it.",
    )
    store_id = Id(required=True, meaning="Where it is sold at that.")
    price = Money(
        required=True,
        allow_none=True,
        meaning="What it costs in that store; null: what it costs everywhere.",
        example=430,
    )


class StorePricesBody(Body):
    """Prices of single stores."""

    prices = Many(
        Object(StorePriceBody()),
        required=True,
        longest=MOST_PRICES,
        meaning="What single stores ask for its variants.",
    )


class PricesQuery(PageQuery):
    """What holds now, or all that ever held."""

    history = Flag(
        load_default=False,
        meaning="Whether every price and cost it ever had is meant, not what holds now.",
    )
