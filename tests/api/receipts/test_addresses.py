"""The address in a receipt's QR code."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from api.receipt_addresses import ReceiptAddresses, order_of

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
