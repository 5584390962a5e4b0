"""Who may look at how the service is: whoever asks on its own machine, and whoever has the token for it."""

import hmac
from ipaddress import ip_address

from falcon import Request

from domain.errors import NotAllowed

#: What is open to watchers, and never refused to those on the machine itself.
WATCHED = frozenset({"/ready", "/metrics"})

# A proxy on this machine connects from here as well; it says for whom.
_ON_BEHALF = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")


class NotAWatcher(NotAllowed):
    """This is shown on the service's own machine, and to whoever sends the token for it (Bearer)."""


def is_watcher(req: Request, token: str | None) -> bool:
    """Whether the request comes straight from this machine or carries the token, if there is one."""
    return is_on_this_machine(req) or (token is not None and _carries(req, token))


def is_on_this_machine(req: Request) -> bool:
    """Whether the request was sent here, by nobody on behalf of somebody else."""
    return _is_loopback(req.remote_addr) and not any(req.get_header(name) for name in _ON_BEHALF)


def _is_loopback(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback


def _carries(req: Request, token: str) -> bool:
    scheme, _, secret = (req.get_header("Authorization") or "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(secret.strip().encode(), token.encode())
