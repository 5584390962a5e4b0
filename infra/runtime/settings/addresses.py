"""How addresses of settings are read; each raises ValueError with the end of a sentence."""

import re
from email.utils import formataddr, parseaddr
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from domain.seals.checkpoints import NotACheckpoint
from domain.seals.cosignatures import Witness
from infra.seals.witnessing import Address

PORT = 5432


def host(text: str) -> str:
    """What to listen on."""
    if any(character.isspace() or character in "/@" for character in text):
        raise ValueError("must be a host name or an address to listen on")
    return text


def database_url(text: str) -> str:
    """Accept what libpq accepts as a URL. The text is never repeated: it may hold a password."""
    wrong = "must be an address such as postgresql://user:password@host:5432/database"
    if not text.startswith(("postgresql://", "postgres://")):
        raise ValueError(wrong)
    try:
        parts = conninfo_to_dict(text)
    except ProgrammingError:
        raise ValueError(wrong) from None
    # libpq itself looks at the port only when it connects; several hosts have several, divided by commas.
    if not all(port.isdigit() for port in str(parts.get("port", PORT)).split(",")):
        raise ValueError(wrong)
    if not parts.get("dbname"):
        raise ValueError("must name a database, as in postgresql://user:password@host:5432/database")
    return text


def origins(text: str) -> tuple[str, ...]:
    """Origins of web pages, or `*`, divided by commas."""
    found = tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())
    for origin in found:
        parts = urlsplit(origin)
        if origin != "*" and (
            parts.scheme not in {"http", "https"} or origin != f"{parts.scheme}://{parts.netloc}"
        ):
            raise ValueError("must list origins such as https://shop.example.com, divided by commas")
    return found


def public_url(text: str) -> str:
    """The address of web pages, without a slash at its end."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("must be an address such as https://shop.example.com")
    return text.rstrip("/")


def smtp_url(text: str) -> str:
    """Accept the address of a mail server. The text is never repeated: it may hold a password."""
    wrong = "must be an address such as smtp://user:password@mail.example.com:587 or smtps://mail.example.com"
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"smtp", "smtps"} and parts.hostname and parts.port != 0
    except ValueError:
        raise ValueError(wrong) from None
    if not usable or parts.path.strip("/") or parts.query:
        raise ValueError(wrong)
    return text


def mail_from(text: str) -> str:
    """An address of mail, with or without a name."""
    name, address = parseaddr(text)
    if "@" not in address or not text.isprintable():
        raise ValueError("must be an address such as MIPOS <mipos@example.com>")
    return formataddr((name, address))


def device_url(text: str) -> str:
    """Accept the address of a signing service. The text is never repeated: it may hold a secret."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not text.isascii() or not text.isprintable() or " " in text or parts.username:
        raise ValueError("must be an address such as http://127.0.0.1:8090/sign")
    return text


def collector(text: str) -> str:
    """Accept the address of a collector. The text is never repeated: it may hold a password."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError("must be an address such as http://collector:4318")
    try:
        find_spec("opentelemetry.exporter.otlp.proto.http")
    except ModuleNotFoundError:
        raise ValueError("needs what traces are sent with: .venv/bin/pip install -e '.[otel]'") from None
    return text


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Addresses and networks, divided by commas."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError("must list addresses or networks such as 10.0.0.0/8, divided by commas") from None


def ports(text: str) -> tuple[int, ...]:
    """Ports, divided by commas."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(re.fullmatch(r"[0-9]{1,5}", part) and 0 < int(part) < 2**16 for part in parts):
        raise ValueError("must list ports such as 8443, divided by commas")
    return tuple(int(part) for part in parts)


def witnesses(text: str) -> tuple[Address, ...]:
    """Pairs of an address and a verifier key, divided by commas."""
    wrong = "must list pairs of an address and a verifier key, divided by commas: https://witness.example KEY"
    found = []
    for pair in filter(None, map(str.strip, text.split(","))):
        url, _, vkey = pair.partition(" ")
        parts = urlsplit(url)
        try:
            witness = Witness.read(vkey.strip())
        except NotACheckpoint:
            raise ValueError(wrong) from None
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
            raise ValueError(wrong)
        found.append(Address(url=url, witness=witness))
    return tuple(found)
