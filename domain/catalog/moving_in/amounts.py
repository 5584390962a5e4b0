"""Numbers as other systems write them: with signs of currencies, and either mark before the decimals."""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from domain.catalog.cells import CellNotValid
from domain.catalog.moving_in.currencies import says_another

_NUMBER = re.compile(r"[.,]?[0-9][0-9.,'\u2019\s]*")
_DIGIT = re.compile(r"[0-9]")
#: What stands before the decimals: digits, or groups of them divided by one sign.
_WHOLE = re.compile(r"[0-9]*|[0-9]{1,3}(?P<sign>[.,])[0-9]{2,3}(?:(?P=sign)[0-9]{2,3})*")
_MINUS = ("-", "\u2212", "(")
#: As books are kept; in `12,-` a dash stands for decimals.
_MINUS_BEHIND = re.compile(r"\s*[-\u2212]")
#: So many digits behind a sign may be thousands.
_GROUP = 3
#: More digits are no price, and no stock.
_MOST_DIGITS = 20


class Amount(NamedTuple):
    """An amount as our own sheet writes it, and whether it had to be rounded for that."""

    text: str
    is_rounded: bool = False


def mark_of(texts: Iterable[str]) -> str:
    """The mark before decimals that all unambiguous numbers of a file share; nothing, if there is none."""
    marks = {mark for text in texts if (mark := _own_mark(_bare(text)))}
    return marks.pop() if len(marks) == 1 else ""


def money(text: str, currency: str, places: int, mark: str) -> Amount:
    """An amount, rounded half up to what the currency has.

    Raises CellNotValid for another currency's, for what is no number, and for what may mean two.
    """
    match = _NUMBER.search(text)
    if match is None:
        raise CellNotValid("invalid", f"{text[:40]} is no amount.")
    before, after = text[: match.start()], text[match.end() :]
    if said := says_another(f"{before} {after}", currency):
        raise CellNotValid("other_currency", f"It is in {said}; the company's currency is {currency}.")
    if any(sign in before for sign in _MINUS):
        raise CellNotValid("negative", "It is below zero.")
    if _DIGIT.search(after):
        raise CellNotValid("invalid", f"{text[:40]} is no amount.")
    if _MINUS_BEHIND.match(after) and not match[0].rstrip().endswith((".", ",")):
        raise CellNotValid("negative", "It is below zero.")
    value = _decimal(match[0], places, mark)
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return Amount(f"{rounded:f}", is_rounded=rounded != value)


def quantity(text: str, mark: str) -> Decimal:
    """A quantity, which may be below zero. Raises CellNotValid."""
    match = _NUMBER.fullmatch(text.lstrip("-\u2212+").strip())
    if match is None:
        raise CellNotValid("invalid", f"{text[:40]} is no quantity.")
    value = _decimal(match[0], _GROUP, mark or ".")
    return -value if text.startswith(_MINUS) else value


def _decimal(text: str, places: int, mark: str) -> Decimal:
    """The number, where it can mean but one."""
    digits = _bare(text).rstrip(".,")
    found = _own_mark(digits) or _given_mark(digits, places, mark)
    whole, _, rest = digits.rpartition(found) if found else (digits, "", "")
    if not _WHOLE.fullmatch(whole) or not f"0{rest}".isdecimal() or len(digits) > _MOST_DIGITS:
        raise CellNotValid("invalid", f"{text[:40].strip()} is no number.")
    return Decimal(f"{re.sub('[.,]', '', whole) or '0'}.{rest}")


def _own_mark(digits: str) -> str:
    """The mark before the decimals, where the number shows it by itself."""
    at = max(digits.rfind("."), digits.rfind(","))
    if at < 0:
        return ""
    sign, other = digits[at], "," if digits[at] == "." else "."
    if digits.count(sign) > 1:
        return ""
    may_be_thousands = len(digits) - at - 1 == _GROUP and digits[:at].strip("0,.")
    return "" if may_be_thousands and other not in digits else sign


def _given_mark(digits: str, places: int, mark: str) -> str:
    """The mark of a number such as 1,234 or 1.234, which says nothing by itself. Raises CellNotValid."""
    signs = re.findall("[.,]", digits)
    if len(signs) != 1:
        # None at all, or several, which divide thousands.
        return ""
    sign = str(signs[0])
    if mark:
        return sign if mark == sign else ""
    if places == 0:
        return ""
    if places == _GROUP and sign == ".":
        return sign
    raise CellNotValid("ambiguous", f"{digits} may mean {digits.replace(sign, '')} or a fraction.")


def _bare(text: str) -> str:
    """The digits of the first number with its points and commas."""
    match = _NUMBER.search(text)
    return re.sub(r"['\u2019\s]", "", match[0]) if match else ""
