"""Documents as PDF: any letter leaves a trace, lines keep their order, and a process writes one at a time."""

import pytest

from api.documents import FORMATS, Column, Document, Party, formats
from api.documents.paper import Paper
from commands.unavailable import Busy

EASTERN, HEBREW = "濃縮咖啡豆 エスプレッソ 에스프레소", "קפה אספרסו עם חלב"


def page(text: str) -> Paper:
    """A page for this text."""
    paper = Paper("A page", [text])
    paper.set_font("sans", size=8)
    return paper


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\U0001f377 Merlot", "□ Merlot"),
        ("नमक", "□□□"),
        ("☕\ufe0f Ünïcode, €5 ½", "☕\ufe0f Ünïcode, €5 ½"),
        (EASTERN, EASTERN),
        (HEBREW, HEBREW),
        ("two\nlines", "two\nlines"),
    ],
)
def test_a_letter_that_no_font_has_is_a_box(text: str, shown: str) -> None:
    assert page(text).normalize_text(text) == shown


@pytest.mark.parametrize(
    "text", [EASTERN, HEBREW, "A name of several words " + "x" * 90, f"{HEBREW} {EASTERN}"]
)
def test_a_text_is_broken_in_its_own_order(text: str) -> None:
    paper = page(text)
    room = 30 - 2 * paper.c_margin
    lines = paper.wrapped(text * 3, room)
    assert "".join(lines) == text * 3
    assert len(lines) > 1
    assert all(0 < paper.get_string_width(line.rstrip()) <= room for line in lines)


def test_a_long_one_waits_for_those_before_it_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    party = Party(role="To", name="Mill")
    document = Document(
        title="Order",
        number="1",
        parties=[party],
        facts=[],
        columns=[Column(name="#", width=1)],
        rows=[["1"]],
    )
    written = FORMATS["pdf"][1]
    monkeypatch.setattr(formats, "_PATIENCE", 0.01)
    with formats._TURN, pytest.raises(Busy):
        written(document)
    assert written(document).startswith(b"%PDF-")
