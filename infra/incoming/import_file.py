"""Brings a company's log in from a file: the same events at the same positions, times and hashes."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from domain.companies import PLATFORM_ID
from domain.errors import Refusal
from infra.eventstore.codec import EventTypes
from infra.incoming.filling import Filling, Imported, Progress
from infra.incoming.leftovers import remove_leftovers
from infra.incoming.log import IncomingLog, incoming_log
from infra.incoming.person_keys import PersonKeys
from infra.seals.read_log import LogHead, opened_log, read_entries, read_head
from infra.seals.verify_log import verify_log
from projections.base import EventNotReadable, Projection

_COMPANIES: LiteralString = """
    SELECT count(*) FROM company_head WHERE company_id <> %(platform)s
"""


#: What reading a file raises that is no log, or not what was recorded.
_NOT_A_LOG = (ValueError, KeyError, TypeError, AttributeError, OverflowError, EOFError, OSError, zlib.error)


class CannotImport(Exception):
    """The log is not brought in, and nothing of it is left here; the message says why."""


@dataclass(frozen=True, kw_only=True)
class LogImport:
    """A log that is to come in: its file, the keys of its persons, and what it is compared with."""

    path: Path
    keys: Mapping[UUID, bytes]
    #: The key of the log as it was given to the operator, and a checkpoint that was kept.
    vkey: str | None = None
    checkpoint: bytes | None = None

    def verify(self) -> LogHead:
        """See that the file is what was recorded, and a whole log of a company. Raises CannotImport."""
        try:
            with opened_log(self.path) as file:
                head = read_head(file)
                if head.first != 1:
                    message = f"The file begins at position {head.first:,}: a log is brought in whole."
                    raise CannotImport(message)
                if head.company_id == PLATFORM_ID:
                    message = "It is the log of a platform, which each installation keeps for itself."
                    raise CannotImport(message)
                next(read_entries(file), None)
            with opened_log(self.path) as file:
                verify_log(file, self.vkey, self.checkpoint)
        except _NOT_A_LOG as error:
            raise CannotImport(f"NOT SOUND: {_reason(error)}") from error
        return head

    def run(
        self,
        connection: psycopg.Connection[Any],
        types: EventTypes,
        models: Sequence[Projection],
        progress: Progress,
    ) -> Imported:
        """Bring it in, as a worker, where there is no company yet. Raises CannotImport, LogThere.

        Unless all of it could be brought in, nothing is left of it.
        """
        head = self.verify()
        remove_leftovers(connection, models)
        _check_empty(connection)
        with incoming_log(connection, head.company_id, types, models) as log:
            filling = Filling(log, head, PersonKeys(types, self.keys), types)
            with _saying_where(log), opened_log(self.path) as file:
                filling.fill(file, progress)
            with log.adding() as db:
                _check_empty(connection)
                return filling.finish(db)


@contextmanager
def _saying_where(log: IncomingLog) -> Iterator[None]:
    """Raise CannotImport for whatever is wrong with the events that follow."""
    try:
        yield
    except psycopg.OperationalError:
        raise
    except Exception as error:
        if isinstance(error, Refusal) and not isinstance(error, EventNotReadable):
            raise
        raise CannotImport(f"After position {log.last:,}: {_reason(error)}") from error


def _check_empty(connection: psycopg.Connection[Any]) -> None:
    """Raise CannotImport where there is a company already."""
    [(companies,)] = connection.execute(_COMPANIES, {"platform": PLATFORM_ID}).fetchall()
    if companies:
        message = f"Companies are here already ({companies:,}): a log goes into an empty installation."
        raise CannotImport(message)


def _reason(error: Exception) -> str:
    if isinstance(error, psycopg.Error):
        return error.diag.message_primary or type(error).__name__
    is_told = isinstance(error, (ValueError, OSError, EventNotReadable))
    return str(error) if is_told and str(error) else "what it should say is missing"
