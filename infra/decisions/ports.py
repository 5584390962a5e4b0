"""Ports of a unit of work, each made when a handler first asks for it."""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

W = TypeVar("W")
P = TypeVar("P")


class Port(Generic[W, P]):
    """What a unit of work makes of itself once.

    A unit has some thirty and a handler uses a handful. A cached property would do the same under a lock of
    its own, which costs more than the port.
    """

    def __init__(self, make: Callable[[W], P]) -> None:
        self._make = make
        self._name = ""

    def __set_name__(self, owner: type[W], name: str) -> None:
        """Take the name under which it is kept."""
        self._name = name

    @overload
    def __get__(self, work: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, work: W, owner: type[Any]) -> P: ...
    def __get__(self, work: W | None, owner: type[Any]) -> Self | P:
        """Make the port. Kept with the unit itself, it is found there from then on and this not called."""
        if work is None:
            return self
        port = vars(work)[self._name] = self._make(work)
        return port
