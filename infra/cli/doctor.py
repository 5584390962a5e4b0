"""`mipos doctor`: what is not well, and what to do about it."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

import os
from collections import Counter
from contextlib import ExitStack, suppress

import click
import msgspec
import psycopg
from rich.console import Console

from infra.eventstore.data_keys import NoDataKey
from infra.postgres.embedded import EmbeddedServerError
from infra.postgres.embedded.errors import AlreadyRunning
from infra.runtime.databases import addresses_of
from infra.runtime.directory_key import read_directory_key
from infra.runtime.doctor import CHECKS, Finding, examine
from infra.runtime.doctor.patient import Patient
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.runtime.restoring import keys_at_hand
from infra.runtime.settings import Settings, load_settings

console = Console()

_COLORS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print a list for machines.")
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Examine the installation: database, log, read models, keys, disk, backups.

    Nothing is changed. Each check says how it is, and what to do where it is not well. Ends with 1 when one
    fails; a warning is none. The same is at GET /api/dev/doctor, for super admins.

    \b
    Examples:
      mipos doctor
      mipos doctor --json | jq '.[] | select(.status != "ok")'
      DATABASE_URL=... MIPOS_SECRET_KEY=... MIPOS_DATA_KEY=... mipos doctor
    """
    findings = _examine(load_settings(os.environ))
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(findings), indent=1).decode())
    else:
        _show(findings)
    if any(one.status == "fail" for one in findings):
        context.exit(1)


def _examine(settings: Settings) -> list[Finding]:
    """What the checks find; where there is no database to be had, that alone."""
    with ExitStack() as stack:
        addresses = addresses_of(settings)
        conninfo = addresses.app or addresses.worker
        try:
            if addresses.server:
                if not addresses.server.has_data:
                    return [_no_database(f"There is none in {settings.data_dir} yet.", "Run `mipos up`.")]
                with suppress(AlreadyRunning):
                    stack.enter_context(addresses.server)
            connection = stack.enter_context(
                psycopg.connect(conninfo, autocommit=True, application_name="mipos doctor")
            )
        except (psycopg.OperationalError, EmbeddedServerError) as error:
            message = str(error).strip().splitlines()[0]
            return [_no_database(message, "Start the database server; its own log says why it does not run.")]
        keys = keys_at_hand(settings, None).data
        if keys:
            EVENT_TYPES.data_keys.load(keys[0], keys[1:])
        with suppress(NoDataKey, psycopg.Error):
            read_directory_key(conninfo, EVENT_TYPES.data_keys)
        return list(examine(Patient(connection, settings, EVENT_TYPES, PROJECTIONS)))


def _no_database(says: str, mend: str) -> Finding:
    return Finding("database", "fail", f"The database cannot be reached: {says}", mend)


def _show(findings: list[Finding]) -> None:
    width = max(len(name) for name in (*CHECKS, "database"))
    for one in findings:
        color = _COLORS[one.status]
        console.print(f"[{color}]{one.status:4}[/]  {one.check:{width}}  ", end="", highlight=False)
        console.print(one.says, highlight=False, markup=False, soft_wrap=True)
        if one.mend:
            console.print(f"{'':{width + 8}}{one.mend}", highlight=False, markup=False, soft_wrap=True)
    counts: Counter[str] = Counter(one.status for one in findings)
    console.print(", ".join(f"{counts[status]} {status}" for status in _COLORS), highlight=False)
