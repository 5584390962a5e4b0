"""Which tables are in a backup, and which are not, for a reason each; what follows from the log is not."""

from collections.abc import Mapping
from typing import LiteralString

#: Facts, numbered: a backup has those after the one before it.
LOG: LiteralString = "events"
#: What opens what the log seals: in a file of its own, in a folder of its own.
KEYS: LiteralString = "subject_keys"
#: Bytes that never change, by their hash: a backup has those that the ones before it lack.
PICTURES: LiteralString = "image_contents"
#: Answers by the position they were given at: a repeated request after a restore must not be made twice.
ANSWERS: LiteralString = "idempotency_keys"
#: Whole in each backup, or left out of one where nothing has changed. They are sealed: what tills delivered
#: and waits tells about persons, and nobody guesses passwords in a file that is lost.
SMALL: tuple[LiteralString, ...] = (
    "credentials",
    "erased_subjects",
    "log_epochs",
    "audit_seals",
    "audit_tiles",
    "seal_witnesses",
    "device_deliveries",
    "waiting_operations",
    "report_exports",
    "report_runs",
    "report_deliveries",
    "webhook_secrets",
    "webhook_cursors",
    "webhook_deliveries",
    "webhook_replays",
    "import_jobs",
    "running_time",
)

#: Every other table that is no read model's.
LEFT_OUT: Mapping[str, str] = {
    "company_head": "it follows from the log",
    "company_activity": "it follows from the log",
    "projection_checkpoints": "read models are made anew",
    "projection_models": "read models are made anew",
    "projection_verifications": "read models are made anew",
    "skipped_events": "read models are made anew",
    "projection_jobs": "read models are made anew",
    "audit_jobs": "they are asked for again",
    "audit_job_parts": "they are asked for again",
    "log_counts": "they follow from the log",
    "incoming_logs": "what is being filled is filled again",
    "long_streams": "they follow from the log",
    "counted_logs": "they follow from the log",
    "job_runs": "they are of workers",
    "projection_paces": "they are of the last minutes",
    "installation": "of it the epoch is in the manifest",
    "schema_migrations": "their names are in the manifest",
    "sessions": "whoever was signed out since would be signed in again",
    "password_resets": "they are good for an hour",
    "approvals": "they are good for minutes",
    "sign_in_failures": "they count within an hour",
    "import_chunks": "files that were not read yet are handed in again",
    "report_export_parts": "files of reports are written again from the log",
    "range_cache": "nobody misses a row",
    "basket_answers": "nobody misses a row",
    "stock_verifications": "everything is compared anew",
    "stock_differences": "everything is compared anew",
    "report_reconciliations": "everything is compared anew",
    "report_differences": "everything is compared anew",
    "fiscal_rounds": "every store is looked at anew",
    "worker_heartbeats": "they are of processes",
    "worker_metrics": "counters may begin anew",
    "backups": "a backup is not in itself",
    "seal_letters": "auditors are written to at once after a restore",
    "log_lines": "they are of processes, and what is hidden today may not have been hidden yet",
}

#: What holds of rows whose other half is left out.
AFTERWARDS: tuple[LiteralString, ...] = (
    """
    UPDATE report_exports SET status = 'expired' WHERE status = 'done'
    """,
    """
    UPDATE import_jobs
       SET status = 'failed', finished_at = now(),
           failure = 'The file was not in the backup that was restored; hand it in again.'
     WHERE status IN ('queued', 'running')
    """,
)
