"""Who may look at how the service is: whoever asks on its own machine, and whoever has the token for it."""

import hmac
import re
from ipaddress import ip_address

from falcon import Request

from domain.errors import NotAllowed

#: What is open to watchers, and never refused to those on the machine itself.
WATCHED = frozenset({"/ready", "/metrics"})

# A proxy on this machine connects from here as well; most say for whom, or at least that they are one.
_ON_BEHALF = (
    *("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "Via"),
    *("X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP"),
)
_HOST = re.compile(r"(?:\[([^\[\]]*)\]|([^:]*))(?::[0-9]*)?")


class NotAWatcher(NotAllowed):
    """This is shown on the service's own machine, at `localhost`, and to whoever sends its token (Bearer)."""


def is_watcher(req: Request, token: str | None) -> bool:
    """Whether the request comes straight from this machine or carries the token, if there is one."""
    return is_on_this_machine(req) or (token is not None and _carries(req, token))


def is_on_this_machine(req: Request) -> bool:
    """Whether the request was sent here, by nobody on behalf of somebody else."""
    if not _is_loopback(req.remote_addr) or not _is_here(req.get_header("Host") or "localhost"):
        return False
    return all(req.get_header(name) is None for name in _ON_BEHALF)


def _is_here(host: str) -> bool:
    """Whether somebody asks this machine by a name that no other has.

    A proxy that says nothing of itself passes on the name that was asked for, and so does a browser whose
    page had its own name lead here.
    """
    parts = _HOST.fullmatch(host)
    name = (parts[1] or parts[2] or "").lower() if parts else ""
    return name == "localhost" or _is_loopback(name)


def _is_loopback(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback


def _carries(req: Request, token: str) -> bool:
    scheme, _, secret = (req.get_header("Authorization") or "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(_sent(secret), token.encode())


def _sent(secret: str) -> bytes:
    """A secret as its bytes arrived: headers are read as Latin-1, whatever they are."""
    return secret.strip().encode("latin-1", "replace")
