"""Which pins an approver may have."""

import pytest

from domain.pins import WeakPin, check_pin


@pytest.mark.parametrize("pin", ["7306", "90417", "12341243", "20481632"])
def test_takes_four_to_eight_digits(pin: str) -> None:
    check_pin(pin)


@pytest.mark.parametrize("pin", ["", "730", "730673067", "73o6", " 7306", "7306\n", "٧٣٠٦", "-730"])
def test_refuses_anything_else(pin: str) -> None:
    with pytest.raises(WeakPin) as refused:
        check_pin(pin)
    (detail,) = refused.value.details
    assert (detail["field"], detail["code"]) == ("pin", "weak_pin")


@pytest.mark.parametrize(
    "pin", ["0000", "99999999", "1234", "0123", "7890", "87654321", "0987", "1212", "123123", "2580", "1122"]
)
def test_refuses_what_is_tried_first(pin: str) -> None:
    with pytest.raises(WeakPin) as refused:
        check_pin(pin)
    assert pin not in str(refused.value.details)
