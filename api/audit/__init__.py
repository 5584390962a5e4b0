"""The audit in the API: who did what and when, and what it changed."""

from falcon import App, Request, Response

from api.audit.events import AuditEvents, AuditStream
from api.audit.exports import LogExportById, LogExportFile, LogExports
from api.audit.proofs import Consistency, EventProof
from api.audit.public_log import PublicCheckpoint, PublicEntries, PublicTile
from api.audit.seals import LatestSeal, SealKey, SealOfSize, Seals
from api.audit.state import AuditState
from api.audit.story import AuditStory
from api.audit.tiles import LogCheckpoint, LogEntries, LogTile
from api.audit.verification import LogVerification
from api.audit.verifications import VerificationById, Verifications
from api.audit.what_if import WhatIfById, WhatIfOrders, WhatIfs
from api.services import Services

__all__ = ["add_routes"]


def add_routes(app: App[Request, Response], services: Services) -> None:
    """The routes of the audit."""
    stream = "/api/audit/streams/{stream_id:uuid}"
    app.add_route("/api/audit/events", AuditEvents(services))
    app.add_route("/api/audit/verify", LogVerification(services))
    app.add_route("/api/audit/verifications", Verifications(services))
    app.add_route("/api/audit/verifications/{job_id:uuid}", VerificationById(services))
    app.add_route("/api/audit/what-if", WhatIfs(services))
    app.add_route("/api/audit/what-if/{what_if_id:uuid}", WhatIfById(services))
    app.add_route("/api/audit/what-if/{what_if_id:uuid}/orders", WhatIfOrders(services))
    exports = "/api/audit/exports"
    app.add_route(exports, LogExports(services))
    app.add_route(f"{exports}/{{log_export_id:uuid}}", LogExportById(services))
    app.add_route(f"{exports}/{{log_export_id:uuid}}/file", LogExportFile(services))
    log = "/api/audit/log"
    app.add_route(f"{log}/checkpoint", LogCheckpoint(services))
    app.add_route(f"{log}/tile/entries/{{tile:path}}", LogEntries(services))
    app.add_route(f"{log}/tile/{{level}}/{{tile:path}}", LogTile(services))
    public = "/api/logs/{company_id:uuid}/{epoch:int}"
    app.add_route(f"{public}/checkpoint", PublicCheckpoint(services))
    app.add_route(f"{public}/tile/entries/{{tile:path}}", PublicEntries(services))
    app.add_route(f"{public}/tile/{{level}}/{{tile:path}}", PublicTile(services))
    app.add_route(stream, AuditStream(services))
    app.add_route(f"{stream}/story", AuditStory(services))
    app.add_route(f"{stream}/state", AuditState(services))
    app.add_route("/api/audit/key", SealKey(services))
    app.add_route("/api/audit/seals", Seals(services))
    app.add_route("/api/audit/seals/latest", LatestSeal(services))
    app.add_route("/api/audit/seals/{size:int}", SealOfSize(services))
    app.add_route("/api/audit/events/{position:int}/proof", EventProof(services))
    app.add_route("/api/audit/consistency", Consistency(services))
