"""Workbooks of spreadsheets as tables: the first sheet, cell by cell, as what it shows."""

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import IO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from domain.errors import Detail
from domain.sheets import MOST_ROWS, SheetNotReadable, Table

#: What a workbook begins with, as any archive of its kind.
MAGIC = b"PK\x03\x04"
#: How large a workbook may be, and what it holds once unpacked; no honest one is packed a hundredfold.
MOST_PACKED, MOST_UNPACKED, MOST_TIMES = 16 * 2**20, 256 * 2**20, 100
#: A cell further to the right is of no catalog.
MOST_CELLS = 1000
#: How many rows a sheet may have, empty ones included: no spreadsheet has more.
MOST_SHEET_ROWS = 2**20
_PIECE = 2**16
#: How parts may be packed: others are unpacked at once, however much comes out.
_METHODS = frozenset({ZIP_STORED, ZIP_DEFLATED})
#: So many digits a row or a text may be counted in.
_DIGITS = 8
_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]+\Z")
_STRINGS = "xl/sharedStrings.xml"
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml\Z")
#: What reading an archive raises that is none, or not whole.
_NOT_WHOLE = (BadZipFile, zlib.error, KeyError, EOFError, OSError, ValueError, RuntimeError)


def table_of(chunks: Iterable[bytes], encoding: str = "utf-8-sig") -> Table:
    """The table in a file, be it text or a workbook. Raises SheetNotReadable."""
    pieces = iter(chunks)
    first = next(pieces, b"")
    if first.startswith(MAGIC):
        return WorkbookTable(b"".join((first, *pieces)))
    return Table(_again(first, pieces), encoding)


def is_workbook(content: bytes) -> bool:
    """Whether it is one by its first bytes."""
    return content.startswith(MAGIC)


class WorkbookTable(Table):
    """The first sheet of a workbook. A formula is what it came to when somebody last looked."""

    def __init__(self, content: bytes) -> None:
        """Raises SheetNotReadable for what cannot be read, is too large, or has nothing in it."""
        self.broken = None
        self._rows = _rows_of(content)
        self._number, self.header = next(self._filled(), (0, []))
        if not self.header:
            raise _unreadable("empty", "The file is empty.")
        while len(self.header) > 1 and not self.header[-1].strip():
            self.header.pop()

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row below the header that has anything in it, filled up to the header's width."""
        width = len(self.header)
        for number, cells in self._filled():
            if number > self._number + MOST_ROWS:
                raise _too_many_rows()
            while len(cells) > width and not cells[-1].strip():
                cells.pop()
            yield number, cells + [""] * (width - len(cells))

    def _filled(self) -> Iterator[tuple[int, list[str]]]:
        return ((number, cells) for number, cells in self._rows if any(cell.strip() for cell in cells))


class _Strings:
    """Collects the texts that cells refer to."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._parts: list[str] = []
        self._is_text = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        """Begin a text, or a part of one."""
        if _local(name) == "si":
            self._parts = []
        self._is_text = _local(name) == "t"

    def end(self, name: str) -> None:
        """End it."""
        self._is_text = False
        if _local(name) == "si":
            self.texts.append("".join(self._parts))

    def data(self, text: str) -> None:
        """Take a part."""
        if self._is_text:
            self._parts.append(text)


class _Sheet:
    """Collects rows as they end."""

    def __init__(self, strings: list[str]) -> None:
        self.done: list[tuple[int, list[str]]] = []
        self._strings = strings
        self._cells: list[str] = []
        self._count = 0
        self._number = 0
        self._column = 0
        self._kind = ""
        self._parts: list[str] = []
        self._is_value = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin a row, a cell or its value."""
        word = _local(name)
        if word == "row":
            self._count += 1
            if self._count > MOST_SHEET_ROWS:
                raise _too_many_rows()
            told = attributes.get("r", "")
            self._number = int(told) if told.isdecimal() and len(told) <= _DIGITS else self._number + 1
            self._cells, self._column = [], 0
        elif word == "c":
            match = _REFERENCE.match(attributes.get("r", ""))
            self._column = _index(match[1]) if match else self._column + 1
            if self._column > MOST_CELLS:
                raise _unreadable("too_many_columns", f"A row has {MOST_CELLS:,} cells at most.")
            self._kind, self._parts = attributes.get("t", "n"), []
        # A cell has its formula in `f`, which is passed over.
        self._is_value = word in ("v", "t")

    def end(self, name: str) -> None:
        """End it."""
        word = _local(name)
        self._is_value = False
        if word == "c":
            self._cells += [""] * (self._column - len(self._cells))
            self._cells[self._column - 1] = self._text("".join(self._parts))
        elif word == "row":
            self.done.append((self._number, self._cells))

    def data(self, text: str) -> None:
        """Take a part of a value."""
        if self._is_value:
            self._parts.append(text)

    def _text(self, value: str) -> str:
        if self._kind == "s":
            index = int(value) if value.isdecimal() and len(value) <= _DIGITS else -1
            return self._strings[index] if 0 <= index < len(self._strings) else ""
        if self._kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        return _number(value) if self._kind == "n" else value


