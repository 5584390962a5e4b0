"""Barcodes, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from domain.catalog.gtin import LENGTHS, barcode_key, has_valid_check_digit, whole_number


def with_check_digit(digits: str) -> str:
    """The digits with the one behind them that makes them a number."""
    return next(one for last in range(10) if has_valid_check_digit(one := f"{digits}{last}"))


numbers = some.sampled_from(sorted(LENGTHS)).flatmap(
    lambda length: some.text("0123456789", min_size=length - 1, max_size=length - 1).map(with_check_digit)
)


@given(number=numbers)
def test_a_number_is_the_same_in_every_length_it_fits_into(number: str) -> None:
    spellings = {number.zfill(length) for length in LENGTHS if length >= len(number)}
    assert {barcode_key(one) for one in spellings} == {number.zfill(14)}


@given(one=numbers, other=numbers)
def test_two_numbers_stay_two(one: str, other: str) -> None:
    assert (barcode_key(one) == barcode_key(other)) == (int(one) == int(other))


@given(text=some.text("abcXYZ0189-", min_size=1, max_size=20))
def test_letter_case_makes_no_other_barcode(text: str) -> None:
    assert barcode_key(text) == barcode_key(text.upper()) == barcode_key(text.lower())


@given(text=some.text("abcXYZ0189-", min_size=1, max_size=20))
def test_neither_does_width(text: str) -> None:
    assert barcode_key("".join(chr(ord(letter) + 0xFEE0) for letter in text)) == barcode_key(text)


@pytest.mark.parametrize(
    ("cut", "whole"),
    [
        ("12345670", None),
        ("6385074", None),
        ("12345678905", "012345678905"),
        ("4011200296908"[1:], None),
        ("123", None),
        ("1234567890a", None),
        ("0000000", "00000000"),
    ],
)
def test_what_a_spreadsheet_cut_off_is_told(cut: str, whole: str | None) -> None:
    assert whole_number(cut) == whole


@given(number=numbers)
def test_a_number_that_lost_its_zeros_is_found_again(number: str) -> None:
    cut = number.lstrip("0")
    found = whole_number(cut)
    assert found is None or int(found) == int(number)
    assert found is not None or len(cut) not in (7, 9, 10, 11)
