"""Single cells of a product sheet: what a person writes, and what it means."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from domain.catalog.gtin import has_valid_check_digit, whole_number
from domain.money import MAX_AMOUNT
from domain.settings import name_key

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MONEY = re.compile(r"([0-9]{1,17})(?:\.([0-9]{1,20}))?\Z")
_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,5})?\Z")
_NEGATIVE = re.compile(r"-[0-9]")
_BARCODE = re.compile(r"[A-Za-z0-9-]{1,64}\Z")
#: A number in powers of ten, of which the first digits alone are left.
_POWER = re.compile(r"[0-9][.,][0-9]+[eE]\+?[0-9]{1,2}\Z")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_MARKS = re.compile(r"([\\|=>])")
_YES = frozenset({"true", "yes", "1"})
_NO = frozenset({"false", "no", "0"})

#: How many barcodes a variant may have, and how many tax rates a product.
MOST_BARCODES, MOST_TAX_RATES = 20, 10
#: How many characters a stock-keeping unit may have.
LONGEST_SKU = 64
#: How many characters the name and the value of an option may have.
LONGEST_OPTION = 50
#: How many options a variant may have: a cell of a spreadsheet, of 32,767 characters, has room for them all.
MOST_OPTIONS = 100
#: The largest level or quantity at which to reorder.
MOST_QUANTITY = 1_000_000_000
# Nothing in the trade is older.
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


class CellNotValid(Exception):
    """A cell that cannot mean anything; `code` is stable, `message` is for people."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


def escaped(text: str) -> str:
    r"""The text with a backslash before each of ``\ | = >``, which divide the parts of a cell."""
    return _MARKS.sub(r"\\\1", text)


def unescaped(text: str) -> str:
    """The text without the backslashes that `escaped` put in."""
    return _ESCAPE.sub(r"\1", text)


def split_escaped(text: str, mark: str) -> list[str]:
    """The parts of a cell, still escaped, between marks that no backslash takes away."""
    if "\\" not in text:
        return text.split(mark)
    parts, letters = [""], iter(text)
    for letter in letters:
        if letter == mark:
            parts.append("")
        else:
            parts[-1] += letter + next(letters, "") if letter == "\\" else letter
    return parts


def plain(text: str, longest: int) -> str:
    """A text of at most so many characters, without control characters."""
    if len(text) > longest:
        raise CellNotValid("too_long", f"At most {longest:,} characters.")
    if _CONTROL.search(text):
        raise CellNotValid("invalid", "Must not hold control characters.")
    return text


def sku(text: str) -> str:
    """A stock-keeping unit: at most 64 characters that can be seen."""
    cell = plain(text, LONGEST_SKU)
    if not cell.isprintable():
        raise CellNotValid("invalid", "Must not hold characters that cannot be seen.")
    return cell


def money(text: str, places: int) -> int:
    """An amount in minor units from one in major units, `4.50`; a fraction of a minor unit is an error."""
    match = _MONEY.match(text)
    if match is None:
        raise _no_number(text, "An amount such as 4.50: digits, and a point before the decimal places.")
    whole, rest = match[1], (match[2] or "").rstrip("0")
    if len(rest) > places:
        raise CellNotValid("too_precise", f"The currency has {places} decimal places.")
    amount = int(whole + rest.ljust(places, "0"))
    if amount > MAX_AMOUNT:
        raise CellNotValid("too_large", "The amount is too large.")
    return amount


def money_text(amount: int, places: int) -> str:
    """An amount of minor units (not below zero) in major units, with every decimal place."""
    if not places:
        return str(amount)
    digits = str(amount).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


def number(text: str) -> Decimal:
    """A quantity from zero, with at most five decimal places."""
    if not _NUMBER.match(text):
        raise _no_number(text, "A number with at most 5 decimal places.")
    value = Decimal(text)
    if value > MOST_QUANTITY:
        raise CellNotValid("too_large", f"At most {MOST_QUANTITY:,}.")
    return value


