"""Structured logs: one JSON object a line, and never a secret in it."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import msgspec
import structlog

_SECRET = frozenset({"password", "token", "refresh_token", "authorization", "secret", "password_hash"})


def hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank what must never be read in a log."""
    for name in _SECRET & event.keys():
        event[name] = "***"
    return event


def _render(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> bytes:
    return msgspec.json.encode(dict(event), enc_hook=str)


def configure_logs(level: str) -> None:
    """Write logs of at least this level to standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            hide_secrets,
            # NOTE: plain tracebacks; the pretty ones print local variables, and those may be secrets.
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
            ),
            _render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s", force=True)
