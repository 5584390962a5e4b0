"""Global trade item numbers: barcodes of 8, 12, 13 or 14 digits, the last of which checks the others."""

LENGTHS = frozenset({8, 12, 13, 14})


def has_valid_check_digit(barcode: str) -> bool:
    """Whether the last digit is right (GS1 General Specifications, 7.9); other barcodes have none."""
    if len(barcode) not in LENGTHS or not barcode.isdecimal():
        return True
    weighted = sum(int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(barcode[-2::-1]))
    return (weighted + int(barcode[-1])) % 10 == 0
