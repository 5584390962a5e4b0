"""Whose address a request counts for, directly and through proxies."""

from ipaddress import ip_network

import pytest
from falcon import Request
from falcon.testing import create_environ

from api.addresses import sender_of

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("::1"))


def request(connected: str, forwarded: str | None = None) -> Request:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return Request(create_environ(remote_addr=connected, headers=headers))


def test_without_trusted_proxies_only_the_connection_counts() -> None:
    assert sender_of(request("203.0.113.9", "198.51.100.1"), ()) == "203.0.113.9"


@pytest.mark.parametrize(
    ("connected", "forwarded", "sender"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.1.1.1", "198.51.100.1", "198.51.100.1"),
        ("10.1.1.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),
        ("10.1.1.1", "1.2.3.4, 198.51.100.1 , 10.2.2.2", "198.51.100.1"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("::ffff:10.1.1.1", "198.51.100.1", "198.51.100.1"),
        ("10.1.1.1", "198.51.100.1, ::ffff:10.2.2.2", "198.51.100.1"),
        ("10.1.1.1", "<script>", "10.1.1.1"),
        ("10.1.1.1", "198.51.100.1, ", "10.1.1.1"),
        ("10.1.1.1", "10.3.3.3", "10.3.3.3"),
        ("10.1.1.1", None, "10.1.1.1"),
    ],
)
def test_a_trusted_proxy_is_believed_about_whom_it_heard_from(
    connected: str, forwarded: str | None, sender: str
) -> None:
    assert sender_of(request(connected, forwarded), TRUSTED) == sender
