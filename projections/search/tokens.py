"""What a word is: a run of letters and digits, of one kind of writing, or of pictures."""

import re
from collections.abc import Iterable
from unicodedata import category

from domain.folding import bare

#: Scripts that put no blanks between words, or that put several into one: Thai, Lao, Tibetan, Burmese, Khmer,
#: kana, bopomofo, Han, hangul.
_UNSPACED = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3021-\u3029\u3031-\u3035"
    "\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7ff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_PICTURES = "\u2600-\u27bf\U0001f000-\U0001faff"


def _ranges(codes: Iterable[int]) -> str:
    """A class of a regular expression with these characters, which come in their order."""
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


#: Vowels and tones that are written around a letter, in scripts where they are no accents that come off.
_MARKS = _ranges(
    code
    for first, end in ((0x0900, 0x1D00), (0x3099, 0x309B), (0xA800, 0xAC00), (0x11000, 0x12000))
    for code in range(first, end)
    if category(chr(code)) in ("Mn", "Mc")
)
_WORD = re.compile(
    f"(?:(?=[^\\W_])[{_UNSPACED}][{_MARKS}]*)+|(?:(?![{_UNSPACED}])[^\\W_][{_MARKS}]*)+|[{_PICTURES}]+"
)
#: The same where all is ASCII, as most names are: it takes a tenth of the time.
_ASCII_WORD = re.compile("[^\\W_]+", re.ASCII)
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_INSIDE = re.compile(f"(?=[^{_MARKS}])")

# Whatever people type for an apostrophe; trade marks are no letters, though they look like some.
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("\u00b4`\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02c8\u2032\uff07\uff40\ua78c", "'"),
        **dict.fromkeys("\u2122\u2120", " "),
        "\u0149": "'n",
    }
)
_APOSTROPHE = re.compile("([^\\W\\d_]+)'+(?=([^\\W\\d_]*))")
#: The Arabic article, with what is written together with it, before a word of three letters or more.
_ARTICLE = re.compile("(?<![^\\W_])([\u0648\u0628\u0643\u0641]?\u0627\u0644|\u0644\u0644)(?=[^\\W\\d_]{3})")
#: The same before the beginning of a word that is still being typed.
_ARTICLE_BEFORE = re.compile("([\u0648\u0628\u0643\u0641]?\u0627\u0644|\u0644\u0644)([^\\W\\d_]{1,2})\\Z")
#: How many letters stand before an apostrophe that stands for a vowel, and how many behind it are a word
#: whatever stands before.
_ELISION, _WORD_OF_ITS_OWN = 2, 3


def words_in(text: str) -> list[str]:
    """The words of a text in its order, folded.

    What an article or a preposition hangs on is a word of its own (`l'ail`, and what stands behind the Arabic
    article), and an ending is none (`Kellogg's`).
    """
    folded = bare(text.translate(_SIGNS))
    if "'" in folded:
        folded = _APOSTROPHE.sub(_divide, folded).replace("'", "")
    if folded.isascii():
        return _ASCII_WORD.findall(folded)
    return _WORD.findall(_ARTICLE.sub(r"\1 ", folded))


def elided_in(text: str) -> set[str]:
    """What hangs on the words of a text, by an apostrophe or without: articles and prepositions."""
    folded = bare(text.translate(_SIGNS))
    elided = {match[1] for match in _APOSTROPHE.finditer(folded) if _divide(match).endswith(" ")}
    return elided | articles_in(text)


def articles_in(text: str) -> set[str]:
    """The Arabic articles before the words of a text."""
    return set() if text.isascii() else {match[1] for match in _ARTICLE.finditer(bare(text))}


def article_before(word: str) -> tuple[str, str] | None:
    """The Arabic article, and the first letters of a word behind it that are too few to be one."""
    match = _ARTICLE_BEFORE.match(word)
    return (match[1], match[2]) if match else None


def is_unspaced(word: str) -> bool:
    """Whether it is of a script without blanks, so that it may be several words."""
    return _IS_UNSPACED.match(word) is not None


def beginnings_inside(word: str) -> list[str]:
    """What follows from each letter on but the first, if it is of a script without blanks."""
    if not is_unspaced(word):
        return []
    return [word[match.start() :] for match in _INSIDE.finditer(word, 1)]


def _divide(match: re.Match[str]) -> str:
    head, tail = match[1], match[2]
    is_elided = len(tail) >= _WORD_OF_ITS_OWN or (len(head) <= _ELISION and len(tail) == _ELISION)
    return f"{head} " if is_elided else head
