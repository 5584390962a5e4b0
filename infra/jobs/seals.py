"""Seals every log in which something is new, and adds what was signed to files outside of the database."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import structlog

from domain.seals.refusals import EpochForked
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.chain import LogAltered
from infra.jobs.job import Job
from infra.seals.key import SealKey
from infra.seals.published import publish
from infra.seals.sealing import Sealer

EVERY = timedelta(hours=1)

log = structlog.get_logger("jobs")

_DUE: LiteralString = """
    SELECT head.company_id
      FROM company_head AS head
      JOIN (SELECT company_id, max(number) AS epoch FROM log_epochs GROUP BY company_id) AS life
        ON life.company_id = head.company_id
      LEFT JOIN (SELECT company_id, epoch, max(size) AS size FROM audit_seals GROUP BY company_id, epoch)
             AS seal ON seal.company_id = head.company_id AND seal.epoch = life.epoch
     WHERE head.position > 0 AND head.position IS DISTINCT FROM seal.size
     ORDER BY head.company_id
"""


class Sealing:
    """Seals logs, one after another; one that cannot be sealed does not keep the others waiting."""

    def __init__(self, key: SealKey, folder: Path) -> None:
        self._key = key
        self._folder = folder

    def seal_all(self, connection: psycopg.Connection[Any], _writer: EventWriter, now: datetime) -> None:
        """Seal what is due."""
        for (company_id,) in connection.execute(_DUE).fetchall():
            self.seal(connection, company_id, now)

    def seal(self, connection: psycopg.Connection[Any], company_id: UUID, now: datetime) -> None:
        """Seal one log, and publish it; why it cannot be is told where the worker tells."""
        try:
            seal = Sealer(connection, self._key, self._folder).seal(company_id, now)
            publish(connection, company_id, self._folder)
        except LogAltered as altered:
            log.critical("a log is not sealed", company_id=str(company_id), reason=str(altered))
        except EpochForked:
            reason = "it ends before its last seal, and no epoch was begun"
            log.critical("a log is not sealed", company_id=str(company_id), reason=reason)
        except OSError as error:
            log.exception("a seal is not published", company_id=str(company_id), reason=error.strerror)
        else:
            if seal:
                log.debug("sealed", company_id=str(company_id), size=seal.size)


def sealing(seals: Sealing) -> Job:
    """The job that seals whatever is new."""
    return Job(name="seals", every=EVERY, do=seals.seal_all)
