"""One variable that an operator can set, as it is declared: what it means and how its text is read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Setting:
    """One variable: its name, what holds without it, what it means, and how its text is read.

    `parse` answers the value, or raises ValueError with the end of a sentence that begins with the name.
    """

    name: str
    default: Any
    meaning: str
    parse: Callable[[str], Any]
    default_text: str = ""
    is_secret: bool = False

    @property
    def field(self) -> str:
        """The attribute of Settings that holds it."""
        return self.name.removeprefix("MIPOS_").lower()
