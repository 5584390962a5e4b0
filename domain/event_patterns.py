"""By which words somebody chooses types of events: `orders.Order.Sold`, `orders.Order.*`, `orders.*`, `*`."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Self

from domain.errors import Detail, Invalid

EVERYTHING = "*"
#: How many patterns may be given at once.
MOST_PATTERNS = 100


class UnknownEventType(Invalid):
    """There are no events of such a type."""


class TooManyPatterns(Invalid):
    """There are too many patterns; one such as `orders.*` stands for many types."""


@dataclass(frozen=True)
class EventPatterns:
    """Chosen types: each by its name, or by how their names begin, up to and with a dot.

    A type that a newer version adds is chosen by its beginning as well, before this one knows it.
    """

    names: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, patterns: Iterable[str]) -> Self:
        """What these patterns choose, whether there is such a thing or not."""
        distinct = dict.fromkeys(patterns)
        names = tuple(one for one in distinct if not _is_beginning(one))
        return cls(names, tuple(one.removesuffix("*") for one in distinct if _is_beginning(one)))

    def check(self, known: Collection[str], field: str = "types") -> None:
        """See that each pattern chooses any of the `known` types.

        Raises UnknownEventType and TooManyPatterns, which name the field.
        """
        if len(self.names) + len(self.beginnings) > MOST_PATTERNS:
            raise TooManyPatterns(details=[Detail(field, "too_many", f"{MOST_PATTERNS} at most.")])
        unknown = [name for name in self.names if name not in known]
        unknown += [
            f"{beginning}*"
            for beginning in self.beginnings
            if not any(name.startswith(beginning) for name in known)
        ]
        if unknown:
            details = [Detail(field, "unknown_event_type", f"There is no {one}.") for one in unknown]
            raise UnknownEventType(details=details)

    def choose(self, name: str) -> bool:
        """Whether events of this type are chosen."""
        return name in self.names or name.startswith(self.beginnings)


def _is_beginning(pattern: str) -> bool:
    return pattern == EVERYTHING or pattern.endswith(".*")
