"""Structured logs: one JSON object a line, or one line for people, and never a secret or a person in it."""

import logging
import sys
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from functools import partial
from threading import Lock
from typing import Any, BinaryIO

import structlog

from infra.process.lines import Line, line_of
from infra.process.readable import is_terminal, readable, wants_colour
from infra.process.tracing import add_trace
from infra.process.troubles import described, traced

#: Takes a line to be kept; it returns at once, and raises nothing.
KeepLine = Callable[[Line], object]


class Outlet:
    """Where lines go: to a stream at once, and to whatever keeps them."""

    def __init__(self, stream: BinaryIO, written: Callable[[Line], bytes] = Line.text) -> None:
        self._stream = stream
        self._written = written
        self._turn = Lock()
        self.keep: KeepLine | None = None

    def write(self, line: Line) -> None:
        """Write a line. A stream that nobody reads any more is no reason to fail."""
        self.say(line)
        if self.keep is not None:
            self.keep(line)

    def say(self, line: Line) -> None:
        """Write a line to the stream alone: what is wrong with keeping them would only be kept in vain."""
        with suppress(OSError, ValueError), self._turn:
            self._stream.write(self._written(line))
            self._stream.flush()


class _Logger:
    """What structlog hands finished lines to."""

    def __init__(self, outlet: Outlet, name: str = "mipos") -> None:
        self.name = name
        self.debug = self.info = self.warning = self.error = self.critical = outlet.write


class _FromLibraries(logging.Handler):
    """Hands what libraries log to our own log: their messages may tell of persons, too."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log a record as one of ours."""
        level = min(max(record.levelno // 10, 1), 5) * 10
        logger = structlog.get_logger(record.name)
        logger.log(level, record.getMessage(), **({"exc_info": record.exc_info} if record.exc_info else {}))


def render(logger: Any, method: str, event: MutableMapping[str, Any]) -> tuple[tuple[Line], dict[str, Any]]:
    """Make the line of an event, and if that cannot be, one that says so: logging raises nothing."""
    name = getattr(logger, "name", "mipos")
    try:
        line = line_of(event, logger=name, level=method)
    except Exception as error:  # noqa: BLE001 whatever is wrong with a line, a request goes on
        trouble = {"event": "a line could not be written", "error": described(error)}
        line = line_of(trouble, logger=name, level=method)
    return (line,), {}


def configure_logs(level: str, stream: BinaryIO | None = None, *, form: str | None = None) -> Outlet:
    """Write lines of at least this level, to standard output unless another stream is named.

    They are `text` or `json`; unless one is asked for, whoever reads a terminal gets text and all else JSON.
    What is bound to the context (`structlog.contextvars`) stands in each line that a request causes.
    """
    stream = stream or sys.stdout.buffer
    form = form or ("text" if is_terminal(stream) else "json")
    outlet = Outlet(
        stream, partial(readable, in_colour=wants_colour(stream)) if form == "text" else Line.text
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            add_trace,
            # NOTE: tracebacks of our own; others print what errors say, or local variables.
            structlog.processors.ExceptionRenderer(traced),
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=lambda *names: _Logger(outlet, *names),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_FromLibraries()], level=logging.WARNING, force=True)
    return outlet
