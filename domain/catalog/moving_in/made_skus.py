"""Names for what came without a fitting one: the same for the same thing, whenever its file comes again."""

import hashlib
import re
from collections.abc import Iterable

from domain.catalog.cells import LONGEST_SKU

#: How many letters tell two articles apart whose names do not.
_TAIL = 6
_LONGEST_KEY = 200


def made_sku(system: str, identity: str, words: Iterable[str]) -> str:
    """A SKU of words that people know the article by, and a tail of what it is known by over there."""
    tail = _digest(system, identity)[:_TAIL]
    head = "-".join(part for word in words for part in re.findall(r"\w+", word.casefold()))
    head = "".join(letter for letter in head if letter.isprintable())[: LONGEST_SKU - _TAIL - 1].strip("-")
    return f"{head}-{tail}" if head else tail


def group_key(system: str, product: str) -> str:
    """What the rows of a product have in common in our own sheet; what a cell cannot hold is digested."""
    key = f"{system}: {product}"
    return key if key.isprintable() and len(key) <= _LONGEST_KEY else f"{system}: {_digest(system, product)}"


def _digest(system: str, identity: str) -> str:
    return hashlib.sha256(f"{system}\0{identity}".encode(errors="surrogatepass")).hexdigest()
