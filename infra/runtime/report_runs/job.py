"""The job that runs schedules: each once, and whatever is wrong with one, the others go on."""

from datetime import datetime, timedelta
from typing import Any

import psycopg
import structlog

from domain.errors import Refusal
from infra.decisions.unit_of_work import EventWriter
from infra.jobs.job import Job
from infra.outbox.messages import Messenger
from infra.postgres.transactions import transaction
from infra.process.troubles import described
from infra.runtime.report_runs.files import NotYet, have_written
from infra.runtime.report_runs.letters import Letters
from infra.runtime.report_runs.runs import Run, begin_due, end, open_runs
from projections.base import CompanyClosed, ProjectionBehind

#: For how long a run waits for what it needs, and its letters for the mail server.
_PATIENCE = timedelta(days=3)

log = structlog.get_logger("jobs")


class ReportRuns:
    """Begins the runs that are due, has their files written, and says where these are."""

    def __init__(self, messenger: Messenger, public_url: str | None) -> None:
        self._letters = Letters(messenger, (public_url or "").rstrip("/"))

    def step(self, connection: psycopg.Connection[Any], writer: EventWriter, now: datetime) -> int:
        """Bring every run as far as it can come now. Returns how many came to their end."""
        begin_due(connection, now)
        return sum(self._try(connection, writer, run, now) for run in open_runs(connection))

    def _try(self, connection: psycopg.Connection[Any], writer: EventWriter, run: Run, now: datetime) -> bool:
        """Whether it came to its end; what is wrong for days ends it."""
        try:
            return self._advance(connection, writer, run, now)
        except (NotYet, ProjectionBehind, CompanyClosed):
            failure = "What it is about was not known in time."
        except Refusal as refusal:
            return end(connection, run, now, "failed", refusal.message)
        except (OSError, psycopg.Error) as error:
            log.warning("a run of a report schedule waits", **_names(run), error=described(error))
            # Not the error itself: what a mail server says may name the address.
            failure = type(error).__name__
        except Exception as error:  # noqa: BLE001 whatever is wrong with one, the others go on
            # No mail server and no database is at fault, so it would fail for ever.
            log.warning("a run of a report schedule failed", **_names(run), error=described(error))
            return end(connection, run, now, "failed", f"It could not be made ({type(error).__name__}).")
        is_over = now - run.created_at > _PATIENCE
        return is_over and end(connection, run, now, "failed", failure)

    def _advance(
        self, connection: psycopg.Connection[Any], writer: EventWriter, run: Run, now: datetime
    ) -> bool:
        if run.status == "due":
            with transaction(connection, run.company_id, models=writer.models) as db:
                return have_written(db, run, now)
        return self._letters.send(connection, writer, run, now)


def _names(run: Run) -> dict[str, str]:
    return {"company_id": str(run.company_id), "run_id": str(run.id)}


def report_job(messenger: Messenger, public_url: str | None) -> Job:
    """The job that runs schedules."""
    return Job(
        name="report-schedules",
        every=timedelta(seconds=10),
        do=ReportRuns(messenger, public_url).step,
        records_what_is_due=True,
        reads_models=True,
    )
