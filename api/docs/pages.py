"""One page of the reference: what stands on it, and how it is written for people and in Markdown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

#: The groups of the contents, in their order.
GUIDE, OPERATIONS, CHANGES = "Guide", "Operations", "Changes"
#: The page at `/docs` itself.
START = "index"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Something that has an anchor on a page: an operation, a section of a text, an object, a code."""

    kind: str
    anchor: str
    title: str
    #: What else it is found by.
    words: str = ""
    #: Of an operation.
    method: str = ""
    path: str = ""


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page before it is written."""

    #: Its name in the address.
    name: str
    title: str
    group: str
    #: One sentence, for those who see only the list of pages.
    summary: str
    #: Of a topic, the name of the page of its area.
    area: str = ""
    entries: Sequence[Entry]
    #: Its content as HTML and as Markdown. Links in both are anchors alone, on whatever page those are.
    html: Callable[[], str]
    markdown: Callable[[], str]


def first_sentence(text: str) -> str:
    """The first sentence of a text, without what would break a line."""
    words = " ".join(text.split("\n\n", 1)[0].split())
    sentence, stop, _ = words.partition(". ")
    return sentence + stop.strip()
