"""Telephone numbers: however they are written, two that reach the same line are the same."""

import re

_WRITTEN = re.compile(r"\+?[0-9 ()/.\-]+\Z")
_NO_DIGIT = re.compile(r"[^0-9]")
#: Of how many digits a number consists: the shortest are those within a house, the longest are E.164's.
FEWEST_DIGITS, MOST_DIGITS = 3, 17


def is_phone(text: str) -> bool:
    """Whether it is a telephone number: digits, grouped in any way, with a plus before them or without."""
    return _WRITTEN.match(text) is not None and FEWEST_DIGITS <= len(_digits(text)) <= MOST_DIGITS


def phone_key(text: str) -> str:
    """The form in which two numbers are the same: `+49 (30) 12-34` and `0049 30 1234`.

    Nobody knows in which country one was written without its code, so that is another one.
    """
    digits = _digits(text)
    if text.lstrip().startswith("+"):
        return f"+{digits}"
    return f"+{digits[2:]}" if digits.startswith("00") else digits


def ending_of(phone: str | None) -> str | None:
    """The last four digits, by which somebody knows the number who knows it already."""
    return _digits(phone)[-4:] if phone else None


def _digits(text: str) -> str:
    return _NO_DIGIT.sub("", text)
