"""Requests whose line or headers cannot be read: refused in the shape of every failure."""

import socket
from uuid import uuid4

import structlog
from gunicorn import util

from api.errors import unread

log = structlog.get_logger("request")


def refuse_unread(client: socket.socket, status: int, reason: str, _told: str) -> None:
    """Answer in place of gunicorn, which would answer a page; what it would tell stays in the log."""
    request_id = uuid4().hex
    log.info("not read", request_id=request_id, status=status)
    body = unread(status, request_id)
    lines = (
        f"HTTP/1.1 {status} {reason}",
        "Connection: close",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        f"X-Request-Id: {request_id}",
    )
    util.write_nonblock(client, "\r\n".join([*lines, "", ""]).encode("ascii") + body)
