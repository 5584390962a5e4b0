"""Has read models made anew or compared with the log by a worker, and lets them rest."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from commands.ports import Missing, UnitOfWork
from domain.errors import Conflict, Detail, Invalid

#: What a worker does about a read model.
JobKind = Literal["rebuild", "verify"]
Mode = Literal["inline", "async"]


class RebuildRunning(Conflict):
    """This read model is being made anew already, or waits for it; one at a time."""

    code = "rebuild_running"
    remedy = "Look how far it is at `GET /api/dev/projections/{name}/rebuild`, and wait for its end."


class VerificationRunning(Conflict):
    """This read model is being compared with the log already, or waits for it; one at a time."""

    code = "verification_running"
    remedy = "Wait for its end, then ask again."


class InlineCannotPause(Conflict):
    """Decisions are made on this read model: it is written with each event, and cannot rest."""

    code = "inline_cannot_pause"
    remedy = "Pause only asynchronous read models; the list of them says which are."


@dataclass(frozen=True, kw_only=True)
class RequestJob:
    """Have a read model made anew or checked, for one company or (None) for all."""

    id: UUID
    kind: JobKind
    name: str
    company_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class PauseReadModel:
    """Let it follow the log no further, for one company or (None) for all."""

    name: str
    company_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class ResumeReadModel:
    """Let it go on from where it was, for one company or (None) for all."""

    name: str
    company_id: UUID | None


class ReadModelsPort(Protocol):
    """The read models of the database, as whoever runs the platform handles them."""

    def find_mode(self, name: str) -> Mode | None:
        """How it is written; None for an unknown one."""

    def has_company(self, company_id: UUID) -> bool:
        """Whether there is a log of this company."""

    def open_job(self, job: RequestJob) -> bool:
        """Leave it to a worker; False if another one of its kind is not over."""

    def pause(self, name: str, company_id: UUID | None) -> None:
        """Let it follow no further."""

    def resume(self, name: str, company_id: UUID | None) -> None:
        """Let it go on."""


class ReadModelWork(UnitOfWork, Protocol):
    """What it takes to look after read models."""

    @property
    def read_models(self) -> ReadModelsPort:
        """The read models of the database."""


def request_job(command: RequestJob, work: ReadModelWork) -> datetime:
    """Leave it to a worker, and say when that was.

    Raises Missing, RebuildRunning, VerificationRunning, and Invalid for an unknown company.
    """
    _mode_of(command.name, command.company_id, work)
    if not work.read_models.open_job(command):
        raise RebuildRunning if command.kind == "rebuild" else VerificationRunning
    return work.now


def pause_read_model(command: PauseReadModel, work: ReadModelWork) -> None:
    """Let it rest. Raises Missing, InlineCannotPause, and Invalid for an unknown company."""
    if _mode_of(command.name, command.company_id, work) == "inline":
        raise InlineCannotPause
    work.read_models.pause(command.name, command.company_id)


def resume_read_model(command: ResumeReadModel, work: ReadModelWork) -> None:
    """Let it go on; one that does not rest does so anyway. Raises Missing, and Invalid as above."""
    _mode_of(command.name, command.company_id, work)
    work.read_models.resume(command.name, command.company_id)


def _mode_of(name: str, company_id: UUID | None, work: ReadModelWork) -> Mode:
    mode = work.read_models.find_mode(name)
    if mode is None:
        raise Missing
    if company_id is not None and not work.read_models.has_company(company_id):
        raise Invalid(details=[Detail("company_id", "not_found", "There is no such company.")])
    return mode
