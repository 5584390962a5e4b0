"""Whether what is sealed can be read, and whether others can read the keys."""

import stat
from itertools import islice
from typing import LiteralString

from infra.eventstore.data_keys import NoDataKey
from infra.eventstore.tombstones import FILE_NAME as TOMBSTONES
from infra.postgres.transactions import Transaction
from infra.runtime.doctor.finding import Result, fail, ok, warn
from infra.runtime.doctor.patient import Patient

#: How many keys of persons are opened, of how many companies.
SAMPLE, COMPANIES = 5, 20
#: What in the data folder is for its owner alone.
SECRETS = ("secret_key", "data_key", "seal_key", "demo_password", TOMBSTONES)

_SAMPLE: LiteralString = """
    SELECT subject_id, wrapped FROM subject_keys
     WHERE company_id = %(company_id)s AND wrapped <> '' ORDER BY subject_id LIMIT %(sample)s
"""

_USED: LiteralString = "SELECT data_key_ids() AS id"


def data_key(patient: Patient) -> Result:
    """The data key opens keys of persons, and no former one is needed any more."""
    data_keys = patient.types.data_keys
    opened = 0
    try:
        for log in islice(patient.latest_logs, COMPANIES):
            with patient.within(log["company_id"]) as db:
                opened += _open_some(db, patient)
        used = {row["id"] for row in patient.ask(_USED)}
        current = data_keys.current_id
    except NoDataKey:
        used, current = {b""}, b""
    if not used <= data_keys.ids:
        return fail(
            "What is personal is sealed under neither MIPOS_DATA_KEY nor any of MIPOS_FORMER_DATA_KEYS.",
            "Bring the data key back from where you keep it; without it nobody reads a name again.",
        )
    if used - {current}:
        return warn("Some keys are kept under a former data key.", "Run `mipos keys rewrap`.")
    return ok(f"The data key opens what is sealed; keys tried: {opened:,}.")


def _open_some(db: Transaction, patient: Patient) -> int:
    """Open some keys of a company. Raises NoDataKey."""
    rows = db.ask(_SAMPLE, {"company_id": db.company_id, "sample": SAMPLE}).rows()
    for row in rows:
        patient.types.data_keys.unwrap(row["wrapped"], db.company_id, row["subject_id"])
    return len(rows)


def secrets(patient: Patient) -> Result:
    """Nobody but their owner may read the files that hold secrets."""
    there = [file for name in SECRETS if (file := patient.settings.data_dir / name).exists()]
    if open_ones := [str(file) for file in there if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]:
        return fail(f"Others may read {', '.join(open_ones)}.", f"chmod 600 {' '.join(open_ones)}")
    if not there:
        return ok("This machine has no files with secrets; they come from the environment.")
    return ok(f"Only their owner may read {', '.join(file.name for file in there)}.")
