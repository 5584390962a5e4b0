"""PDF in any script: each text gets the fonts and the joining that it needs. Its import takes a second."""

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, Literal, cast
from unicodedata import category

from fpdf import FPDF
from fpdf.fonts import TTFFont

FONTS = Path(__file__).parent / "fonts"
#: Letters and signs of Europe, for which there are small fonts: those take a quarter of the time.
EUROPEAN = frozenset(
    {*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x218, 0x21C), *range(0x370, 0x530)}
    | {*range(0x2010, 0x2028), 0x202F, *range(0x20A0, 0x20C0), 0x2122, 0x2212, 0x25A1, ord("\n")}
)
#: The first of Chinese, Japanese and Korean, for which there is another font.
_EASTERN = 0x2E80
#: Scripts that are written from right to left, or whose letters change with their neighbours.
_JOINED = (range(0x0590, 0x10A0), range(0x1700, 0x1D00), range(0xFB1D, 0xFE00), range(0xFE70, 0xFF00))
_FIRST_JOINED = _JOINED[0].start
#: What stands for a letter that no font has, and the kinds of characters that are not seen anyway.
_BOX, _INVISIBLE = "□", frozenset({"Cc", "Cf", "Mn", "Zl", "Zp", "Zs"})
#: Between two of these a line may end: words, and each letter of Chinese, Japanese and Korean.
_EASTERN_LETTERS = r"\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef"
_WORDS = re.compile(rf"[{_EASTERN_LETTERS}]\s*|[^\s{_EASTERN_LETTERS}]+\s*|\s+")


class ScriptPdf(FPDF):
    """A PDF with fonts for any script.

    A text is written several times faster if its letters need not be looked for in other fonts, and again if
    they need not be joined: each text gets only what it needs, whatever stands beside it.
    """

    def __init__(self, texts: Iterable[str], **kwargs: Any) -> None:
        """`texts` are all that will be written; a font that none of them needs is not opened."""
        super().__init__(**kwargs)
        self._families: list[str] = []
        #: How long a text is in a style and size; most words and figures are written many times.
        self._lengths: dict[tuple[str, float, str], float] = {}
        self._open_fonts({ord(letter) for letter in set().union(*texts)})

    def normalize_text(self, text: str) -> str:
        """The text as it can be written: the library asks for it before it measures or draws any."""
        letters = set(map(ord, text))
        is_joined = _is_joined(letters)
        if is_joined != bool(self.text_shaping):
            self.set_text_shaping(use_shaping_engine=is_joined)
        own = cast("TTFFont", self.current_font).cmap
        self.set_fallback_fonts([] if letters <= own.keys() else self._families, exact_match=False)
        return "".join(map(self._shown, text)) if letters - self._letters else text

    def put(self, text: str, box: tuple[float, float, float, float], align: str) -> None:
        """Write a text into a box (left, top, width, height), at its left (L), middle (C) or right (R).

        Where the library's short way will do it takes a third of the time.
        """
        left, top, width, height = box
        room = width - self.length(text)
        if self._is_plain(text):
            baseline = top + height / 2 + 0.3 * self.font_size
            self.text(left + {"L": 0.0, "C": room / 2, "R": room}[align], baseline, text)
        else:
            self.set_xy(left, top)
            self.cell(width, height, text, align=align)

    def wrapped(self, text: str, room: float) -> Sequence[str]:
        """The lines that a text takes, in the order in which they are read; the library's take ten times."""
        if self.length(text) <= room:
            return [text]
        lines, used = [""], 0.0
        for piece in self._pieces(text, room):
            if lines[-1] and used + self.length(piece.rstrip()) > room:
                lines.append("")
                used = 0.0
            lines[-1] += piece
            used += self.length(piece)
        return lines

    def length(self, text: str) -> float:
        """How long a text is in the font that is set."""
        key = (self.font_style, self.font_size_pt, text)
        if key not in self._lengths:
            self._lengths[key] = self.get_string_width(text)
        return self._lengths[key]

    def _is_plain(self, text: str) -> bool:
        """Whether the font that is set has all its letters, and none changes with its neighbours."""
        letters = set(map(ord, text))
        return letters <= cast("TTFFont", self.current_font).cmap.keys() and not _is_joined(letters)

    def _pieces(self, text: str, room: float) -> Iterator[str]:
        for word in _WORDS.findall(text):
            yield from [word] if self.length(word.rstrip()) <= room else word

    def _open_fonts(self, letters: AbstractSet[int]) -> None:
        name = "-European" if letters <= EUROPEAN else ""
        self._open_font("sans", f"DejaVuSans{name}")
        self._open_font("sans", f"DejaVuSans-Bold{name}", style="B")
        if any(letter >= _EASTERN for letter in letters):
            self._open_font("eastern", "DroidSansFallback")
        fonts = [cast("TTFFont", font) for font in self.fonts.values()]
        self._letters = frozenset[int]().union(*(font.cmap for font in fonts))

    def _open_font(self, family: str, name: str, style: Literal["", "B"] = "") -> None:
        self.add_font(family, style=style, fname=FONTS / f"{name}.ttf")
        if family not in self._families:
            self._families.append(family)

    def _shown(self, letter: str) -> str:
        is_known = ord(letter) in self._letters or category(letter) in _INVISIBLE
        return letter if is_known else _BOX


def _is_joined(letters: AbstractSet[int]) -> bool:
    if max(letters, default=0) < _FIRST_JOINED:
        return False
    return any(letter in script for script in _JOINED for letter in letters)
