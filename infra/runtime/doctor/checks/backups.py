"""Whether there is a backup, and whether one was ever restored to see that it can be."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import LiteralString

from infra.backup.vault import Vault
from infra.runtime.doctor.finding import Result, fail, ok, warn
from infra.runtime.doctor.patient import Patient

#: How old the newest backup may be, in hours, and the last restore that tried one, in days.
WARN_HOURS, FAIL_HOURS, TEST_DAYS = 26.0, 192.0, 100.0
_TRY = "Restore one beside the shop: `mipos restore DIR --to FOLDER`."
_TAKE = "Take one: `mipos backup DIR`, every night; see OPERATIONS.md."
_LOOK = "Where backups lie on another machine, examine it there; else take one: `mipos backup DIR`."

_NEWEST: LiteralString = """
    SELECT name, place, extract(epoch FROM clock_timestamp() - began_at)::float8 / 3600 AS hours
      FROM backups ORDER BY began_at DESC LIMIT 1
"""

_TESTED: LiteralString = """
    SELECT name, tested_at AS at FROM backups WHERE tested_at IS NOT NULL ORDER BY tested_at DESC LIMIT 1
"""

_PLACES: LiteralString = "SELECT DISTINCT place FROM backups"


def backup(patient: Patient) -> Result:
    """The newest backup is of today or yesterday, and still there."""
    for newest in patient.ask(_NEWEST):
        says = (
            f"The newest backup, {newest['name']} in {newest['place']}, is {newest['hours']:,.0f} hours old."
        )
        if newest["hours"] > FAIL_HOURS:
            return fail(says, _TAKE)
        if newest["hours"] > WARN_HOURS:
            return warn(says, _TAKE)
        if not Vault(Path(newest["place"])).has(newest["name"]):
            return warn(f"{says} It is not there, as far as this machine sees.", _LOOK)
        return ok(says)
    return warn("No backup was ever taken.", _TAKE)


def test_restore(patient: Patient) -> Result:
    """Somebody restored one lately; what was never restored is a hope, no backup."""
    tests = [(row["at"], row["name"]) for row in patient.ask(_TESTED)]
    # The next backup carries into the database what is noted beside the backups; they may lie elsewhere.
    for row in patient.ask(_PLACES):
        tests += [(at, name) for at, name, _ in Vault(Path(row["place"])).restores()]
    if not tests:
        return warn("No backup was ever restored to try it.", _TRY)
    at, name = max(tests)
    days = (datetime.now(UTC) - at) / timedelta(days=1)
    says = f"A backup was last restored to try it {days:,.0f} days ago: {name}."
    return warn(says, _TRY) if days > TEST_DAYS else ok(says)
