"""Whether the newest events are what was recorded, and whether a stream grows without end."""

from typing import LiteralString

from infra.eventstore.chain import verify_chain
from infra.runtime.doctor.finding import Result, fail, ok, warn
from infra.runtime.doctor.patient import Patient

#: How many events are looked at, of the logs that were written to last; half a second of a processor.
EVENTS = 10_000
#: A stream of more events is slow to load; documents have some dozens.
STREAM_LIMIT = 5_000

_LONGEST: LiteralString = """
    SELECT stream_id, stream_version AS version, type FROM events
     WHERE company_id = %(company_id)s AND position > %(after)s AND stream_version > %(limit)s
     ORDER BY stream_version DESC LIMIT 1
"""


def chain(patient: Patient) -> Result:
    """Nothing was altered, left out or put in among the newest events."""
    left, logs = EVENTS, 0
    for log in patient.latest_logs:
        if left <= 0 or log["position"] == 0:
            continue
        first = max(log["position"] - left + 1, 1)
        report = verify_chain(patient.connection, log["company_id"], first)
        if report.fault is not None:
            fault = report.fault
            says = (
                f"The log of company {report.company_id} is not what was recorded: at position "
                f"{fault.position:,} {fault.reason.value}."
            )
            return fail(says, 'Bring the row back from a backup: OPERATIONS.md, "An altered log".')
        left, logs = left - report.verified, logs + 1
    return ok(f"The last {EVENTS - left:,} events, of {logs:,} logs, are what was recorded.")


def streams(patient: Patient) -> Result:
    """No stream that was lately written to is so long that it is slow to load."""
    long = []
    for log in patient.latest_logs:
        with patient.within(log["company_id"]) as db:
            params = {"company_id": log["company_id"], "limit": STREAM_LIMIT}
            row = db.ask(_LONGEST, {**params, "after": log["position"] - EVENTS}).row()
        if row:
            long.append(f"{row['stream_id']} of company {log['company_id']} ({row['version']:,} events)")
    if long:
        says = f"Streams that are long and grow: {', '.join(long)}."
        return warn(says, "Close that document and begin another one; each change of it reads all of it.")
    return ok(f"No stream that grows has more than {STREAM_LIMIT:,} events.")
