"""Begins another life of a log that was brought back from an earlier moment, and has the log say so."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString, Self
from uuid import UUID

import psycopg
import structlog

from commands.ports import Caller
from domain.logs import Log
from domain.seals.checkpoints import Note
from infra.decisions.unit_of_work import EventWriter, PostgresUnitOfWork
from infra.postgres.connections import BULK, bounded
from infra.postgres.transactions import Transaction, transaction
from infra.process.ids import uuid7
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.runtime.seals import seal_key
from infra.runtime.settings import Settings, SettingsError
from infra.seals.comparing import Comparison, Outcome, Past, own_notes
from infra.seals.key import SealKey
from infra.seals.published import FOLDER, all_published, companies_in, epoch_of, file_of, last_published
from infra.seals.sealing import TURN
from projections.base import CompanyClosed, ServerOutdated

log = structlog.get_logger("seals")

_COMPANIES: LiteralString = "SELECT company_id FROM company_head ORDER BY company_id"

# The first thing that is locked, before the log.
_HOLD_INSTALLATION: LiteralString = "SELECT log_epoch FROM installation FOR UPDATE"

_HOLD_LOG: LiteralString = "SELECT hold_log(%(company_id)s)"

# A backup that is taken from here on says so, and what is restored from it counts on.
_COUNT: LiteralString = """
    UPDATE installation SET log_epoch = greatest(log_epoch, %(number)s::int)
"""

_BEGIN: LiteralString = "SELECT begin_epoch(%(company_id)s, %(number)s::int, %(from_size)s)"

# Where events were lost and hashes of the tree were not, these are of what is no more.
_CUT_TILES: LiteralString = """
    UPDATE audit_tiles AS tile
       SET hashes = substring(tile.hashes FOR (32 * greatest(0, whole.subtrees - 256 * tile.number))::int)
      FROM (SELECT level, floor(%(from_size)s / power(256::numeric, level)) AS subtrees
              FROM generate_series(1, 8) AS level) AS whole
     WHERE tile.company_id = %(company_id)s AND whole.level = tile.level
       AND octet_length(tile.hashes) > 32 * greatest(0, whole.subtrees - 256 * tile.number)
