"""The cells of a spreadsheet, as whatever program saved it wrote them."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from xml.etree import ElementTree as ET
from zipfile import BadZipFile, ZipFile

from api.reports.files.about import NoReport

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_COLUMN = re.compile(r"[A-Z]+")
#: How many bytes the parts of a spreadsheet may have unpacked: a small file can claim to hold any number.
_MOST_BYTES = 2**30


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, and its rows as texts; numbers as they are counted, dates as numbers of days."""

    name: str
    _workbook: "Workbook"
    _part: str

    def rows(self) -> Iterator[list[str | None]]:
        """Every row that has a cell, with None for cells that it does not have."""
        with self._workbook.archive.open(self._part) as part:
            # An operator's own file; the parser itself bounds what entities may grow to.
            for _, element in ET.iterparse(part):  # noqa: S314
                if element.tag == f"{_MAIN}row":
                    yield self._row(element)
                    element.clear()

    def _row(self, element: ET.Element) -> list[str | None]:
        cells: list[str | None] = []
        for cell in element:
            index = _index_of(cell.get("r", ""), len(cells))
            cells.extend([None] * (index - len(cells)))
            cells.append(self._workbook.text_of(cell))
        return cells


class Workbook:
    """An open spreadsheet. Raises NoReport for a file that is none."""

    def __init__(self, content: bytes) -> None:
        try:
            self.archive = ZipFile(io.BytesIO(content))
        except BadZipFile:
            raise NoReport from None
        if sum(part.file_size for part in self.archive.infolist()) > _MOST_BYTES:
            raise NoReport

    def sheets(self) -> list[Sheet]:
        """In their order."""
        try:
            book = self._parsed("xl/workbook.xml")
            relations = self._parsed("xl/_rels/workbook.xml.rels")
        except (KeyError, ET.ParseError):
            raise NoReport from None
        parts = {one.get("Id"): f"xl/{one.get('Target', '').removeprefix('/xl/')}" for one in relations}
        return [
            Sheet(sheet.get("name", ""), self, parts[sheet.get(_RELATION)])
            for sheet in book.iter(f"{_MAIN}sheet")
        ]

    def text_of(self, cell: ET.Element) -> str | None:
        """What a cell holds."""
        if cell.get("t") == "inlineStr":
            return "".join(text.text or "" for text in cell.iter(f"{_MAIN}t"))
        value = cell.findtext(f"{_MAIN}v")
        if value is None or cell.get("t") != "s":
            return value
        return self._shared[int(value)]

    @cached_property
    def _shared(self) -> list[str]:
        """Texts that several cells share, as office programs keep them."""
        root = self._parsed("xl/sharedStrings.xml")
        return ["".join(text.text or "" for text in one.iter(f"{_MAIN}t")) for one in root.iter(f"{_MAIN}si")]

    def _parsed(self, part: str) -> ET.Element:
        return ET.fromstring(self.archive.read(part))  # noqa: S314 as above


def sheets_of(content: bytes) -> list[Sheet]:
    """The sheets of a spreadsheet. Raises NoReport."""
    sheets = Workbook(content).sheets()
    if not sheets:
        raise NoReport
    return sheets


def _index_of(reference: str, otherwise: int) -> int:
    """The column of a cell called `B7`, from 0."""
    match = _COLUMN.match(reference)
    if match is None:
        return otherwise
    index = 0
    for letter in match[0]:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
