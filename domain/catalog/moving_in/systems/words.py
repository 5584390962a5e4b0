"""What the readers of several systems have in common."""

import re
from collections.abc import Iterable

from domain.catalog.moving_in.goods import Path

_YES = frozenset({"y", "yes", "true", "1", "x", "on", "active", "enabled"})
#: A number with decimals that are none, or in powers of ten.
_AS_NUMBER = re.compile(r"\s*(?:(?P<whole>[0-9]{6,14})[.,]0{1,3}|[0-9][.,]?[0-9]*[eE]\+?[0-9]{1,2})\s*\Z")
_TAX = re.compile(r"^\"*(?P<name>.*?)\"*\s*(?:\((?P<rate>[^()]*)\))?$")


def is_yes(text: str) -> bool:
    """Whether it says yes, in any of the ways systems do."""
    return text.casefold() in _YES


def is_no(text: str) -> bool:
    """Whether it says anything but yes; nothing at all does not."""
    return bool(text) and not is_yes(text)


def path(text: str, mark: str) -> Path:
    """The names of a category's path, where a mark stands between them."""
    return tuple(name for part in text.split(mark) if (name := part.strip()))


def listed(text: str) -> list[str]:
    r"""The parts of a list with commas between them, of which `\,` is none."""
    return [part.replace("\\,", ",").strip() for part in re.split(r"(?<!\\),", text) if part.strip()]


def barcodes(*texts: str) -> tuple[str, ...]:
    """The barcodes, without the sign that keeps spreadsheets from taking them for numbers."""
    codes = (part.strip().lstrip("'`") for text in texts for part in _divided(text))
    return tuple(dict.fromkeys(code for code in codes if code))


def _divided(text: str) -> list[str]:
    """The parts of a cell; in one that a spreadsheet has made a number of, a comma is before decimals."""
    if match := _AS_NUMBER.match(text):
        return [match["whole"] or text]
    return re.split(r"[,;|]", text)


def taxes(labels: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """What each tax may be called: as it is written, and without its rate."""
    found = []
    for label in labels:
        match = _TAX.match(label.strip())
        names = [label.strip(), *((match["name"].strip(),) if match else ())]
        found.append(tuple(dict.fromkeys(name for name in names if name)))
    return tuple(found)