"""


@dataclass(frozen=True, kw_only=True)
class Seam:
    """Where another life of a log began, and what of the one before is known to be gone."""

    company_id: UUID
    from_size: int
    lost: tuple[int, int] | None

    def __str__(self) -> str:
        kept = f"the log of company {self.company_id} goes on behind position {self.from_size:,}"
        if self.lost is None:
            return f"{kept}; nothing that was signed is known to be gone"
        return f"{kept}; positions {self.lost[0]:,} to {self.lost[1]:,}, which were signed, are gone"


@dataclass(frozen=True, kw_only=True)
class Lives:
    """Begins lives of logs: `published` has the checkpoints of those before, `key` is what signs them.

    Without a key those count that seals of the log name.
    """

    published: Path
    key: SealKey | None
    now: datetime
    writer: EventWriter = field(default_factory=lambda: EventWriter(EVENT_TYPES, PROJECTIONS))

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Those of an installation. Raises SettingsError where it has no key of seals."""
        return cls(published=settings.data_dir / FOLDER, key=seal_key(settings), now=datetime.now(UTC))

    def begin_lost(self, worker: str) -> list[Seam]:
        """Begin another life of each log that ends before what was published of it.

        Processes that start together take turns, and the second finds that it is done. What is not what was
        published is left as it is: it was not brought back but altered, and nothing is signed.
        """
        published = companies_in(self.published)
        if not published:
            return []
        with psycopg.connect(bounded(worker, BULK), autocommit=True) as connection:
            known = {company_id for (company_id,) in connection.execute(_COMPANIES).fetchall()}
            found = (self._begin_if_lost(connection, one) for one in published if one in known)
            return [seam for seam in found if seam]

    def begin_by_hand(self, connection: psycopg.Connection[Any], company_id: UUID) -> Seam | None:
        """The same for a log that was brought back and written to unnoticed, by the word of whoever runs it.

        The life begins behind the last checkpoint that the log still has. None where nothing is amiss.
        """
        with transaction(connection, company_id, models=self.writer.models) as db:
            _hold(db)
            past, comparison = self._compared(db)
            if comparison.outcome is Outcome.GOES_ON:
                return None
            is_behind = comparison.outcome is Outcome.BEHIND
            return self._begin(db, comparison, past.head if is_behind else comparison.shared)

    def begin_everywhere(self, worker: str, number: int) -> list[Seam]:
        """Begin a life of this number of every log; whatever was lost, a restore may be a second copy."""
        seams = []
        with psycopg.connect(bounded(worker, BULK), autocommit=True) as connection:
            for (company_id,) in connection.execute(_COMPANIES).fetchall():
                with transaction(connection, company_id) as db:
                    _hold(db)
                    past, comparison = self._compared(db)
                    seams.append(self._begin(db, comparison, past.head, number))
        return seams

    def least_number(self) -> int:
        """A number that no life had of which something was published."""
        lasts = (last_published(file_of(self.published, one)) for one in companies_in(self.published))
        return 1 + max((epoch_of(last) for last in lasts if last), default=0)

    def _begin_if_lost(self, connection: psycopg.Connection[Any], company_id: UUID) -> Seam | None:
        if not self._is_behind(connection, company_id):
            return None
        try:
            with transaction(connection, company_id, models=self.writer.models) as db:
                _hold(db)
                past, comparison = self._compared(db)
                if comparison.outcome is not Outcome.BEHIND:
                    return None
                seam = self._begin(db, comparison, past.head)
        except (CompanyClosed, ServerOutdated):
            # Whoever starts next looks again; meanwhile nothing is signed.
            return None
        log.critical("a log lost its end, and goes on in a new epoch", seam=str(seam))
        return seam

    def _is_behind(self, connection: psycopg.Connection[Any], company_id: UUID) -> bool:
        """Whether it should be looked at closely, by its last checkpoint."""
        last = last_published(file_of(self.published, company_id))
        with transaction(connection, company_id, reading=True) as db:
            outcome = Past(db).compare([last] if last else []).outcome
        if outcome is Outcome.DIFFERS:
            log.critical("a log is not what was published of it", company_id=str(company_id))
        return outcome is Outcome.BEHIND

    def _compared(self, db: Transaction) -> tuple[Past, Comparison]:
        """The log, and how it compares with what this installation published of it."""
        past = Past(db)
        published = all_published(file_of(self.published, db.company_id))
        return past, past.compare(own_notes(db, published, self.key))

    def _begin(
        self, db: Transaction, comparison: Comparison, from_size: int, number: int | None = None
    ) -> Seam:
        """Begin a life of which the first `from_size` events are those of the one before."""
        last, lost = comparison.last, _lost(comparison, from_size)
        used = max(comparison.epoch, epoch_of(last) if last else 0)
        where = {"company_id": db.company_id, "number": number or used + 1, "from_size": from_size}
        db.execute(_COUNT, where)
        db.execute(_BEGIN, where)
        db.execute(_CUT_TILES, where)
        if from_size:
            self._tell(db, from_size, last, lost)
        return Seam(company_id=db.company_id, from_size=from_size, lost=lost)

    def _tell(self, db: Transaction, from_size: int, last: Note | None, lost: tuple[int, int] | None) -> None:
        """Have the log say so."""
        entry = Log.begin(
            Log.Restored,
            uuid7(),
            from_size=from_size,
            lost_from=lost[0] if lost else None,
            lost_to=lost[1] if lost else None,
            last_checkpoint=last.text if last else None,
        )
        work = PostgresUnitOfWork(db, self.writer, Caller(company_id=db.company_id, user_id=None), self.now)
        work.save(entry)
        work.record().row()


def _lost(comparison: Comparison, from_size: int) -> tuple[int, int] | None:
    """From where to where the life before had signed what is gone."""
    if comparison.last is None or comparison.outcome is Outcome.GOES_ON:
        return None
    kept = from_size if comparison.outcome is Outcome.BEHIND else comparison.shared
    return kept + 1, comparison.last.checkpoint.size


def _hold(db: Transaction) -> None:
    """Let nobody seal this log, write to it, or begin a life of it before the transaction ends."""
    where = {"company_id": db.company_id}
    db.execute(TURN, where)
    db.execute(_HOLD_INSTALLATION, {})
    db.execute(_HOLD_LOG, where)


def begin_lost_epochs(settings: Settings, worker: str) -> list[Seam]:
    """Begin another life of each log that lost its end; of none where nothing can be signed."""
    try:
        lives = Lives.of(settings)
    except SettingsError:
        return []
    return lives.begin_lost(worker)
