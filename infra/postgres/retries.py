"""How often a transaction was begun again, and why."""

from functools import cache

from prometheus_client import Counter
from psycopg import Error, errors

from infra.postgres.connections import Lost
from infra.process.kind import Process

RETRIES = Counter(
    "mipos_transactions_retried_total",
    "Transactions begun again: another one came in between (serialization, deadlock, unique), or the "
    "connection broke off before anything was committed (connection).",
    ["reason", "process"],
)
_retries = cache(RETRIES.labels)
_REASONS: dict[type[Error], str] = {
    errors.SerializationFailure: "serialization",
    errors.DeadlockDetected: "deadlock",
    errors.UniqueViolation: "unique",
    Lost: "connection",
}


def count_retry(error: Error) -> None:
    """Count that a transaction is begun again because of this."""
    reason = next((reason for kind, reason in _REASONS.items() if isinstance(error, kind)), "other")
    _retries(reason, Process.kind).inc()
