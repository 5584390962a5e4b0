"""What logs and operators are told of an error: enough to find the fault, and nothing about anybody.

What drivers, decoders and the standard library say may repeat a value that a client sent or a row holds. So
of their errors the class counts, of the database's the SQLSTATE and what it is about, and the lines of code.
"""

import os
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import psycopg

from domain.errors import Refusal

#: What their own errors say is of servers, events and files; those of the others repeat what was typed.
_SPEAKING = ("infra.", "projections.")


def described(error: BaseException) -> str:
    """The class of an error, and what it says, as far as that names nobody."""
    return ": ".join(filter(None, [type(error).__name__, _said_by(error)]))


def _said_by(error: BaseException) -> str | None:
    if isinstance(error, psycopg.Error):
        return _said_by_database(error)
    module = type(error).__module__
    if module.startswith(_SPEAKING):
        return str(error).strip()
    if isinstance(error, Refusal):
        return error.code
    # Classes derived from it elsewhere, such as those of a mail server, have words of others in its fields.
    if isinstance(error, OSError) and error.errno and module == OSError.__module__:
        return os.strerror(error.errno)
    return None


def _said_by_database(error: psycopg.Error) -> str:
    """Its own words of its own state; of a statement, which rule it broke and of which table."""
    if isinstance(error, psycopg.OperationalError):
        return error.diag.message_primary or str(error).strip()
    diag = error.diag
    parts = {"SQLSTATE": error.sqlstate, "table": diag.table_name, "constraint": diag.constraint_name}
    return ", ".join(f"{name} {part}" for name, part in parts.items() if part)


#: How many lines of code are told of an error: the last ones, where it was raised.
MOST_FRAMES = 40

ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def traced(exc_info: ErrorInfo) -> list[dict[str, Any]]:
    """An error and what led to it, each with the lines where it was raised."""
    return [_traced(error) for error in _chain(exc_info[1])]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _traced(error: BaseException) -> dict[str, Any]:
    frames = [
        {"filename": frame.filename, "lineno": frame.lineno, "function": frame.name}
        for frame in traceback.extract_tb(error.__traceback__, limit=-MOST_FRAMES)
    ]
    told: dict[str, Any] = {"error": described(error), "frames": frames}
    if isinstance(error, BaseExceptionGroup):
        told["errors"] = [[_traced(each) for each in _chain(one)] for one in error.exceptions]
    return told
