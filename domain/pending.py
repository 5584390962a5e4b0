"""What is asked and not answered yet."""

from collections.abc import Callable
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


class Pending(Generic[T_co]):
    """An answer that comes with the next round trip: reading one sends all questions there are so far.

    So a decision asks everything it can before it reads anything.
    """

    __slots__ = ("_answer",)

    def __init__(self, answer: Callable[[], T_co]) -> None:
        self._answer = answer

    def read(self) -> T_co:
        """The answer, waiting for it if need be; it may raise a refusal."""
        return self._answer()
