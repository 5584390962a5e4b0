"""What a sentence is about: one event, what was before and after it, and how its reader writes figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from decimal import Decimal
from typing import Any
from uuid import UUID

from api.audit.stories.lines import Line
from api.audit.stories.names import Names
from api.slips.languages import Language
from projections.cost_fields import is_cost

State = Mapping[str, Any]

#: What something is called by, the first of these that its state has.
_CALLED = ("name", "username", "number", "terms.number", "code", "url")


def short_name(username: str) -> str:
    """What a user is called in a sentence: the name without the company's part."""
    return username.partition("@")[0]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One event as it is told. `was` and `now` are its aggregate just before and after, empty if unknown."""

    language: Language
    currency: str
    zone: tzinfo
    who: str
    event: Any
    stream_id: UUID
    names: Names
    was: State = field(default_factory=dict)
    now: State = field(default_factory=dict)
    lines: Mapping[str, Line] = field(default_factory=dict)
    sees_costs: bool = False

    def value_of(self, path: str) -> Any:
        """What a path leads to, None if there is nothing, or nothing that the reader may see.

        `who` is the author, `self` what it happened to, `event` all that it says; `was.` and `now.` lead into
        the states, any other path into what the event says.
        """
        first, _, rest = path.partition(".")
        match first:
            case "who" | "event":
                return getattr(self, first)
            case "self":
                return self._called()
            case "was" | "now":
                return self._permitted(rest, _within(getattr(self, first), rest))
        return self._permitted(path, _within(self.event, path))

    def ordered(self, line_id: UUID) -> Decimal | None:
        """How much of a line is ordered."""
        line = self.lines.get(str(line_id))
        return line.quantity if line else None

    def _permitted(self, path: str, value: Any) -> Any:
        hidden = not self.sees_costs and is_cost(path.rpartition(".")[2], ())
        return None if hidden else value

    def _called(self) -> Any:
        for state in (self.now, self.was):
            for path in _CALLED:
                if name := _within(state, path):
                    return short_name(name) if path == "username" else name
        return self.stream_id


def _within(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
        if value is None:
            break
    return value
