"""E-mail addresses: exactly one each."""

from email.message import EmailMessage

import pytest

from domain.emails import is_address


@pytest.mark.parametrize(
    "address",
    [
        "a@b",
        "sales@hillside.example",
        "first.last+orders@mail.hillside.example",
        "o'brien@hillside.example",
        "x=y@xn--gre-6ka8l.example",
        "{a}|b~c@x-y.example",
    ],
)
def test_one_names_the_mailbox_that_a_message_goes_to(address: str) -> None:
    message = EmailMessage()
    message["To"] = address
    (recipient,) = message["To"].addresses
    assert is_address(address)
    assert (recipient.addr_spec, recipient.display_name) == (address, "")
    assert message["To"].defects == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nobody",
        "@x.example",
        "a@",
        "a@b@c",
        "a b@x.example",
        "a@x.example ",
        "a@x.example\n",
        "a,b@x.example",
        "a:b@x.example",
        "a;b@x.example",
        "Foo<a@b.example>",
        "<a@b.example>",
        "(c)a@b.example",
        "a@b.example(c)",
        'a"b@x.example',
        '"a"@x.example',
        "a\\b@x.example",
        "a@[127.0.0.1]",
        ".a@x.example",
        "a..b@x.example",
        "a.@x.example",
        "a@x..example",
        "a@.example",
        "a@x.example.",
        "=?utf-8?q?a=2Cb?=@x.example",
        "m\u00fcller@x.example",
        "a\u200b@x.example",
        "a@\u0445.example",
        "a@x_y.example",
        "a" * 250 + "@shop",
    ],
)
def test_whatever_else_a_header_could_mean_is_none(text: str) -> None:
    assert not is_address(text)
