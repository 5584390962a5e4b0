"""Whether logs are sealed as they grow, and whether they still are what was published of them."""

from datetime import datetime, timedelta
from itertools import islice
from typing import LiteralString
from uuid import UUID

from infra.runtime.doctor.finding import Result, fail, ok, warn
from infra.runtime.doctor.patient import Patient
from infra.runtime.seals import seal_key
from infra.runtime.settings import SettingsError
from infra.seals.comparing import Outcome, Past
from infra.seals.published import FOLDER, file_of, last_published

#: How old what is not sealed may be: seals are made hourly.
LATEST = timedelta(hours=2)
#: Of how many logs it is looked at: those that were written to last.
LOGS = 20

_NOT_SEALED: LiteralString = """
    SELECT min(event.recorded_at) AS since, clock_timestamp() AS now FROM events AS event
     WHERE event.company_id = %(company_id)s
       AND event.position = 1 + coalesce((SELECT max(seal.size) FROM audit_seals AS seal
                                           WHERE seal.company_id = %(company_id)s), 0)
"""

_MENDS = {
    Outcome.BEHIND: "Restart a worker: the log says then what it lost, and begins an epoch. OPERATIONS.md, "
    '"A log that was brought back".',
    Outcome.DIFFERS: 'It was altered, or brought back and written to since. OPERATIONS.md, "A log that was '
    'brought back".',
}


def seals(patient: Patient) -> Result:
    """There is a key, and nothing has waited for hours to be sealed."""
    try:
        seal_key(patient.settings)
    except SettingsError as error:
        return warn(
            f"Logs are not sealed: {error}", "Set it, and keep it where nobody of the shop can read it."
        )
    late = [
        log["company_id"] for log in islice(patient.latest_logs, LOGS) if _is_late(patient, log["company_id"])
    ]
    if late:
        says = (
            f"Not sealed for {LATEST.seconds // 3600} hours: the log of company {', '.join(map(str, late))}."
        )
        return warn(
            says, "Is a worker running, and what does it say of `a log is not sealed`? `mipos audit seal`"
        )
    return ok("Logs are sealed as they grow.")


def _is_late(patient: Patient, company_id: UUID) -> bool:
    with patient.within(company_id) as db:
        row = db.ask(_NOT_SEALED, {"company_id": company_id}).row() or {}
    since: datetime | None = row.get("since")
    return since is not None and row["now"] - since > LATEST


def published(patient: Patient) -> Result:
    """The logs are what their files say that was signed last: nobody cut an end off, or made a past anew."""
    folder, known = patient.settings.data_dir / FOLDER, 0
    for log in islice(patient.latest_logs, LOGS):
        company_id = log["company_id"]
        note = last_published(file_of(folder, company_id))
        if note is None:
            continue
        with patient.within(company_id) as db:
            outcome = Past(db).compare([note]).outcome
        if outcome is not Outcome.GOES_ON:
            size = note.checkpoint.size
            says = f"{size:,} events of company {company_id} were signed; {outcome.value}."
            return fail(says, _MENDS[outcome])
        known += 1
    if not known:
        return ok("No checkpoints were published on this machine.")
    return ok(f"Logs are what was published of them; logs looked at: {known:,}.")
