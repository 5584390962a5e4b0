"""What waits until a worker takes it up: imports, files of reports, rebuilds, deliveries, audits."""

from infra.decisions.unit_of_work import EventWriter
from infra.files.exports import Exports
from infra.files.imports import Imports
from infra.jobs.projection_jobs import ProjectionJobs
from infra.jobs.waiting_work import WaitingWork
from infra.runtime.audit_jobs import audit_jobs
from infra.runtime.exports import write_export
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.runtime.settings import Settings
from infra.webhooks.deliveries import Deliveries
from infra.webhooks.wire import Wire


def waiting_work(settings: Settings, conninfo: str, writer: EventWriter) -> tuple[WaitingWork, ...]:
    """All parts of a worker that do such things, each for a thread of its own."""
    return (
        Imports(conninfo, writer),
        Exports(conninfo, writer, write_export),
        ProjectionJobs(conninfo, EVENT_TYPES, PROJECTIONS),
        audit_jobs(settings, conninfo),
        Deliveries(conninfo, writer, Wire(settings.webhook_targets)),
    )
