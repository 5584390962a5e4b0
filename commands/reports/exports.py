"""Has files of reports written by a worker."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from commands.ports import Missing, UnitOfWork
from domain.errors import Conflict
from domain.report_schedules import ReportSchedule


class TooManyExports(Conflict):
    """Several exports of your company are still to be written; wait for them."""

    code = "too_many_exports"
    remedy = "Ask for the next one when one of those under way is written."


@dataclass(frozen=True, kw_only=True)
class RequestExport:
    """Have a file written; `parameters` are those of the section as in an address, `options` how to write it.

    `schedule_id` is whose run it is of, if any, and `position` up to where it is made then.
    """

    id: UUID
    area: str
    section: str
    format: str
    parameters: str
    options: Mapping[str, Any]
    schedule_id: UUID | None = None
    position: int | None = None


@dataclass(frozen=True, kw_only=True)
class DropExport:
    """Write it no further, and keep nothing of it."""

    id: UUID


@dataclass(frozen=True, kw_only=True)
class TryRun:
    """Have the file of a schedule made now and sent to whoever asks, whatever its condition."""

    id: UUID
    schedule_id: UUID


class ExportsPort(Protocol):
    """Files that a worker writes."""

    def find_earlier(self, export: RequestExport) -> datetime | None:
        """When the caller asked for this very file; None if nothing has its id. Raises DuplicateId."""

    def open(self, export: RequestExport) -> None:
        """Have it written. Raises TooManyExports."""

    def drop(self, export_id: UUID) -> bool:
        """Forget it; whether it was there."""

    def try_run(self, run: TryRun) -> None:
        """Have a run of a schedule made for the caller alone. Raises TooManyExports."""


class ExportingWork(UnitOfWork, Protocol):
    """What it takes to have files written."""

    @property
    def exports(self) -> ExportsPort:
        """Files that a worker writes."""


def request_export(command: RequestExport, work: ExportingWork) -> datetime:
    """Have it written, once, and say when it was asked for. Raises DuplicateId, TooManyExports."""
    earlier = work.exports.find_earlier(command)
    if earlier is not None:
        work.is_repetition = True
        return earlier
    work.exports.open(command)
    return work.now


def drop_export(command: DropExport, work: ExportingWork) -> UUID:
    """Forget it. Raises Missing."""
    if not work.exports.drop(command.id):
        raise Missing
    return command.id


def try_run(command: TryRun, work: ExportingWork) -> UUID:
    """Have it made. Raises Missing, TooManyExports."""
    schedule = work.load(ReportSchedule, command.schedule_id)
    if schedule.is_archived:
        raise Missing
    work.exports.try_run(command)
    return command.id
