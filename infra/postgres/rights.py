"""What the roles of an installation may do with each table, and with which of its rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import LiteralString

from projections.base import Projection

Privileges = frozenset[LiteralString]

EVERYTHING: Privileges = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
READING: Privileges = frozenset({"SELECT"})
ADDING: Privileges = frozenset({"SELECT", "INSERT"})
MOVING: Privileges = frozenset({"SELECT", "UPDATE"})
WRITING: Privileges = frozenset({"SELECT", "INSERT", "UPDATE"})

#: Rows of this company, the one that the transaction entered; without one, every statement is an error.
OWN_COMPANY: LiteralString = "company_id = current_setting('app.company_id')::uuid"
#: Rows of the platform: a transaction of a company sees none.
OF_PLATFORM: LiteralString = (
    "current_setting('app.company_id')::uuid = '00000000-0000-4000-8000-000000000000'::uuid"
)
ALL_ROWS: LiteralString = "true"


@dataclass(frozen=True)
class Rights:
    """What the roles may do with the rows of a table that they see.

    `rows` are those that the application sees, `shared` those that it may read besides; the workers see all.
    Where `rows` is None nothing in the table belongs to a company.
    """

    app: Privileges
    worker: Privileges
    rows: LiteralString | None = OWN_COMPANY
    shared: LiteralString | None = None


#: Every table that is no read model's. Nobody writes the log but through its functions.
TABLES: Mapping[str, Rights] = {
    "events": Rights(READING, READING),
    "company_head": Rights(READING, READING),
    "company_activity": Rights(READING, MOVING),
    "log_epochs": Rights(READING, READING),
    # Which logs are being filled; only workers fill them, through functions.
    "incoming_logs": Rights(READING, READING),
    # Seals are only ever added, by whoever has the key.
    "audit_seals": Rights(ADDING, ADDING),
    "audit_tiles": Rights(WRITING, WRITING),
    "seal_witnesses": Rights(READING, ADDING),
    "seal_letters": Rights(READING, WRITING),
    # Workers decide what tills delivered and waits, and may tell about somebody by that; they forget nobody.
    "subject_keys": Rights(EVERYTHING, WRITING),
    "erased_subjects": Rights(EVERYTHING, READING),
    "credentials": Rights(EVERYTHING, EVERYTHING),
    "sessions": Rights(EVERYTHING, EVERYTHING),
    "idempotency_keys": Rights(EVERYTHING, EVERYTHING),
    "password_resets": Rights(EVERYTHING, EVERYTHING),
    "approvals": Rights(EVERYTHING, EVERYTHING),
    # A client that fails to sign in is of no company yet.
    "sign_in_failures": Rights(EVERYTHING, EVERYTHING, rows=ALL_ROWS),
    "image_contents": Rights(EVERYTHING, EVERYTHING),
    "import_jobs": Rights(EVERYTHING, EVERYTHING),
    "import_chunks": Rights(EVERYTHING, EVERYTHING),
    "audit_jobs": Rights(EVERYTHING, EVERYTHING),
    "audit_job_parts": Rights(EVERYTHING, EVERYTHING),
    "report_exports": Rights(EVERYTHING, EVERYTHING),
    "report_export_parts": Rights(EVERYTHING, EVERYTHING),
    "report_runs": Rights(EVERYTHING, EVERYTHING),
    "report_deliveries": Rights(EVERYTHING, EVERYTHING),
    "webhook_secrets": Rights(EVERYTHING, EVERYTHING),
    "webhook_cursors": Rights(EVERYTHING, EVERYTHING),
    "webhook_deliveries": Rights(EVERYTHING, EVERYTHING),
    "webhook_replays": Rights(EVERYTHING, EVERYTHING),
    "range_cache": Rights(EVERYTHING, READING),
    "basket_answers": Rights(EVERYTHING, READING),
    "device_deliveries": Rights(EVERYTHING, EVERYTHING),
    "waiting_operations": Rights(EVERYTHING, EVERYTHING),
    "projection_checkpoints": Rights(READING, EVERYTHING),
    "log_counts": Rights(READING, EVERYTHING),
    "long_streams": Rights(READING, EVERYTHING),
    "counted_logs": Rights(READING, EVERYTHING),
    "skipped_events": Rights(READING, EVERYTHING),
    # Of the platform alone, which asks for them.
    "projection_jobs": Rights(EVERYTHING, EVERYTHING),
    "projection_verifications": Rights(READING, EVERYTHING),
    "stock_verifications": Rights(READING, EVERYTHING),
    "stock_differences": Rights(READING, EVERYTHING),
    "report_reconciliations": Rights(READING, EVERYTHING),
    "report_differences": Rights(READING, EVERYTHING),
    "fiscal_rounds": Rights(READING, EVERYTHING),
    # A line may name a company; it is the platform's all the same, and nobody changes it.
    "log_lines": Rights(ADDING, ADDING, rows=OF_PLATFORM),
    # Hours that workers count for everybody, what this version is, and which companies are closed.
    "running_time": Rights(READING, MOVING, rows=None),
    "installation": Rights(READING, MOVING, rows=None),
    "worker_heartbeats": Rights(READING, EVERYTHING, rows=None),
    "worker_metrics": Rights(READING, WRITING, rows=None),
    "backups": Rights(READING, EVERYTHING, rows=None),
    "projection_paces": Rights(READING, EVERYTHING, rows=None),
    "job_runs": Rights(READING, EVERYTHING, rows=None),
    "projection_models": Rights(READING, READING, rows=None),
    "schema_migrations": Rights(READING, READING, rows=None),
}


def rights_of(models: Iterable[Projection]) -> dict[str, Rights]:
    """The rights on every table: those of the log and around it, and those of read models."""
    own = {
        table: Rights(EVERYTHING, EVERYTHING, shared=model.shared_rows.get(table))
        for model in models
        for table in model.tables
    }
    return {**TABLES, **own}
