"""Where webhooks may go: to servers of the public network alone, whatever their names lead to.

A server that sends to any address it is told to is a way into the network it stands in. So what an address
is called is looked at when somebody names it, and what that leads to each time before something is sent.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from domain.errors import Detail, Invalid

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

HTTPS = 443
LONGEST_URL = 2000
_LONGEST_NAME = 253
#: Only these are in it, so that it is read alike by whoever reads it: a parser would drop tabs and line ends.
_PLAIN = re.compile(r"[!#-;=?-\[\]_a-z~]+\Z")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\Z")
#: A name whose last part reads as a number is an address to some: 127.1, 0x7f000001, 2130706433.
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")
#: Names that lead into the own machine or network wherever they are looked up.
_OWN = frozenset({"localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "arpa"})

# What has another address within it, whose bits lie where `_inner` says. Python takes most of these for
# global, whatever is in them.
_TRANSLATED = IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = IPv6Network("2002::/16")
_TEREDO = IPv6Network("2001::/32")
_MAPPED = IPv6Network("::ffff:0:0/96")
#: What `is_global` takes for global and is not: of one site, for protocols, for relays to 6to4.
_NOT_GLOBAL = (IPv6Network("fec0::/10"), IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))


_NO_NAME = "An address names a server by letters, digits and hyphens, not by numbers."


class UrlNotAllowed(Invalid):
    """Webhooks go to a server's name over https, to port 443 or another that the operator allows."""

    code = "url_not_allowed"
    remedy = "Use an `https` address with a public name, or have the operator allow the port."


@dataclass(frozen=True)
class TargetRules:
    """What an operator allows beside port 443 and addresses of the public network."""

    ports: frozenset[int] = frozenset()
    networks: tuple[Network, ...] = ()

    def check_url(self, url: str) -> None:
        """Raise UrlNotAllowed unless it is a server's name, with https and a port that is allowed."""
        if reason := self._fault_of(url):
            raise UrlNotAllowed(reason, details=[Detail("url", UrlNotAllowed.code, reason)])

    def _fault_of(self, url: str) -> str | None:
        if len(url) > LONGEST_URL or not _PLAIN.match(url):
            return f"An address has {LONGEST_URL} plain characters at most; write others as %20 and the like."
        try:
            parts = urlsplit(url)
            port = HTTPS if parts.port is None else parts.port
        except ValueError:
            return _NO_NAME
        faults = {
            "An address begins with https://.": parts.scheme != "https",
            "An address has no user and no password in it.": "@" in parts.netloc,
            "An address has no fragment in it.": "#" in url,
            "An address is at port 443, or at another that the operator allows.": port != HTTPS
            and port not in self.ports,
        }
        found = next((fault for fault, is_so in faults.items() if is_so), None)
        return found or self._fault_of_name(parts.hostname or "")

    def _fault_of_name(self, name: str) -> str | None:
        labels = name.split(".")
        if len(name) > _LONGEST_NAME or not all(_LABEL.match(label) for label in labels):
            return _NO_NAME
        if _NUMBER.fullmatch(labels[-1]):
            return "An address names a server, and not its number in the network."
        # Names of the own network are for operators who allow addresses of it.
        if not self.networks and (len(labels) == 1 or labels[-1].lower() in _OWN):
            return "An address names a server that everybody can reach."
        return None

    def allows(self, address: Address) -> bool:
        """Whether something may be sent there: to the public network, or where the operator says so."""
        tested = _inner(address) or (address,)
        return all(_is_within(one, self.networks) or _is_public(one) for one in tested)

    def allow_all(self, addresses: Collection[Address]) -> bool:
        """Whether a name may be followed: of all that it leads to, none is elsewhere, and there is any."""
        return bool(addresses) and all(self.allows(address) for address in addresses)


def address_of(text: str) -> Address:
    """An address from its text, without the zone that some write behind it. Raises ValueError."""
    return ip_address(text.partition("%")[0])


def networks_of(texts: Iterable[str]) -> tuple[Network, ...]:
    """Networks from their texts. Raises ValueError."""
    return tuple(ip_network(text) for text in texts)


def _is_within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _is_public(address: Address) -> bool:
    """Whether it is of the public network, as far as its own bits say.

    `is_global` is not enough: it takes groups of receivers, and more, for global.
    """
    is_special = address.is_multicast or address.is_reserved or _is_within(address, _NOT_GLOBAL)
    return address.is_global and not is_special


def _inner(address: Address) -> tuple[Address, ...]:
    """The addresses that it stands for, or goes by the way of; whoever sends to it reaches these."""
    if isinstance(address, IPv4Address):
        return ()
    bits = int(address)
    if address in _TRANSLATED or address in _MAPPED:
        return (IPv4Address(bits & 0xFFFF_FFFF),)
    if address in _SIX_TO_FOUR:
        return (IPv4Address(bits >> 80 & 0xFFFF_FFFF),)
    if address in _TEREDO:
        # The server stands in clear, the client with each bit turned.
        return IPv4Address(bits >> 64 & 0xFFFF_FFFF), IPv4Address(~bits & 0xFFFF_FFFF)
    return ()
