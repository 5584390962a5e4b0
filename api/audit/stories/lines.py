"""Lines of documents, by which later events name goods: how each is called, and how much of it is ordered."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Line:
    """A line of an order, a transfer or an order to a supplier."""

    name: str
    quantity: Decimal


def full_name(name: str, variant_name: str | None) -> str:
    """The product, and which variant of it where there are several."""
    return f"{name}, {variant_name}" if variant_name else name


def lines_of(*states: Mapping[str, Any]) -> dict[str, Line]:
    """The lines that aggregates had, by id; the later of two states says how much is ordered."""
    return {
        line["id"]: Line(full_name(line["name"], line.get("variant_name")), Decimal(line["quantity"]))
        for state in states
        for line in _lines_in(state)
    }


def _lines_in(state: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for holder in (state, state.get("terms") or {}):
        found = holder.get("lines") or ()
        yield from _named(found.values() if isinstance(found, Mapping) else found)


def _named(lines: Iterable[Any]) -> Iterator[Mapping[str, Any]]:
    return (line for line in lines if isinstance(line, Mapping) and {"id", "name", "quantity"} <= line.keys())
