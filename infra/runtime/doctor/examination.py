"""All checks in their order; a new one is a small function and a line here."""

import time
from collections.abc import Iterator, Mapping
from threading import Lock

import psycopg

from infra.eventstore.codec import EventTypes
from infra.process.troubles import described
from infra.runtime.doctor.checks import (
    backups,
    database,
    keys,
    logs,
    machine,
    models,
    replica,
    seals,
    witnesses,
)
from infra.runtime.doctor.finding import Check, Finding
from infra.runtime.doctor.patient import Patient
from infra.runtime.settings import Settings
from projections.base import Projection

#: By the names under which they are found in answers.
CHECKS: Mapping[str, Check] = {
    "server version": database.server_version,
    "writes reach the disk": database.durability,
    "roles": database.roles,
    "row-level security": database.row_security,
    "statistics on personal columns": database.statistics,
    "clock": database.clock,
    "migrations": models.migrations,
    "definitions": models.definitions,
    "closed companies": models.closed_companies,
    "lag": models.lag,
    "parked": models.parked,
    "soundness": models.soundness,
    "stock": models.stock,
    "reports": models.reports,
    "workers": models.workers,
    "jobs": models.jobs,
    "webhooks": models.webhooks,
    "chain": logs.chain,
    "streams": logs.streams,
    "seals": seals.seals,
    "published seals": seals.published,
    "witnesses": witnesses.witnesses,
    "data key": keys.data_key,
    "secrets": keys.secrets,
    "disk": machine.disk,
    "log of the database server": machine.server_log,
    "open transactions": machine.open_transactions,
    "replica": replica.replica,
    "backup": backups.backup,
    "test restore": backups.test_restore,
}

#: For how long an examination answers all who ask, in seconds.
FRESH = 5.0


def examine(patient: Patient, checks: Mapping[str, Check] = CHECKS) -> Iterator[Finding]:
    """Make every check; one that cannot be made is a failure of its own."""
    for name, check in checks.items():
        try:
            result = check(patient)
        except Exception as error:  # noqa: BLE001 whatever is wrong with one check leaves the others
            message = f"The check could not be made: {described(error)}."
            yield Finding(name, "fail", message, "Mend what the checks before it name, then look again.")
        else:
            yield Finding(name, result.status, result.says, result.mend)


class Doctor:
    """Examines over a connection of its own, once for all who ask at a time. Raises psycopg.Error."""

    def __init__(
        self, conninfo: str, settings: Settings, types: EventTypes, models: tuple[Projection, ...]
    ) -> None:
        self._conninfo = conninfo
        self._settings = settings
        self._types = types
        self._models = models
        self._turn = Lock()
        self._findings: list[Finding] = []
        self._examined_at = float("-inf")

    def examine(self) -> list[Finding]:
        """How the installation is, check by check."""
        with self._turn:
            if time.monotonic() - self._examined_at > FRESH:
                with psycopg.connect(
                    self._conninfo, autocommit=True, application_name="mipos doctor"
                ) as connection:
                    patient = Patient(connection, self._settings, self._types, self._models)
                    self._findings = list(examine(patient))
                self._examined_at = time.monotonic()
            return self._findings
