"""What may be told of an event to whoever follows the log: records without what tells about persons."""

import dataclasses
from collections.abc import Iterable
from functools import cache
from typing import Any, get_args, get_type_hints

from projections.cost_fields import is_cost
from projections.records import Record, generic, record


def public_record(event: Any, private: Iterable[str], name: str, *, with_costs: bool) -> Record:
    """The record of an event without its fields at the `private` paths, and perhaps without its costs.

    A dot leads into a value or into each of a list (`payments.reference`).
    """
    types = _types(event, frozenset(private), with_costs=with_costs)
    return record(name, event, types)


@cache
def _public(own: Any, private: frozenset[str], *, with_costs: bool) -> Any:
    """The type of a field of such a record; `private` are the paths from there."""
    if dataclasses.is_dataclass(own):
        types = _types(own, private, with_costs=with_costs)
        return record(getattr(own, "__name__", "Record"), own, types)
    arguments = get_args(own)
    if not arguments:
        return own
    return generic(own, tuple(_public(one, private, with_costs=with_costs) for one in arguments))


def _types(own: Any, private: frozenset[str], *, with_costs: bool) -> dict[str, Any]:
    hints = get_type_hints(own)
    return {
        name: _public(hint, _within(private, name), with_costs=with_costs)
        for name, hint in hints.items()
        if name not in private and (with_costs or not is_cost(name, hints))
    }


def _within(private: frozenset[str], name: str) -> frozenset[str]:
    """The paths that lead on from a field of that name."""
    return frozenset(path.removeprefix(f"{name}.") for path in private if path.startswith(f"{name}."))
