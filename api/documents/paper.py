"""Paper: A4 pages that are numbered, in whichever letters a text needs. Its import takes a second."""

from pathlib import Path
from typing import Literal, cast
from unicodedata import category

from fpdf import FPDF
from fpdf.fonts import TTFFont

#: In millimetres and points.
MARGIN, LINE = 15, 4.5
SMALL, NORMAL, LARGE = 8, 9, 16
GREY = (110, 110, 110)

_FONTS = Path(__file__).parent / "fonts"
#: The first of Chinese, Japanese and Korean, for which there is another font.
_EASTERN = 0x2E80
#: Scripts that are written from right to left, or whose letters change with their neighbours.
_JOINED = (range(0x0590, 0x10A0), range(0x1700, 0x1D00), range(0xFB1D, 0xFE00), range(0xFE70, 0xFF00))
#: What stands for a letter that no font has, and the kinds of characters that are not seen anyway.
_BOX, _INVISIBLE = "□", frozenset({"Cc", "Cf", "Mn", "Zl", "Zp", "Zs"})


class Paper(FPDF):
    """Pages that say which of how many they are, and of what.

    A text is written several times faster if its letters need not be looked for in other fonts, and again if
    they need not be joined: each text gets only what it needs, whatever stands beside it.
    """

    def __init__(self, title: str, letters: set[str]) -> None:
        """`letters` are all that will be written; a font that none of them needs is not opened."""
        super().__init__()
        self._name = title
        self._families: list[str] = []
        self.set_title(title)
        self.set_margin(MARGIN)
        self.set_auto_page_break(auto=True, margin=MARGIN + 2 * LINE)
        self._open_fonts(letters)
        self.add_page()

    def footer(self) -> None:
        """At the foot of every page."""
        self.set_y(-MARGIN)
        self.set_font("sans", size=SMALL)
        self.set_text_color(*GREY)
        self.cell(0, LINE, self._name)
        self.set_x(MARGIN)
        self.cell(0, LINE, f"{self.page_no()} / {{nb}}", align="R")
        self.set_text_color(0)

    def normalize_text(self, text: str) -> str:
        """The text as it can be written: the library asks for it before it measures or draws any."""
        letters = set(map(ord, text))
        is_joined = any(letter in script for script in _JOINED for letter in letters)
        if is_joined != bool(self.text_shaping):
            self.set_text_shaping(use_shaping_engine=is_joined)
        own = cast("TTFFont", self.current_font).cmap
        self.set_fallback_fonts([] if letters <= own.keys() else self._families, exact_match=False)
        return "".join(map(self._shown, text)) if letters - self._letters else text

    def _open_fonts(self, letters: set[str]) -> None:
        self._open_font("sans", "DejaVuSans")
        self._open_font("sans", "DejaVuSans-Bold", style="B")
        if any(ord(letter) >= _EASTERN for letter in letters):
            self._open_font("eastern", "DroidSansFallback")
        fonts = [cast("TTFFont", font) for font in self.fonts.values()]
        self._letters = frozenset[int]().union(*(font.cmap for font in fonts))

    def _open_font(self, family: str, name: str, style: Literal["", "B"] = "") -> None:
        self.add_font(family, style=style, fname=_FONTS / f"{name}.ttf")
        if family not in self._families:
            self._families.append(family)

    def _shown(self, letter: str) -> str:
        is_known = ord(letter) in self._letters or category(letter) in _INVISIBLE
        return letter if is_known else _BOX
