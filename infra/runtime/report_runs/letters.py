"""Mails the recipients of a run where its file is."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from api.reports.exports.access import check_content
from api.reports.permissions import PERMISSIONS
from commands.ports import Caller, Missing
from domain.errors import Refusal
from infra.decisions.unit_of_work import EventWriter
from infra.files.standing import as_of_now
from infra.outbox.messages import AddressRefused, Messenger
from infra.postgres.transactions import Transaction, transaction
from infra.runtime.exports import permissions_in
from infra.runtime.report_runs.outside import OF_SANDBOX, letters_outside
from infra.runtime.report_runs.runs import Run, end
from projections.base import Row
from projections.companies import find_company
from projections.reports.exports import find_export
from projections.users import find_user

_TOLD: LiteralString = """
    SELECT user_id FROM report_deliveries WHERE company_id = %(company_id)s AND run_id = %(id)s
"""

_TELL: LiteralString = """
    INSERT INTO report_deliveries (company_id, run_id, user_id, sent_at)
    VALUES (%(company_id)s, %(id)s, %(user_id)s, %(now)s)
        ON CONFLICT DO NOTHING
"""


class ExportFailed(Refusal):
    """The file could not be written."""

    code = "export_failed"
    remedy = "Ask for the export again; the worker's log says what was wrong."


class Letters:
    """Sends letters, each once but for a mail server that took one and did not say so."""

    def __init__(self, messenger: Messenger, public_url: str) -> None:
        self._messenger = messenger
        self._public_url = public_url

    def send(self, connection: psycopg.Connection[Any], writer: EventWriter, run: Run, now: datetime) -> bool:
        """Mail those who were not, if the file is written; whether the run came to its end.

        No transaction is open while one waits for the mail server. Raises ExportFailed, OSError.
        """
        with transaction(connection, run.company_id, reading=True, models=writer.models) as db:
            export = _written(db, run)
            if export is None:
                return False
            told = {row["user_id"] for row in db.ask(_TOLD, run.own).rows()}
            addresses, troubles = _addresses(db, run, export, told)
            outside = letters_outside(db, run, export, told)
        if outside.is_waiting:
            return False
        letters = [
            *((user_id, address, self._text(run, export), None) for user_id, address in addresses),
            *((one.delivery_id, one.address, one.text, one.enclosure) for one in outside.letters),
        ]
        troubles += [outside.trouble] if outside.trouble else []
        for delivery_id, address, text, enclosure in letters:
            try:
                self._messenger.send(address, run.title, text, enclosure)
            except AddressRefused:
                troubles.append("the mail server refuses an address")
                continue
            with transaction(connection, run.company_id) as db:
                db.execute(_TELL, {**run.own, "user_id": delivery_id, "now": now})
        return end(connection, run, now, "sent", "; ".join(dict.fromkeys(troubles)) or None)

    def _text(self, run: Run, export: Row) -> str:
        path = f"{self._public_url}/api/admin/reports/exports/{export['id']}/file"
        return (
            f"Good day,\n\n{run.text}\nThe file, until {export['expires_at']:%Y-%m-%d}, after signing in:\n"
            f"{path}\n\nIt says what was known up to position {export['position']} of the log; what becomes\n"
            "known later is not in it, and the report then says restated.\n"
        )


def _written(db: Transaction, run: Run) -> Row | None:
    """The export with its file; None as long as there is none. Raises ExportFailed."""
    export = find_export(db, run.export_id) if run.export_id else None
    if export is None:
        raise ExportFailed("The file was dropped.")
    if export["status"] in ("failed", "expired"):
        raise ExportFailed(export["failure"] or "The file is gone.")
    return export if export["status"] == "done" else None


def _addresses(
    db: Transaction, run: Run, export: Row, told: Iterable[UUID]
) -> tuple[list[tuple[UUID, str]], list[str]]:
    """Whom to mail at which address, and why others are not: whoever may not see all of the file is not.

    Others are told of by their ids, as the schedule does: a name would stand here longer than its user.
    """
    company = find_company(db)
    if company is None:
        raise Missing
    if company["is_sandbox"]:
        return [], [OF_SANDBOX]
    addresses: list[tuple[UUID, str]] = []
    troubles: list[str] = []
    for user_id in run.recipients:
        if user_id in told:
            continue
        try:
            caller = Caller(company_id=run.company_id, user_id=user_id)
            caller = as_of_now(db, caller, PERMISSIONS[export["area"]], writing=False)
            check_content(export, caller, permissions_in(company, caller))
        except Refusal:
            troubles.append(f"user {user_id} may not see it")
            continue
        user = find_user(db, user_id)
        if user is None or user["email"] is None:
            troubles.append(f"user {user_id} has no address")
            continue
        addresses.append((user_id, user["email"]))
    return addresses, troubles
