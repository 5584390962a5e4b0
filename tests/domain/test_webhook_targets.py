"""Where webhooks may go, and where they are not led to by any way of writing an address."""

import pytest

from domain.webhooks.targets import TargetRules, UrlNotAllowed, address_of, networks_of

RULES = TargetRules()
#: What stands for 127.0.0.1, or for something else in the own network, in one way or another.
REFUSED = (
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",  # noqa: S104 nothing listens here
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:224.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2002:c0a8:101::",
    "2001:0:7f00:1::f7f7:f7f7",
    "2001:0:808:808::80ff:fffe",
    "2001:0:808:808::f5ff:fffe",
    "2001:db8::1",
    "100::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "feff::1",
    "ff02::1",
    "ff0e::1",
    "4000::1",
)
ALLOWED = (
    "8.8.8.8",
    "93.184.215.14",
    "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
    "2001:0:808:808::f7f7:f7f7",
)


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_of_the_public_network_is_refused(text: str) -> None:
    assert not RULES.allows(address_of(text))


@pytest.mark.parametrize("text", ALLOWED)
def test_the_public_network_is_allowed(text: str) -> None:
    assert RULES.allows(address_of(text))


def test_a_name_is_followed_only_if_all_that_it_leads_to_is_allowed() -> None:
    public, own = address_of("8.8.8.8"), address_of("10.0.0.1")
    assert RULES.allow_all([public])
    assert not RULES.allow_all([public, own])
    assert not RULES.allow_all([])


def test_an_operator_may_name_own_networks_and_nothing_else_is_allowed_by_that() -> None:
    rules = TargetRules(networks=networks_of(["10.1.0.0/16", "::1/128"]))
    for text in ("10.1.2.3", "::1", "::ffff:10.1.2.3", "64:ff9b::a01:203", "8.8.8.8"):
        assert rules.allows(address_of(text)), text
    for text in ("10.2.0.1", "127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::2"):
        assert not rules.allows(address_of(text)), text


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.shop.example",
        "https://hooks.shop.example/",
        "https://hooks.shop.example:443/mipos?shop=1&key=a%20b",
        "HTTPS://Hooks.Shop.Example/",
        "https://xn--bcher-kva.example/",
        "https://3com.example/",
        "https://1.2.3.4.example/",
    ],
)
def test_a_server_is_named_over_https(url: str) -> None:
    RULES.check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.shop.example",
        "//hooks.shop.example/",
        "http://hooks.shop.example/",
        "ftp://hooks.shop.example/",
        "file:///etc/passwd",
        "https:hooks.shop.example",
        "https:///path",
        "https://user@hooks.shop.example/",
        "https://user:password@hooks.shop.example/",
        "https://@hooks.shop.example/",
        "https://hooks.shop.example:80/",
        "https://hooks.shop.example:8443/",
        "https://hooks.shop.example:0/",
        "https://hooks.shop.example:99999/",
        "https://hooks.shop.example:port/",
        "https://hooks.shop.example/#part",
        "https://hooks.shop.example/#",
        "https://127.0.0.1/",
        "https://8.8.8.8/",
        "https://[::1]/",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
        "https://[::1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://017700000001/",
        "https://127.1/",
        "https://127.0.0.1./",
        "https://hooks.shop.example./",
        "https://hooks..example/",
        "https://-hooks.example/",
        "https://hooks_1.shop.example/",
        "https://%31%32%37.0.0.1/",
        "https://\uff11\uff12\uff17.\uff10.\uff10.\uff11/",
        "https://b\u00fccher.example/",
        "https://hooks.shop.example\\@elsewhere.example/",
        "https://hooks.shop.example/a b",
        "https://hooks.shop.example/\r\nHost: elsewhere.example",
        "https://hooks.shop\t.example/",
        "https://localhost/",
        "https://LOCALHOST/",
        "https://app.localhost/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://router.lan/",
        "https://intranet/",
        f"https://{'a' * 64}.example/",
        f"https://{'a.' * 130}example/",
        f"https://hooks.shop.example/{'a' * 2000}",
    ],
)
def test_anything_else_is_refused_with_its_reason(url: str) -> None:
    with pytest.raises(UrlNotAllowed) as refused:
        RULES.check_url(url)
    assert [(detail["field"], detail["code"]) for detail in refused.value.details] == [
        ("url", "url_not_allowed")
    ]


def test_an_operator_may_name_other_ports_and_own_networks_with_their_names() -> None:
    rules = TargetRules(frozenset({8443}), networks_of(["127.0.0.0/8"]))
    rules.check_url("https://localhost:8443/")
    rules.check_url("https://hooks.internal/")
    for url in ("https://localhost:8444/", "https://127.0.0.1:8443/", "http://localhost:8443/"):
        with pytest.raises(UrlNotAllowed):
            rules.check_url(url)
