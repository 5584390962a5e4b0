"""What may be told of an event to whoever follows the log: records without what is for nobody outside."""

import dataclasses
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any, get_args, get_type_hints
from uuid import UUID

from projections.cost_fields import is_cost
from projections.records import Record, generic, record

#: What the log writes as text. Passing the text on takes a third of the time of reading and writing it.
_WRITTEN_AS_TEXT = frozenset({UUID, Decimal, datetime, date, time})


@dataclass(frozen=True, kw_only=True)
class Telling:
    """What of an event is told, and how: without the fields at some paths, and perhaps without costs.

    A dot leads into a value or into each of a list (`payments.reference`). Ids, decimals and times are read
    as what they are, or passed on as they were written.
    """

    without: frozenset[str]
    with_costs: bool = True
    as_written: bool = False

    def within(self, name: str) -> "Telling":
        """The same of what is in a field of that name."""
        inner = (path.removeprefix(f"{name}.") for path in self.without if path.startswith(f"{name}."))
        return replace(self, without=frozenset(inner))


def public_record(event: Any, telling: Telling, name: str) -> Record:
    """The record of what is told of an event."""
    return record(name, event, _types(event, telling))


@cache
def _public(own: Any, telling: Telling) -> Any:
    """The type of a field of such a record."""
    if dataclasses.is_dataclass(own):
        return record(getattr(own, "__name__", "Record"), own, _types(own, telling))
    if telling.as_written and own in _WRITTEN_AS_TEXT:
        return str
    arguments = get_args(own)
    return generic(own, tuple(_public(one, telling) for one in arguments)) if arguments else own


def _types(own: Any, telling: Telling) -> dict[str, Any]:
    hints = get_type_hints(own)
    names = [field.name for field in dataclasses.fields(own)]
    return {
        name: _public(hints[name], telling.within(name))
        for name in names
        if name not in telling.without and (telling.with_costs or not is_cost(name, names))
    }
