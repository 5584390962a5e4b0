"""Descriptions in HTML as plain text."""

import re
from html.parser import HTMLParser

#: What is longer is not looked at.
_LONGEST = 100_000
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "br",
        "tr",
        "table",
        "ul",
        "ol",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "article",
        "blockquote",
        "hr",
        "dl",
        "dt",
        "dd",
    ]
)
_UNSEEN = frozenset({"script", "style", "template", "head"})
_MARKUP = re.compile(r"<[a-zA-Z/!]|&[a-zA-Z#]")
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\n{3,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def plain_text(text: str) -> str:
    """The text that a reader of the page would see, line by line."""
    if not _MARKUP.search(text):
        return _CONTROL.sub("", text)
    reader = _Reader()
    reader.feed(text[:_LONGEST])
    reader.close()
    lines = "".join(reader.pieces).replace("\xa0", " ").splitlines()
    written = "\n".join(_BLANKS.sub(" ", line).strip() for line in lines)
    return _CONTROL.sub("", _LINES.sub("\n\n", written)).strip()


class _Reader(HTMLParser):
    """Collects what is seen."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, or something that is not seen."""
        del attrs
        self._unseen += tag in _UNSEEN
        if tag in _BLOCKS:
            self.pieces.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        """End it."""
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        if tag in _BLOCKS and tag != "li":
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep what is seen; where lines end in the source does not count."""
        if not self._unseen:
            self.pieces.append(re.sub(r"\s+", " ", data))
