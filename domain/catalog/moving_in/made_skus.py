"""SKUs for articles that came without one: the same for the same article, whenever its file comes again."""

import hashlib
import re
from collections.abc import Iterable

from domain.catalog.cells import LONGEST_SKU

#: How many letters tell two articles apart whose names do not.
_TAIL = 6


def made_sku(system: str, identity: str, words: Iterable[str]) -> str:
    """A SKU of words that people know the article by, and a tail of what it is known by over there."""
    tail = hashlib.sha256(f"{system}\0{identity}".encode(errors="surrogateescape")).hexdigest()[:_TAIL]
    head = "-".join(part for word in words for part in re.findall(r"\w+", word.casefold()))
    head = "".join(letter for letter in head if letter.isprintable())[: LONGEST_SKU - _TAIL - 1].strip("-")
    return f"{head}-{tail}" if head else tail
