"""Tables as people send them: CSV of any separator and line end, and cells that are no formulas."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from domain.errors import Detail, Invalid

#: What may stand between two cells; the header shows which it is.
SEPARATORS = ",;\t"
#: How many rows a sheet may have below its header.
MOST_ROWS = 200_000
#: A line of more characters holds a cell that is too long for any column.
LONGEST_LINE = 2**20

_FIRST = ("'", "=", "+", "-", "@", "\t", "\r")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
#: By what a file of UTF-16 begins with.
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: What workbooks begin with, and those of before 2007 as a text.
_ARCHIVE = b"PK\x03\x04"
_OLD_WORKBOOKS = ("\udcd0\udccf\x11", "\xd0\xcf\x11")
#: A byte that is no UTF-8 as it stands in a text, and a letter that took several bytes.
_BROKEN, _LETTER = re.compile("[\ud800-\udfff]"), re.compile("[\x80-\ud7ff\ue000-\U0010ffff]")
#: A first line that tells a spreadsheet how cells are divided.
_SEP = re.compile(r'"?sep=(.)"?\s*\Z', re.IGNORECASE)


class SheetNotReadable(Invalid):
    """The file cannot be read as this kind of sheet."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell, or with a whole row (then `column` is empty). The header is row 1.

    Of what something else has already, it says what: its id, what it is called, where it stands in its life.
    """

    row: int
    column: str
    code: str
    message: str
    id: UUID | None = None
    name: str | None = None
    status: str | None = None


def guarded(text: str) -> str:
    """The text as a cell that a spreadsheet shows rather than computes: an apostrophe goes before a formula.

    A text that already looks like a guarded one gets another, so that `unguarded` gives every text back.
    """
    return f"'{text}" if text.startswith(_FIRST) and _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text of a cell that may be guarded."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell


class Table:
    """The rows of a CSV file, each with its number: the header is row 1, and empty rows count.

    Quotes are those of RFC 4180; line ends may be of any kind and mixed. `broken` tells, after the last row,
    where reading had to stop. Bytes that are no UTF-8 stay in their cells as lone surrogates. A first line
    `sep=;` is for spreadsheets, which do not show it, so it has no number. Cells behind the last column that
    has a name are no cells, if they are empty.
    """

    def __init__(self, chunks: Iterable[bytes], encoding: str = "utf-8-sig") -> None:
        lines = enumerate(_lines(chunks, encoding), 1)
        first, separator = self._first(lines), ""
        if match := _SEP.match(first):
            separator, first = match[1], self._first(lines)
            self._number -= 1
        self.broken: Problem | None = None
        self._lines = (line for _, line in lines)
        self._separator = separator or max(SEPARATORS, key=first.count)
        self.header = self._header(first)
        while len(self.header) > 1 and not self.header[-1].strip():
            self.header.pop()

    def _first(self, lines: Iterator[tuple[int, str]]) -> str:
        """The next line that has anything in it. Raises SheetNotReadable for none, or what is no text."""
        self._number, first = next(((number, line) for number, line in lines if line.strip()), (0, ""))
        if not first:
            raise SheetNotReadable(details=[Detail("", "empty", "The file is empty.")])
        if first.startswith(_OLD_WORKBOOKS):
            message = "This is a workbook of before 2007; save its sheet as CSV (UTF-8) and send that."
            raise SheetNotReadable(details=[Detail("", "workbook", message)])
        if "\0" in first or not is_utf8(first):
            raise SheetNotReadable(details=[Detail("", "not_utf8", "The file is not encoded in UTF-8.")])
        return first

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row below the header that has anything in it. Raises SheetNotReadable for too many."""
        number, reader = self._number, self._reader(self._lines)
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self.broken = _broken(number, str(error))
                return
            if number > self._number + MOST_ROWS:
                message = f"A file has at most {MOST_ROWS:,} rows."
                raise SheetNotReadable(details=[Detail("", "too_many_rows", message)])
            if any(cell.strip() for cell in cells):
                while len(cells) > len(self.header) and not cells[-1].strip():
                    cells.pop()
                yield number, cells

    def _header(self, line: str) -> list[str]:
        try:
            return next(self._reader([line]))
        except csv.Error:
            message = "The quotes of the header do not match."
            raise SheetNotReadable(details=[Detail("", "broken_quotes", message)]) from None

    def _reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        return csv.reader(lines, delimiter=self._separator, strict=True)


def is_utf8(text: str) -> bool:
    """Whether a cell was UTF-8 in its file."""
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def is_storable(text: str) -> bool:
    """Whether a text can be anything's in the database, so that it may be looked for there."""
    return "\0" not in text and is_utf8(text)


def _broken(row: int, reason: str) -> Problem:
    if "field larger" in reason:
        return Problem(row, "", "too_long", "A cell is too long, or its closing quote is missing.")
    return Problem(row, "", "broken_quotes", "The quotes do not match; from here on nothing was read.")


def encoding_of(chunks: Iterable[bytes]) -> str:
    """How a file of somebody else's is encoded: `utf-16`, `windows-1252`, else `utf-8-sig`.

    What is no UTF-8 and has no letter either that only UTF-8 writes so is what Windows wrote for decades.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
    is_broken = has_letters = False
    for number, chunk in enumerate(chunks):
        if not number and chunk.startswith((*_UTF_16, _ARCHIVE)):
            # What stands in a workbook is UTF-8 already.
            return "utf-8-sig" if chunk.startswith(_ARCHIVE) else "utf-16"
        text = decoder.decode(chunk)
        if not text.isascii():
            is_broken = is_broken or bool(_BROKEN.search(text))
            has_letters = has_letters or bool(_LETTER.search(text))
    return "windows-1252" if is_broken and not has_letters else "utf-8-sig"


def _lines(chunks: Iterable[bytes], encoding: str) -> Iterator[str]:
    """The lines with their ends. The last of each chunk waits: its end may go on in the next."""
    decoder, rest = None, ""
    for chunk in chunks:
        if decoder is None:
            decoder = _decoder("utf-16" if chunk.startswith(_UTF_16) else encoding)
        lines = _split(rest + decoder.decode(chunk))
        rest = lines.pop() if lines and len(lines[-1]) < LONGEST_LINE else ""
        yield from lines
    if decoder is not None:
        rest += decoder.decode(b"", final=True)
    yield from _split(rest)


def _decoder(encoding: str) -> codecs.IncrementalDecoder:
    """What reads the bytes; only in UTF-8 is a byte that means nothing told, by its cell."""
    return codecs.getincrementaldecoder(encoding)("surrogateescape" if encoding == "utf-8-sig" else "replace")


def _split(text: str) -> list[str]:
    # Nothing but these three ends a line: str.splitlines knows more.
    return io.StringIO(text, newline="").readlines()
