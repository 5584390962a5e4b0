"""Whether those who were asked to cosign seals do."""

from itertools import islice
from typing import LiteralString
from uuid import UUID

from infra.runtime.doctor.checks.seals import LATEST, LOGS
from infra.runtime.doctor.finding import Result, ok, warn
from infra.runtime.doctor.patient import Patient

_WAITING: LiteralString = """
    SELECT EXISTS (SELECT FROM audit_seals AS seal
                    WHERE seal.company_id = %(company_id)s
                      AND seal.sealed_at < clock_timestamp() - %(latest)s::interval
                      AND NOT EXISTS (SELECT FROM seal_witnesses AS cosigned
                                       WHERE cosigned.company_id = %(company_id)s AND cosigned.vkey = %(vkey)s
                                         AND (cosigned.epoch, cosigned.size) >= (seal.epoch, seal.size)))
           AS is_waiting
"""


def witnesses(patient: Patient) -> Result:
    """No seal has waited for hours to be cosigned by whoever is named."""
    asked = patient.settings.witnesses
    if not asked:
        return ok("No witness is named (MIPOS_WITNESSES).")
    companies = [log["company_id"] for log in islice(patient.latest_logs, LOGS)]
    late = {
        one.witness.name: company_id
        for one in asked
        for company_id in companies
        if _is_waiting(patient, company_id, one.witness.vkey)
    }
    if late:
        names = ", ".join(sorted(late))
        return warn(
            f"Seals have waited for {LATEST.seconds // 3600} hours to be cosigned by {names}.",
            "Do they answer, do they trust the key of these logs, and what does a worker say of "
            "`a seal is not cosigned`?",
        )
    return ok(f"Seals are cosigned; witnesses: {len(asked)}.")


def _is_waiting(patient: Patient, company_id: UUID, vkey: str) -> bool:
    with patient.within(company_id) as db:
        row = db.ask(_WAITING, {"company_id": company_id, "latest": LATEST, "vkey": vkey}).row()
    return bool(row and row["is_waiting"])
