"""Descriptions in HTML as plain text.

The library's own parser looks at the rest of the text anew for each tag that is not closed, which takes a
minute for some; what is read here is read once.
"""

import re
from collections.abc import Iterator
from html import unescape

#: What is longer is not looked at.
_LONGEST = 100_000
_BLOCKS = frozenset(
    (
        *("p", "div", "br", "hr", "tr", "table", "ul", "ol", "li", "dl", "dt", "dd"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "blockquote"),
    )
)
_UNSEEN = frozenset({"script", "style", "template", "head"})
_MARKUP = re.compile(r"<[a-zA-Z/!]|&[a-zA-Z#]")
#: A tag, or what is neither tag nor text; what does not end before the next begins is text.
_TAG = re.compile(r"<(?:(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?![a-zA-Z0-9])[^<>]*|[!?][^<>]*)>")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\n{3,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def plain_text(text: str) -> str:
    """The text that a reader of the page would see, line by line."""
    if not _MARKUP.search(text):
        return _CONTROL.sub("", text)
    lines = "".join(_pieces(_without_comments(text[:_LONGEST]))).replace("\xa0", " ").splitlines()
    written = "\n".join(_BLANKS.sub(" ", line).strip() for line in lines)
    return _CONTROL.sub("", _LINES.sub("\n\n", written)).strip()


def _without_comments(text: str) -> str:
    # Behind the last end of a comment none is looked for: it would be looked for again and again.
    end = text.rfind("-->") + len("-->")
    return _COMMENT.sub("", text[:end]) + text[end:] if end >= len("-->") else text


def _pieces(text: str) -> Iterator[str]:
    """What is seen, with the ends of lines that blocks make; where lines end in the source does not count."""
    at, unseen = 0, ""
    for tag in _TAG.finditer(text):
        if not unseen:
            yield re.sub(r"\s+", " ", unescape(text[at : tag.start()]))
        at, name = tag.end(), (tag["name"] or "").lower()
        if unseen:
            unseen = "" if tag["end"] and name == unseen else unseen
        elif name in _UNSEEN and not tag["end"]:
            unseen = name
        elif name in _BLOCKS:
            yield "\n- " if name == "li" and not tag["end"] else "" if name == "li" else "\n"
    if not unseen:
        yield re.sub(r"\s+", " ", unescape(text[at:]))
