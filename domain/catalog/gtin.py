"""Global trade item numbers: barcodes of 8, 12, 13 or 14 digits, the last of which checks the others."""

from domain.folding import fold

LENGTHS = frozenset({8, 12, 13, 14})
_LONGEST = max(LENGTHS)
#: What is left of a number whose zeros in front a spreadsheet cut off; 8 digits are a number themselves.
_SHORTENED = frozenset({7, 9, 10, 11})


def barcode_key(barcode: str) -> str:
    """What two spellings of a barcode have in common.

    A number of 12 digits is the one of 13 and of 14 with zeros in front (GS1 General Specifications, 3.3.2):
    which of them a scanner sends is a matter of its settings. Other barcodes are known in any letter case,
    and all of them in either width.
    """
    barcode = fold(barcode)
    if _is_number(barcode) and has_valid_check_digit(barcode):
        return barcode.zfill(_LONGEST)
    return barcode


def has_valid_check_digit(barcode: str) -> bool:
    """Whether the last digit is right (GS1 General Specifications, 7.9); other barcodes have none."""
    if not _is_number(barcode):
        return True
    weighted = sum(int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(barcode[-2::-1]))
    return (weighted + int(barcode[-1])) % 10 == 0


def whole_number(barcode: str) -> str | None:
    """The number that this is without the zeros in front of it; None where it is none."""
    if len(barcode) not in _SHORTENED or not _are_digits(barcode):
        return None
    wholes = (barcode.zfill(length) for length in sorted(LENGTHS) if length > len(barcode))
    return next((one for one in wholes if has_valid_check_digit(one)), None)


def _is_number(barcode: str) -> bool:
    return len(barcode) in LENGTHS and _are_digits(barcode)


def _are_digits(barcode: str) -> bool:
    return barcode.isascii() and barcode.isdecimal()
