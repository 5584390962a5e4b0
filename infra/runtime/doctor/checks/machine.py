"""Whether there is room on the disk, and what keeps the database server from cleaning up."""

import shutil
from typing import LiteralString

from infra.runtime.doctor.finding import Result, fail, ok, warn
from infra.runtime.doctor.patient import Patient

GIB = 1 << 30
#: How much of the disk has to be free, and how much at least, in bytes.
WARN_SHARE, FAIL_SHARE = 0.15, 0.05
WARN_BYTES, FAIL_BYTES = 5 * GIB, 1 * GIB
#: How much of the server's log may wait for a copy that does not fetch it, in bytes.
KEPT_WARN, KEPT_FAIL = 2 * GIB, 10 * GIB
#: How many seconds a transaction may be open: sales get slower as long as it is.
OPEN_WARN, OPEN_FAIL = 600.0, 3600.0

_SLOTS: LiteralString = """
    SELECT slot_name AS name, active,
           pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint AS bytes
      FROM pg_replication_slots WHERE restart_lsn IS NOT NULL
     ORDER BY bytes DESC
"""

_ARCHIVER: LiteralString = """
    SELECT last_failed_wal AS file FROM pg_stat_archiver
     WHERE current_setting('archive_mode') <> 'off'
       AND last_failed_time > coalesce(last_archived_time, 'epoch')
"""


def disk(patient: Patient) -> Result:
    """There is room where the data folder is; that of a server of one's own is not seen from here."""
    folder = patient.settings.data_dir
    while not folder.exists():
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    says = f"Free where {folder} is: {usage.free / GIB:,.1f} of {usage.total / GIB:,.1f} GiB."
    mend = "Make room, or move the data folder to a larger disk: a full one stops all sales."
    if usage.free < min(FAIL_BYTES, usage.total * FAIL_SHARE):
        return fail(says, mend)
    if usage.free < min(WARN_BYTES, usage.total * WARN_SHARE):
        return warn(says, mend)
    return ok(says)


def server_log(patient: Patient) -> Result:
    """Nothing makes the server keep its own log without end."""
    for archiver in patient.ask(_ARCHIVER):
        says = f"The server cannot archive {archiver['file']}, and keeps everything since."
        return fail(says, "Its own log says why archive_command fails.")
    slots = patient.ask(_SLOTS)
    for slot in slots:
        if slot["bytes"] > KEPT_WARN:
            state = "is not there" if not slot["active"] else "is behind"
            says = f"{slot['bytes'] / GIB:,.1f} GiB of the log wait for {slot['name']}, which {state}."
            mend = f"Bring that copy back, or give it up: SELECT pg_drop_replication_slot('{slot['name']}')"
            return fail(says, mend) if slot["bytes"] > KEPT_FAIL else warn(says, mend)
    if patient.embedded_data is not None:
        size = sum(file.stat().st_size for file in (patient.embedded_data / "pg_wal").glob("*"))
        return ok(f"The server's log takes {size / GIB:,.2f} GiB; copies that follow it: {len(slots):,}.")
    return ok(f"Nothing makes the server keep its log; copies that follow it: {len(slots):,}.")


def open_transactions(patient: Patient) -> Result:
    """No forgotten transaction keeps the server from cleaning up."""
    seconds = patient.state.oldest_snapshot_seconds
    says = f"The oldest open transaction is {seconds:,.0f} s old."
    mend = 'End it: OPERATIONS.md, "An open transaction".'
    if seconds > OPEN_FAIL:
        return fail(says, mend)
    return warn(says, mend) if seconds > OPEN_WARN else ok(says)