def number_text(value: Decimal | None) -> str:
    """A number as digits, never with an exponent."""
    return "" if value is None else f"{value:f}"


def flag(text: str) -> bool:
    """Yes or no, as people and spreadsheets write it."""
    word = text.casefold()
    if word not in _YES | _NO:
        raise CellNotValid("invalid", "Must be true or false.")
    return word in _YES


def id_or_none(text: str) -> UUID | None:
    """A UUID, or None for any other text."""
    try:
        return UUID(text)
    except ValueError:
        return None


def identity(text: str) -> UUID:
    """A UUID."""
    value = id_or_none(text)
    if value is None:
        raise CellNotValid("invalid", "Must be a UUID.")
    return value


def moment(text: str) -> datetime:
    """A time with its zone, in UTC."""
    try:
        value = datetime.fromisoformat(text)
        if value.tzinfo is not None and (value := value.astimezone(UTC)) >= _EARLIEST:
            return value
    except (ValueError, OverflowError):
        pass
    raise CellNotValid("invalid", "A time with its zone, such as 2026-05-01T08:00:00Z.")


def moment_text(value: datetime | None) -> str:
    """A time in UTC, to the microsecond if it has any."""
    return "" if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parts(text: str, most: int) -> tuple[str, ...]:
    """The texts of a list, `A|B`, each once."""
    values = dict.fromkeys(unescaped(part).strip() for part in split_escaped(text, "|"))
    if "" in values:
        raise CellNotValid("invalid", "Nothing stands between two |.")
    if len(values) > most:
        raise CellNotValid("too_many", f"At most {most}.")
    return tuple(values)


def parts_text(texts: Iterable[str]) -> str:
    """A list as a cell."""
    return "|".join(escaped(text) for text in texts)


def barcodes(text: str) -> tuple[str, ...]:
    """Barcodes; the check digit of a GTIN must be right, and no zeros in front of it be cut off."""
    codes = parts(text, MOST_BARCODES)
    for code in codes:
        if _POWER.match(code):
            message = f"{code} is what a spreadsheet shows of a long number; type all of its digits."
            raise CellNotValid("digits_lost", message)
        if not _BARCODE.match(code):
            raise CellNotValid("invalid", f"{code[:80]}: a barcode is 1 to 64 letters, digits or dashes.")
        if not has_valid_check_digit(code):
            raise CellNotValid("wrong_check_digit", f"{code}: the check digit is wrong.")
        if whole := whole_number(code):
            message = f"{code} is {whole} without the zeros in front, which spreadsheets cut off."
            raise CellNotValid("zeros_cut_off", message)
    return codes


def options(text: str) -> dict[str, str]:
    """Options, `Size=M|Colour=Red`."""
    values: dict[str, str] = {}
    for part in split_escaped(text, "|"):
        pair = [unescaped(side).strip() for side in split_escaped(part, "=")]
        if len(pair) != 2 or not all(pair):  # noqa: PLR2004 a name and a value
            raise CellNotValid("invalid", "Options are written Size=M|Colour=Red.")
        if name_key(pair[0]) in map(name_key, values):
            raise CellNotValid("duplicate", f"The option {pair[0][:LONGEST_OPTION]} occurs twice.")
        values[plain(pair[0], LONGEST_OPTION)] = plain(pair[1], LONGEST_OPTION)
    if len(values) > MOST_OPTIONS:
        raise CellNotValid("too_many", f"At most {MOST_OPTIONS}.")
    return values


def options_text(values: Mapping[str, str]) -> str:
    """Options as a cell."""
    return "|".join(f"{escaped(name)}={escaped(value)}" for name, value in values.items())


def _no_number(text: str, message: str) -> CellNotValid:
    if _NEGATIVE.match(text):
        return CellNotValid("negative", "Must not be negative.")
    return CellNotValid("invalid", message)


def is_exact_number(text: str) -> bool:
    """Whether a spreadsheet, which counts in 15 digits, keeps a number as it is written here."""
    return bool(text) and len(text.replace(".", "").lstrip("0")) <= 15  # noqa: PLR2004 said above
