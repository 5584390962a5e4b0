"""What can be seen of a name: what nobody can see is none, nor what reads otherwise than it is written."""

import re
from typing import Final
from unicodedata import category

#: Letters and symbols that are drawn as nothing at all: fillers of Hangul, the blank of Braille.
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
#: Kinds of characters of which each can be seen by itself: letters, digits, punctuation, symbols.
_VISIBLE: Final = frozenset("LNPS")
# What turns the direction of writing around, and the ends of lines and paragraphs that no keyboard has.
# Joiners stay: names in Persian, in Hindi and of emoji are not written without them.
_DECEPTIVE: Final = re.compile(r"[\u2028\u2029\u202a-\u202e\u2066-\u2069]")

# Line breaks, and what some programs take for one; a tab is a blank.
_BREAKS: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


def is_one_line(text: str) -> bool:
    """Whether a text has no line breaks, nor other control characters."""
    return _BREAKS.search(text) is None


def one_line(text: str) -> str:
    """The text on one line, with single blanks in place of line breaks and runs of white space."""
    return " ".join(text.split())


def is_visible(text: str) -> bool:
    """Whether any character of a text can be seen."""
    return any(category(one)[0] in _VISIBLE and one not in _BLANK for one in text)


def is_deceptive(text: str) -> bool:
    """Whether a text holds what makes it read otherwise than it is written."""
    return _DECEPTIVE.search(text) is not None
