"""Structured logs: one JSON object a line, and never a secret or a person in it."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, cast

import msgspec
import structlog

from infra.process.hiding import hidden
from infra.process.troubles import traced


def hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank what must never be read in a log."""
    return cast("MutableMapping[str, Any]", hidden(event))


def _render(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> bytes:
    return msgspec.json.encode(dict(event), enc_hook=str)


def configure_logs(level: str) -> None:
    """Write logs of at least this level to standard error."""
    structlog.configure(
        processors=[
            # NOTE: tracebacks of our own; others print what errors say, or local variables.
            structlog.processors.ExceptionRenderer(traced),
            hide_secrets,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s", force=True)
