"""What an event changed, field by field: each with the way to it, such as `lines.<id>.quantity`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

#: By what things in lists are known, the first of these that all of them have.
_KEYS = ("id", "line_id", "variant_id", "method", "tax_rate_id")
_NOTHING: tuple[Any, ...] = (None, "", [], (), {})


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """The fields that differ between two states, with what they were and what they are; None for nothing."""
    was, now = dict(_figures(before)), dict(_figures(after))
    return [
        (name, was.get(name), now.get(name))
        for name in dict.fromkeys((*was, *now))
        if was.get(name) != now.get(name)
    ]


def _figures(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The single values in a state; a list of these is one of them."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _figures(_unnamed(inner, str(name)), f"{path}.{name}" if path else str(name))
    elif isinstance(value, (list, tuple)) and any(isinstance(one, Mapping) for one in value):
        yield from _figures(_by_key(value), path)
    elif value not in _NOTHING:
        yield path, value


def _unnamed(value: Any, name: str) -> Any:
    """A thing without the field that says once more what the way to it says."""
    if not isinstance(value, Mapping):
        return value
    return {field: inner for field, inner in value.items() if field not in _KEYS or str(inner) != name}


def _by_key(things: Sequence[Any]) -> dict[str, Any]:
    """Things of a list by what tells them apart, or by their places, from 1."""
    for key in _KEYS:
        named = {str(one[key]): one for one in things if isinstance(one, Mapping) and key in one}
        if len(named) == len(things):
            return named
    return {str(place): one for place, one in enumerate(things, 1)}
