"""Layers of stock: when what lies in a storage was received, the first received being taken first."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple


class Layer(NamedTuple):
    """So much that was received on a day."""

    received_on: date
    quantity: int


def lying(layers: Iterable[Layer], on_hand: int, otherwise: date) -> list[Layer]:
    """What lies there of layers, the newest of which come first: the last received, so much as there is.

    The first received comes first. What no layer explains is as old as the oldest, or of the day `otherwise`.
    """
    left, there = on_hand, list[Layer]()
    for layer in layers:
        if left <= 0:
            break
        there.append(Layer(layer.received_on, min(layer.quantity, left)))
        left -= there[-1].quantity
    if left > 0:
        there.append(Layer(there[-1].received_on if there else otherwise, left))
    return there[::-1]


def part(layers: Sequence[Layer], start: int, quantity: int) -> list[Layer]:
    """So much of the layers, after as much as `start` of the first of them."""
    parts, begin = list[Layer](), 0
    for layer in layers:
        end = begin + layer.quantity
        covered = min(end, start + quantity) - max(begin, start)
        if covered > 0:
            parts.append(Layer(layer.received_on, covered))
        begin = end
    return parts
