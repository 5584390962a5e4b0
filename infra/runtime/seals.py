"""Seals with the key that the settings have: in the job of workers, and for whoever asks for it now."""

from datetime import UTC, datetime
from uuid import UUID

import psycopg
import structlog

from domain.seals.refusals import LogNotSound, NoSealKey
from domain.shifts import Shift
from infra.eventstore.chain import LogAltered
from infra.jobs.closing_seals import closing_seals
from infra.jobs.job import Job
from infra.jobs.seal_letters import seal_letters
from infra.jobs.seals import Sealing, sealing
from infra.jobs.witnesses import witnessing
from infra.postgres.connections import BULK, bounded
from infra.runtime.mail import messenger_of
from infra.runtime.models import EVENT_TYPES
from infra.runtime.settings import Settings, SettingsError
from infra.seals.key import SealKey
from infra.seals.published import FOLDER, publish
from infra.seals.sealing import Seal, Sealer
from infra.seals.verification import OutsideRecord
from projections.base import Database
from projections.log_proofs import LogProof

log = structlog.get_logger("jobs")


def seal_key(settings: Settings) -> SealKey:
    """The key. Raises SettingsError where it has to be set and is not."""
    return SealKey(settings.log_key(), settings.log_origin)


def outside_record_of(settings: Settings) -> OutsideRecord:
    """What the installation knows of its logs outside of the database; without a key that is less."""
    try:
        key = seal_key(settings)
    except SettingsError:
        key = None
    return OutsideRecord(key=key, folder=settings.data_dir / FOLDER)


def seal_jobs(settings: Settings) -> tuple[Job, ...]:
    """The jobs that seal, hourly and when a shift was closed, write to auditors, and ask witnesses.

    Without a key there are none, and the shop sells on.
    """
    try:
        key = seal_key(settings)
    except SettingsError as error:
        log.warning("logs are not sealed", reason=str(error))
        return ()
    seals = Sealing(key, settings.data_dir / FOLDER)
    closed = EVENT_TYPES.by_event[Shift.Closed].name
    letters = seal_letters(messenger_of(settings))
    asking = (witnessing(settings.witnesses, settings.data_dir / FOLDER),) if settings.witnesses else ()
    return sealing(seals), closing_seals(seals, closed), letters, *asking


class Desk:
    """Seals one log at a time for requests, over a connection of its own, and verifies logs."""

    def __init__(self, conninfo: str, settings: Settings) -> None:
        self._conninfo = conninfo
        self._settings = settings

    def key_of(self, company_id: UUID, epoch: int) -> tuple[str, str]:
        """What the log is called, and its public key. Raises NoSealKey."""
        key = self._key()
        return key.origin_of(company_id, epoch), key.vkey_of(company_id, epoch)

    def seal(self, company_id: UUID) -> bool:
        """Seal what is new, and publish it here. Returns whether anything was.

        Raises NoSealKey, EpochForked, LogNotSound.
        """
        key, folder, now = self._key(), self._settings.data_dir / FOLDER, datetime.now(UTC)
        last: Seal | None = None
        try:
            with psycopg.connect(bounded(self._conninfo, BULK), autocommit=True) as connection:
                last = Sealer(connection, key, folder).seal(company_id, now)
                publish(connection, company_id, folder)
        except LogAltered as altered:
            raise LogNotSound(str(altered)) from altered
        except OSError as error:
            # It is sealed all the same, and a worker publishes what its own files lack.
            log.warning("a seal is not published", company_id=str(company_id), reason=error.strerror)
        return last is not None and last.sealed_at == now

    def verify(self, db: Database, first: int, last: int | None) -> LogProof:
        """Verify the company's log from one position to another, or to its head.

        Raises Invalid, RangeTooLarge.
        """
        return outside_record_of(self._settings).verify(db, first, last)

    def _key(self) -> SealKey:
        try:
            return seal_key(self._settings)
        except SettingsError as error:
            raise NoSealKey from error
