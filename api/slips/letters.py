"""What a printer of slips can write: letters of a few code pages, and for others what sounds alike."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from unicodedata import category, normalize

#: The code pages by which letters are written, the first that has a letter. All hold alphabets that are
#: written from left to right, one letter in each column, and every printer has them.
CODE_PAGES = ("cp858", "cp852", "cp866", "cp737", "cp857")
#: Signs of currencies that the first code page lacks, by the code of the currency.
_CURRENCIES: Mapping[str, str] = MappingProxyType(
    {
        "֏": "AMD",
        "؋": "AFN",
        "৳": "BDT",
        "฿": "THB",
        "៛": "KHR",
        "₡": "CRC",
        "₦": "NGN",
        "₩": "KRW",
        "₪": "ILS",
        "₫": "VND",
        "₭": "LAK",
        "₮": "MNT",
        "₱": "PHP",
        "₲": "PYG",
        "₴": "UAH",
        "₵": "GHS",
        "₸": "KZT",
        "₹": "INR",
        "₺": "TRY",
        "₼": "AZN",
        "₽": "RUB",
        "₾": "GEL",
        "﷼": "IRR",
    }
)
#: What a transliteration writes as the name of a picture is no help to a reader.
_PICTURES = frozenset({"So", "Sk", "Cn", "Co", "Cs"})
_UNKNOWN = "?"
_SPACES = re.compile(r"[^\S\n]+")


def writable(text: str) -> str:
    """The text in letters that can be written, without anything a printer takes for a command.

    A letter that is silent in Latin is left out, unless nothing else is there.
    """
    if text.isascii() and text.isprintable():
        return text
    written = "".join(map(_letter, _SPACES.sub(" ", normalize("NFC", text))))
    return written if written.strip() or not text.strip() else _UNKNOWN


def runs(text: str) -> Iterator[tuple[str, str]]:
    """A writable text in pieces of one code page each: the page and the piece."""
    page, start = CODE_PAGES[0], 0
    for index, letter in enumerate(text):
        if not _has(page, letter):
            if index > start:
                yield page, text[start:index]
            page, start = _page_of(letter) or page, index
    if text[start:]:
        yield page, text[start:]


@lru_cache(4096)
def _letter(letter: str) -> str:
    if category(letter) in ("Cc", "Cf", "Mn"):
        return "\n" if letter == "\n" else ""
    if letter in _CURRENCIES:
        return _CURRENCIES[letter]
    return letter if _page_of(letter) else _transliterated(letter)


def _transliterated(letter: str) -> str:
    """What sounds like it in Latin letters, else a sign that something stood there."""
    # The library is loaded where it is first needed; most texts need it never.
    from anyascii import anyascii  # noqa: PLC0415

    return _UNKNOWN if category(letter) in _PICTURES else anyascii(letter)


@lru_cache(4096)
def _page_of(letter: str) -> str | None:
    return next((page for page in CODE_PAGES if _has(page, letter)), None)


@lru_cache(4096)
def _has(page: str, letter: str) -> bool:
    try:
        letter.encode(page)
    except UnicodeEncodeError:
        return False
    return True
