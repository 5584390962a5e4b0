"""Writes a log as a file that proves itself, for whoever fetches it over HTTP."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from domain.seals.refusals import LogNotSound, NoSealKey
from infra.eventstore.chain import LogAltered
from infra.jobs.audit_jobs import AuditJob
from infra.runtime.seals import seal_key
from infra.runtime.settings import Settings, SettingsError
from infra.seals.key import SealKey
from infra.seals.log_files import LogFile, Stretch


def do(job: AuditJob, settings: Settings) -> Mapping[str, Any]:
    """Write from `from` to `to`, or to the end of the log. Raises NoSealKey, NoEvents, LogNotSound."""
    stretch = Stretch(first=job.asked["from"], last=job.asked["to"], is_clipped=True)
    log_file = LogFile(
        job.conninfo,
        job.company_id,
        _key(settings),
        stretch=stretch,
        withholds_metadata="metadata" in job.asked["withhold"],
    )
    with TemporaryDirectory(prefix="mipos-log-") as folder:
        path = Path(folder) / "log.mlog"
        try:
            written = log_file.write(path, datetime.now(UTC), job.tell)
        except LogAltered as altered:
            raise LogNotSound(str(altered)) from altered
        with path.open("rb") as file:
            job.keep(file)
    return {"first": written.first, "last": written.last}


def _key(settings: Settings) -> SealKey:
    try:
        return seal_key(settings)
    except SettingsError as error:
        raise NoSealKey from error