def _rows_of(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet with their numbers, as they are read."""
    if len(content) > MOST_PACKED:
        raise _unreadable("too_large", f"A workbook has {MOST_PACKED // 2**20} MiB at most; send it as CSV.")
    try:
        archive = ZipFile(BytesIO(content))
        parts = archive.infolist()
        texts = [one for one in parts if one.filename == _STRINGS][-1:]
        sheet = min((one for one in parts if _SHEET.match(one.filename)), key=_place_of)
        _check([*texts, sheet], len(content))
        strings = _Strings()
        for part in texts:
            for _ in _parse(archive.open(part), strings):
                pass
        rows = _Sheet(strings.texts)
        for _ in _parse(archive.open(sheet), rows):
            yield from rows.done
            rows.done.clear()
    except (*_NOT_WHOLE, expat.ExpatError):
        raise _unreadable("workbook", "The workbook cannot be read; save its sheet as CSV (UTF-8).") from None


def _place_of(sheet: ZipInfo) -> tuple[int, str]:
    """Which one it is: the tenth comes after the second."""
    return len(sheet.filename), sheet.filename


def _check(parts: Sequence[ZipInfo], packed: int) -> None:
    """Look at what the archive says of its parts, beyond which none of them is unpacked.

    Raises BadZipFile, and SheetNotReadable for a workbook that is much larger than it looks.
    """
    if not {one.compress_type for one in parts} <= _METHODS:
        raise BadZipFile
    if sum(one.file_size for one in parts) > min(MOST_UNPACKED, max(packed, _PIECE) * MOST_TIMES):
        raise _unreadable("too_large", "The workbook unpacks to far more than it is; send it as CSV.")


def _parse(file: IO[bytes], into: _Strings | _Sheet) -> Iterator[None]:
    """Read a part of the workbook, piece by piece."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = into.start, into.end
    parser.CharacterDataHandler = into.data
    # Who declares entities means to have them grow.
    parser.StartDoctypeDeclHandler = _refuse_doctype
    with file:
        while piece := file.read(_PIECE):
            parser.Parse(piece, False)
            yield
        parser.Parse(b"", True)
        yield


def _refuse_doctype(*_: object) -> None:
    raise _unreadable("workbook", "The workbook cannot be read; save its sheet as CSV (UTF-8).")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _index(letters: str) -> int:
    """The column that letters stand for: A is 1."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index


def _number(value: str) -> str:
    """A number as the spreadsheet shows it, in the 15 digits that it counts in."""
    try:
        number = float(value)
    except ValueError:
        return value
    if number == number // 1 and abs(number) < 10**15:
        return str(int(number))
    return f"{number:.15g}"


def _again(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _too_many_rows() -> SheetNotReadable:
    return _unreadable("too_many_rows", f"A file has at most {MOST_ROWS:,} rows.")


def _unreadable(code: str, message: str) -> SheetNotReadable:
    return SheetNotReadable(message, details=[Detail("", code, message)])
