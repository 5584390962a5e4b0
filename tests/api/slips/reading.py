"""Reads the lines of text back out of slips, whatever they are written as."""

import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from pypdf import PdfReader

#: The code pages that printers know by these numbers.
_PAGES = {18: "cp852", 19: "cp858", 17: "cp866", 14: "cp737", 13: "cp857"}
#: Commands that do not print, by how they begin, and how many bytes each has.
_COMMANDS = {b"\x1b@": 2, b"\x1b!": 3, b"\x1bE": 3, b"\x1ba": 3, b"\x1bd": 3, b"\x1dV": 3, b"\x1bp": 5}


def lines_of_escpos(data: bytes) -> list[str]:
    """What a printer prints. A command that it would not know is an error."""
    text, place, page = "", 0, "cp437"
    while place < len(data):
        start = data[place : place + 2]
        if start == b"\x1bt":
            page = _PAGES[data[place + 2]]
            place += 3
        elif start == b"\x1d(":
            place += 5 + int.from_bytes(data[place + 3 : place + 5], "little")
        elif start[0] in (0x1B, 0x1D):
            place += _COMMANDS[start]
        else:
            text += bytes(data[place : place + 1]).decode(page)
            place += 1
    return text.split("\n")


def lines_of_pdf(data: bytes) -> list[str]:
    """The lines of all pages, from top to bottom, each with its words from the left."""
    pages = PdfReader(io.BytesIO(data)).pages
    return [line for page in pages for line in page.extract_text(extraction_mode="layout").splitlines()]


class _Rows(HTMLParser):
    """The text of each element that is a line of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in ("p", "div", "tr"):
            self.rows.append("")
            self._depth += 1
        self._separate(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "div", "tr"):
            self._depth -= 1
        self._separate(tag)

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.rows[-1] += data

    def _separate(self, tag: str) -> None:
        if tag in ("span", "td", "th") and self.rows:
            self.rows[-1] += "  "


def lines_of_html(data: bytes) -> list[str]:
    """The lines of the page."""
    parser = _Rows()
    parser.feed(data.decode())
    return [re.sub(r"  +", "  ", row).strip() for row in parser.rows]


LINES_OF = {"html": lines_of_html, "pdf": lines_of_pdf, "escpos": lines_of_escpos}


def codes_of_escpos(data: bytes) -> Iterator[str]:
    """What the QR codes say that the printer is told to print."""
    for found in re.finditer(rb"\x1d\(k(..)1P0", data, re.DOTALL):
        length = int.from_bytes(found[1], "little") - 3
        yield data[found.end() : found.end() + length].decode()
