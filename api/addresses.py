"""Where a request comes from: the address that connected, or whom a trusted proxy says it speaks for."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from falcon import Request

Network = IPv4Network | IPv6Network


def sender_of(req: Request, proxies: Sequence[Network]) -> str:
    """The address of whoever sent the request."""
    if not proxies:
        return req.remote_addr
    return sender_from(req.remote_addr, req.get_header("X-Forwarded-For"), proxies)


def sender_from(connected: str, forwarded: str | None, proxies: Sequence[Network]) -> str:
    """The address of whoever sent a request that came from `connected` and says this in X-Forwarded-For.

    Each proxy adds whom it heard from. From its end backwards, the first address that is no proxy of ours is
    the sender; what stands before it, anybody could have written.
    """
    hops = (forwarded or "").split(",") if proxies else []
    sender = connected
    while hops and is_trusted(sender, proxies) and (before := _address(hops.pop().strip())):
        sender = str(before)
    return sender


def is_trusted(address: str, proxies: Sequence[Network]) -> bool:
    """Whether this address is one of these proxies."""
    return bool(proxies) and _is_among(_address(address), proxies)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The address of this text, or None; where both kinds connect to one socket, IPv4 is wrapped in IPv6."""
    try:
        parsed = ip_address(text)
    except ValueError:
        return None
    return (parsed.ipv4_mapped or parsed) if isinstance(parsed, IPv6Address) else parsed


def _is_among(address: IPv4Address | IPv6Address | None, networks: Sequence[Network]) -> bool:
    return address is not None and any(address in network for network in networks)
