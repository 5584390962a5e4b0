"""Where a web server on this machine can be opened, as a person would type it."""

import socket
from contextlib import suppress
from ipaddress import ip_address
from typing import Final

#: Addresses of documentation, by family: a way to them tells which address of ours the network sees.
_AWAY: Final = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))


def is_everywhere(host: str) -> bool:
    """Whether whoever listens there is heard at every address of this machine."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def to_open(host: str, port: int) -> list[str]:
    """The addresses at which a browser finds it, the nearest first.

    0.0.0.0 and :: are addresses to listen on, and none to go to.
    """
    hosts = ["localhost", *_seen_by_others(host)] if is_everywhere(host) else [host]
    return [f"http://{f'[{one}]' if ':' in one else one}:{port}" for one in hosts]


def _seen_by_others(host: str) -> list[str]:
    """This machine's own addresses in its networks; a datagram's socket is connected without sending one."""
    found = []
    for family, away in _AWAY:
        if family is socket.AF_INET6 and ":" not in host:
            continue
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as way:
            way.connect((away, 9))
            found.append(str(way.getsockname()[0]))
    return [one for one in found if not ip_address(one).is_loopback]
