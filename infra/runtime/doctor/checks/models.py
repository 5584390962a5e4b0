"""Whether the tables are those of this version, and whether somebody keeps them up to date."""

from typing import LiteralString

from infra.postgres.definitions import digest_of, inline_digest
from infra.runtime.doctor.finding import Result, fail, ok, warn
from infra.runtime.doctor.patient import Patient
from infra.upgrades.migrated import pending_migrations
from infra.upgrades.migrations import NewerDatabase

#: How long ago workers may have counted an hour before their jobs are overdue, in hours.
HOURS = 2.0
_STATUS = "`mipos projections status` names company, event and what to run."

_DEFINED: LiteralString = "SELECT name, digest FROM projection_models"

_STANDING: LiteralString = """
    SELECT projection, differing, skipped, paused FROM projection_standing(NULL) ORDER BY projection
"""

_DELIVERIES: LiteralString = "SELECT dead FROM count_deliveries()"

_DECLARED: LiteralString = "SELECT inline_models FROM installation"

# One that was not done for a week is none of this version any more; then no worker was there, which is told.
_RUNS: LiteralString = """
    SELECT name, last_error, next_run, next_run < clock_timestamp() - interval '2 hours' AS is_late
      FROM job_runs WHERE last_run > clock_timestamp() - interval '7 days' ORDER BY name
"""

_COUNTED: LiteralString = """
    SELECT extract(epoch FROM clock_timestamp() - counted_at)::float8 / 3600 AS hours FROM running_time
"""


def migrations(patient: Patient) -> Result:
    """The database is of this version."""
    try:
        with patient.within():
            pending = pending_migrations(patient.connection)
    except NewerDatabase as newer:
        return fail(str(newer), "Replace this version by the newer one.")
    if pending:
        return fail(f"Not applied yet: {', '.join(pending)}.", "Run `mipos migrate`.")
    return ok("Every migration of this version is applied.")


def definitions(patient: Patient) -> Result:
    """The tables of read models are made as this version makes them."""
    defined = {row["name"]: row["digest"] for row in patient.ask(_DEFINED)}
    others = [model.name for model in patient.models if defined.get(model.name) != digest_of(model)]
    if others:
        return fail(f"Made by another version: {', '.join(others)}.", "Run `mipos migrate`.")
    [declared] = patient.ask(_DECLARED)
    if declared["inline_models"] != inline_digest(patient.models):
        says = "Decisions are made on the read models of another version."
        return fail(says, "Run `mipos migrate`, then replace servers and workers of before.")
    return ok(f"All {len(patient.models):,} read models are those of this version.")


def closed_companies(patient: Patient) -> Result:
    """Every company is answered."""
    if number := patient.state.closed_companies:
        return fail(f"Companies that are closed: {number:,}.", _STATUS)
    return ok("No company is closed.")


def lag(patient: Patient) -> Result:
    """Reports know what was sold."""
    settings = patient.settings
    behind = [
        f"{model['projection']} ({model['greatest_lag']:,} events, {model['lag_seconds']:,.0f} s)"
        for model in patient.state.projections
        if model["greatest_lag"] > settings.ready_max_lag_events
        or model["lag_seconds"] > settings.ready_max_lag_seconds
    ]
    if behind:
        return warn(f"Behind: {', '.join(behind)}.", "See that workers run; more of them share the work.")
    return ok("No read model is behind by more than it may be.")


def parked(patient: Patient) -> Result:
    """No read model waits for a person."""
    waiting = [
        f"{model['projection']} ({model['parked']:,})"
        for model in patient.state.projections
        if model["parked"]
    ]
    if waiting:
        return fail(f"Parked, each for so many companies: {', '.join(waiting)}.", _STATUS)
    return ok("No read model is parked.")


def soundness(patient: Patient) -> Result:
    """No read model is known to differ from the log, and none rests."""
    standing = patient.ask(_STANDING)
    if wrong := [row["projection"] for row in standing if row["differing"] or row["skipped"]]:
        says = f"Not what the log says, or without events that were passed over: {', '.join(wrong)}."
        return warn(says, "`mipos projections rebuild NAME` makes them anew.")
    if resting := [row["projection"] for row in standing if row["paused"]]:
        return warn(f"At rest: {', '.join(resting)}.", "`mipos projections resume NAME` lets them go on.")
    return ok("No read model is known to differ from the log.")


def stock(patient: Patient) -> Result:
    """Balances are what the log adds up to."""
    if number := patient.state.stock["differences"]:
        says = f"Figures of stock that are not what the log says: {number:,}."
        return fail(says, "`mipos stock verify` names them.")
    return ok("Stock is what the log says, as far as it was compared.")


def reports(patient: Patient) -> Result:
    """Reports say the same."""
    if number := patient.state.reports["differences"]:
        says = f"Figures of reports that do not agree with each other: {number:,}."
        return fail(says, "`mipos reports verify` names them.")
    return ok("Reports agree with each other, as far as they were compared.")


def workers(patient: Patient) -> Result:
    """Somebody keeps read models up to date and does the jobs."""
    seen = patient.state.workers
    if not seen["alive"]:
        return fail("No worker was heard of in the last ten seconds.", "Start `mipos worker`.")
    if seen["silent"]:
        says = f"Workers that are silent: {seen['silent']:,}; others do their work: {seen['alive']:,}."
        return warn(says, "Look into the silent one's log, and start it again.")
    return ok(f"Workers at work: {seen['alive']:,}.")


def jobs(patient: Patient) -> Result:
    """Jobs are done when they are to be, and none of them fails; one of them counts hours."""
    for row in patient.ask(_COUNTED):
        if row["hours"] > HOURS:
            says = f"No worker has counted an hour for {row['hours']:,.1f} hours: jobs are overdue."
            return fail(says, "Start `mipos worker`; its log says which job waits, and for what.")
    runs = patient.ask(_RUNS)
    if late := [f"{run['name']} (since {run['next_run']:%Y-%m-%d %H:%M})" for run in runs if run["is_late"]]:
        return fail(f"Jobs that are overdue: {', '.join(late)}.", "A worker's log says what they wait for.")
    if failing := [f"{run['name']} ({run['last_error']})" for run in runs if run["last_error"]]:
        return warn(f"Jobs that failed the last time: {', '.join(failing)}.", "Mend what they name.")
    return ok(f"All {len(runs):,} jobs that are noted are done in time.")


def webhooks(patient: Patient) -> Result:
    """Whoever wants to be told of events is told."""
    [deliveries] = patient.ask(_DELIVERIES)
    if number := deliveries["dead"]:
        says = f"Deliveries to webhooks that were given up in the last 30 days: {number:,}."
        return warn(says, "Their companies see them at /api/admin/webhooks, and can have them sent again.")
    return ok("No delivery to a webhook was given up in the last 30 days.")
