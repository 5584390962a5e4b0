"""What is too much to count at once: refused before it takes the memory of a process, and mostly its time."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, Self

from domain.errors import Detail, Invalid

#: How many pairs an answer may have, which takes 24 MB; a year of 155,848 orders has 349,908.
MOST_PAIRS = 2_000_000
#: How much baskets may have in all that are counted together: of that year 1.5 million, in half a second.
MOST_SLOTS = 4_000_000
#: How many pairs these may make: of that year 17 million, in 0.9 s; 2,000 baskets of 500 things make 250
#: million, which took eight times as long.
MOST_COUNTED = 60_000_000
#: How many sets an answer may have, which takes 20 MB.
MOST_SETS = 100_000
#: How much may be looked at for sets of three and more: some two seconds.
MOST_WORK = 60_000_000


class TooMuch(Invalid):
    """It would take too long."""

    code = "too_much"
    remedy = "Ask for fewer stores, a shorter period or a higher support."
    facts: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "estimate": "How much it would be.",
            "limit": "How much it may be.",
            "suggested_min_support_count": "In how many baskets at least something should be.",
            "suggested_min_support": "The same as a share of all baskets.",
        }
    )

    @classmethod
    def by(cls, *, estimate: int, limit: int, field: str, **suggested: Any) -> Self:
        """So much of what is limited; which parameter to change, and to what, if that is known."""
        refusal = cls(details=[Detail(field, cls.code, f"{estimate} is more than {limit}.")])
        refusal.beside.update(estimate=estimate, limit=limit, **suggested)
        return refusal


class TooManyBaskets(TooMuch):
    """So many baskets take too long to count at once; ask for fewer stores or a shorter period."""

    code = "too_many_baskets"
    remedy = "Ask for fewer stores or a shorter period."


class TooManyPairs(TooMuch):
    """So many pairs are no answer that anybody reads; ask for those that more baskets have."""

    code = "too_many_pairs"
    remedy = "Raise `min_support_count` or `min_support`, or ask for a shorter period."


class TooManyItemsets(TooMuch):
    """So many sets would take too long to find; ask for those that more baskets have."""

    code = "too_many_itemsets"
    remedy = "Raise `min_support`, or lower `max_length`."


class Occupied(Exception):
    """Another request is making what is asked for, or needs what it takes; come again shortly.

    `question` is the answer that is waited for, if it is one that another process keeps for all.
    """

    def __init__(self, question: bytes | None = None) -> None:
        super().__init__()
        self.question = question


def check_slots(slots: int) -> None:
    """Raise TooManyBaskets unless what is in the baskets can be counted at once."""
    if slots > MOST_SLOTS:
        raise TooManyBaskets.by(estimate=slots, limit=MOST_SLOTS, field="from")


def check_counted(pairs: int) -> None:
    """Raise TooManyBaskets unless all pairs in all baskets can be counted at once."""
    if pairs > MOST_COUNTED:
        raise TooManyBaskets.by(estimate=pairs, limit=MOST_COUNTED, field="from")


def suggested(count: int, baskets: int) -> dict[str, Any]:
    """The fewest baskets to ask for instead, as a number and, unless that is more than all, as a share."""
    number: dict[str, Any] = {"suggested_min_support_count": count}
    if count > baskets:
        return number
    parts = -(-count * 10**_PLACES // baskets)
    return {**number, "suggested_min_support": str(Decimal(parts).scaleb(-_PLACES))}


#: Places of a share that can be asked for.
_PLACES = 5
