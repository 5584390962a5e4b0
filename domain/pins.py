"""Pins: a few digits with which an approver approves at an enrolled device; nobody signs in with one."""

import re
from itertools import pairwise
from typing import Final

from domain.errors import Detail, Invalid

SHORTEST: Final = 4
LONGEST: Final = 8

_DIGITS: Final = re.compile(rf"[0-9]{{{SHORTEST},{LONGEST}}}\Z")
#: Neither runs nor repetitions, but among the first that anybody tries: pairs, and lines on the keys.
_TRIED_FIRST: Final = frozenset(
    {"1122", "2211", "1133", "2233", "112233", "2580", "0852", "147258", "159753", "1379"}
)
#: How far apart neighbours in a run are: 1234 and 7890, 4321 and 0987.
_STEPS: Final = (1, 9)


class WeakPin(Invalid):
    """Choose another pin."""


def check_pin(pin: str) -> None:
    """Raise WeakPin unless this may be a pin."""
    if message := _weakness(pin):
        raise WeakPin(details=[Detail("pin", "weak_pin", message)])


def _weakness(pin: str) -> str | None:
    """What is wrong with it, as a sentence that does not repeat it."""
    if not _DIGITS.match(pin):
        return f"{SHORTEST} to {LONGEST} digits."
    if _is_run(pin) or _is_repetition(pin) or pin in _TRIED_FIRST:
        return "Not one of the pins that are tried first."
    return None


def _is_run(pin: str) -> bool:
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return any(steps == {step} for step in _STEPS)


def _is_repetition(pin: str) -> bool:
    """Whether it is some digits again and again: 0000, 1212, 123123."""
    return pin in (pin + pin)[1:-1]
