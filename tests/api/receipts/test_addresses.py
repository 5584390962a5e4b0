"""The address in a receipt's QR code."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from api.receipt_addresses import ReceiptAddresses, ReceiptPlace, order_of

COMPANY, ORDER = UUID(int=1), UUID(int=2)
ADDRESSES = ReceiptAddresses(key=b"key", public_url="https://shop.example")


@given(company_id=some.uuids(), order_id=some.uuids())
def test_the_order_is_read_from_its_address(company_id: UUID, order_id: UUID) -> None:
    for addresses in (ADDRESSES, ReceiptAddresses(key=b"key")):
        address = addresses.of(company_id, order_id)
        assert order_of(address) == order_of(f" {address.lower()}\n") == order_id


def test_it_lies_at_the_public_address_and_is_the_same_every_time() -> None:
    address = ADDRESSES.of(COMPANY, ORDER)
    token, _, name = address.removeprefix("https://shop.example/api/receipts/").partition("?id=")
    assert (len(token), len(name)) == (26, 52)
    assert address == ADDRESSES.of(COMPANY, ORDER)


@pytest.mark.parametrize(
    "other",
    [
        ADDRESSES.of(COMPANY, UUID(int=3)),
        ADDRESSES.of(UUID(int=3), ORDER),
        ReceiptAddresses(key=b"other", public_url="https://shop.example").of(COMPANY, ORDER),
    ],
)
def test_the_token_depends_on_company_order_and_key(other: str) -> None:
    assert other.partition("?")[0] != ADDRESSES.of(COMPANY, ORDER).partition("?")[0]


@pytest.mark.parametrize(
    "text",
    ["", "MAIN-1-000001", str(ORDER), "?id=", "?id=AB", "?id=!", "?id=" + "A" * 53, "?id=é" + "A" * 51],
)
def test_what_is_no_such_address_names_no_order(text: str) -> None:
    assert order_of(text) is None


def parts(address: str) -> tuple[str, str]:
    """The token and the name of an address."""
    token, _, name = address.rpartition("/")[2].partition("?id=")
    return token, name


@given(company_id=some.uuids(), order_id=some.uuids(), is_gift=some.booleans())
def test_whoever_has_the_address_is_led_to_its_receipt(
    company_id: UUID, order_id: UUID, is_gift: bool
) -> None:
    address = ADDRESSES.of(company_id, order_id, is_gift=is_gift)
    place = ReceiptPlace(company_id=company_id, order_id=order_id, is_gift=is_gift)
    assert ADDRESSES.place_of(*parts(address)) == ADDRESSES.place_of(*parts(address.lower())) == place
    assert order_of(address) == order_id


def test_an_address_of_before_leads_there_under_a_new_key() -> None:
    printed = parts(ReceiptAddresses(key=b"before").of(COMPANY, ORDER))
    place = ReceiptPlace(company_id=COMPANY, order_id=ORDER)
    assert ReceiptAddresses(key=b"now", former=[b"before"]).place_of(*printed) == place
    assert ReceiptAddresses(key=b"now").place_of(*printed) is None


@given(at=some.integers(0, 78), letter=some.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_no_letter_of_it_can_be_another(at: int, letter: str) -> None:
    token, name = parts(ADDRESSES.of(COMPANY, ORDER, is_gift=True))
    assert (len(token), len(name)) == (26, 53)
    whole = list(token + name)
    # The last letter of each part carries bits of nothing, which base32 leaves alone.
    if whole[at] != letter and at not in (25, 78):
        whole[at] = letter
        assert ADDRESSES.place_of("".join(whole[:26]), "".join(whole[26:])) is None


@pytest.mark.parametrize(
    ("token", "name"), [("", ""), ("A", "A" * 52), ("\u00e9", "!"), ("A" * 26, "A" * 52)]
)
def test_what_was_never_printed_leads_nowhere(token: str, name: str) -> None:
    assert ADDRESSES.place_of(token, name) is None
