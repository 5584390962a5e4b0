"""Makes a company of another one's log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from commands.ports import DuplicateId
from infra.incoming.cloning import Clone
from infra.jobs.audit_jobs import AuditJob
from infra.runtime.clones import CloneAdmin, find_origin, make_clone
from infra.runtime.settings import Settings


def do(job: AuditJob, settings: Settings) -> Mapping[str, Any]:  # noqa: ARG001 every kind takes them
    """Make it under the id of the job. Raises Refusal; then nothing is left of it."""
    asked = job.asked
    clone = Clone(
        company_id=job.id,
        source_id=UUID(asked["source_id"]),
        as_of=datetime.fromisoformat(asked["as_of"]) if asked["as_of"] else None,
        has_persons=asked["personal"],
    )
    admin = CloneAdmin(id=uuid5(job.id, "admin"), **asked["admin"]) if asked["admin"] else None
    try:
        origin = make_clone(job.conninfo, clone, asked["name"], admin, job.tell)
    except DuplicateId:
        # A worker that died when all was done had only not said so yet.
        made = find_origin(job.conninfo, clone.company_id)
        if made is None or made.company_id != clone.source_id:
            raise
        origin = made
    return {"company_id": str(clone.company_id), "events": origin.position}
