"""Paper: pages that are numbered. Its import takes a second."""

from collections.abc import Iterable
from typing import Any

from api.documents.scripts import ScriptPdf

#: In millimetres and points.
MARGIN, LINE = 15, 4.5
SMALL, NORMAL, LARGE = 8, 9, 16
GREY = (110, 110, 110)


class Paper(ScriptPdf):
    """Pages that say which of how many they are, and of what."""

    def __init__(self, title: str, texts: Iterable[str], foot: str | None = None, **paper: Any) -> None:
        """`foot` stands at the foot of every page, the title unless it is given; the paper is A4 else."""
        super().__init__([*texts, title, foot or "", "0123456789/"], **paper)
        self._foot = foot or title
        self.set_title(title)
        self.set_margin(MARGIN)
        self.set_auto_page_break(auto=True, margin=MARGIN + 2 * LINE)
        self.add_page()

    def footer(self) -> None:
        """At the foot of every page."""
        self.set_y(-MARGIN)
        self.set_font("sans", size=SMALL)
        self.set_text_color(*GREY)
        self.cell(0, LINE, self._foot)
        self.set_x(MARGIN)
        self.cell(0, LINE, f"{self.page_no()} / {{nb}}", align="R")
        self.set_text_color(0)
