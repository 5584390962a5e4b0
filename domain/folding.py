"""The one place that says which texts are the same: to the eye, and to whoever looks for something.

Everything that compares names, options, user names or typed words goes through here, in Python alone: the
database has what came of it, and compares that byte by byte.
"""

import re
from functools import cache
from unicodedata import lookup, name, normalize

#: What is not seen, as joiners, soft hyphens and variation selectors (Default_Ignorable_Code_Point).
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Accents and points of Latin, Greek, Cyrillic, Hebrew and Arabic. The marks of other scripts are letters.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u20d0-\u20ff\ufe20-\ufe2f]"
)
#: Where the letters are that are written with a stroke, a hook or a tail that does not come off.
_ALPHABETS = ((0x00C0, 0x0530), (0x1D00, 0x1E00), (0x2C60, 0x2C80), (0xA640, 0xA7FF), (0xAB30, 0xAB70))
_ADORNED = re.compile("((?:LATIN|CYRILLIC) SMALL LETTER [A-Z]+) WITH ")
_OTHERS = {
    "\u00e6": "ae",
    "\u0153": "oe",
    "\u00f0": "d",
    "\u00fe": "th",
    "\u0131": "i",
    "\u0237": "j",
    "\u014b": "n",
    "\u0138": "k",
    "\u0259": "e",
    "\u01dd": "e",
    "\u025b": "e",
    "\u0254": "o",
}
#: From the first katakana to its hiragana.
_KANA = {katakana: katakana - 0x60 for katakana in range(0x30A1, 0x30F7)}


def fold(text: str) -> str:
    """The form in which two texts look the same.

    Letter case does not count, nor width, ligatures, what is not seen, nor whether an accent is written with
    its letter or after it (as Unicode's compatibility caseless match, D146).
    """
    if text.isascii():
        return text.lower()
    folded = normalize("NFKC", normalize("NFKC", normalize("NFKD", text).casefold()).casefold())
    return normalize("NFKC", _UNSEEN.sub("", folded))


def bare(text: str) -> str:
    """The form in which people type what they look for: without accents, strokes and ligatures.

    `ł` is `l`, `œ` is `oe`, and either kana is the other one.
    """
    folded = fold(text)
    if folded.isascii():
        return folded
    stripped = normalize("NFC", _ACCENTS.sub("", normalize("NFD", folded)))
    return stripped.translate(_letters())


@cache
def _letters() -> dict[int, str | int]:
    """What is typed for letters that have no decomposition, found by their names in Unicode."""
    plain: dict[int, str | int] = {**_KANA, **{ord(one): other for one, other in _OTHERS.items()}}
    for first, end in _ALPHABETS:
        for code in range(first, end):
            adorned = _ADORNED.match(name(chr(code), ""))
            if adorned and code not in plain:
                plain[code] = _plain(adorned[1], chr(code))
    return plain


def _plain(called: str, adorned: str) -> str:
    try:
        letter = lookup(called)
    except KeyError:
        return adorned
    return _OTHERS.get(letter, letter)
