"""What the web server needs to know of the application it serves."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """Functions of the application; they are called by the thread that polls, so they must be quick."""

    #: The body of a refusal, by its status and the id of the request.
    refusal: Callable[[int, str], bytes]
    #: The company of whoever sends this Authorization, or None.
    company_of: Callable[[str], UUID | None] = lambda _authorization: None
    #: The address a request counts for, from the connection's and from X-Forwarded-For.
    sender_of: Callable[[str, str | None], str] = lambda connected, _forwarded: connected
    #: Whether the connection comes from a proxy that is believed.
    is_proxy: Callable[[str], bool] = lambda _connected: False
