"""Whether the database server is what it should be, and keeps companies and persons apart."""

import re
import time
from importlib.resources import files
from typing import LiteralString

from infra.postgres.embedded.binaries import OLDEST_MAJOR
from infra.postgres.rights import rights_of
from infra.postgres.securing import lacking
from infra.runtime.doctor.finding import Result, fail, ok, warn
from infra.runtime.doctor.patient import Patient
from infra.upgrades.migrations import MIGRATIONS
from projections.base import Projection

#: By how many seconds the clocks of this machine and of the database may differ before it is told, and before
#: it is a failure: tokens are good for minutes, and sales are of a day.
CLOCK_WARN, CLOCK_FAIL = 1.0, 30.0
_MIGRATE = "Run `mipos migrate`."

_SERVER: LiteralString = """
    SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number
"""

_UNSAFE: LiteralString = """
    SELECT name FROM pg_settings
     WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'
     ORDER BY name
"""

_ROLES: LiteralString = """
    SELECT role.rolname AS name, role.rolsuper OR role.rolbypassrls AS sees_everything,
           role.rolcanlogin AS can_log_in,
           pg_has_role(role.oid, class.relowner, 'MEMBER') AS is_owner,
           role.rolname = %(app)s AND pg_has_role(role.oid, to_regrole(quote_ident(%(worker)s)), 'MEMBER')
               AS is_worker_too
      FROM pg_roles AS role, pg_class AS class
     WHERE role.rolname IN (%(app)s, %(worker)s) AND class.oid = 'events'::regclass
     ORDER BY role.rolname
"""

_CLOCK: LiteralString = "SELECT extract(epoch FROM clock_timestamp())::float8 AS seconds"

_KEPT: LiteralString = """
    SELECT class.relname AS "table", attribute.attname AS "column"
      FROM (SELECT unnest(%(tables)b::text[]) AS "table", unnest(%(columns)b::text[]) AS "column") AS personal
      JOIN pg_class AS class ON class.oid = to_regclass(quote_ident(personal."table"))
      JOIN pg_attribute AS attribute
        ON attribute.attrelid = class.oid AND attribute.attname = personal."column"
     WHERE attribute.attstattarget IS DISTINCT FROM 0
     ORDER BY class.relname, attribute.attname
"""

_ALTER = re.compile(r"ALTER TABLE (\w+)([^;]+);")
_COLUMN = re.compile(r"ALTER COLUMN (\w+) SET STATISTICS 0")


def server_version(patient: Patient) -> Result:
    """PostgreSQL 15 or newer."""
    [server] = patient.ask(_SERVER)
    says = f"PostgreSQL {server['version']}."
    if server["number"] < OLDEST_MAJOR * 10_000:
        return fail(says, f"Move to PostgreSQL {OLDEST_MAJOR} or newer.")
    return ok(says)


def durability(patient: Patient) -> Result:
    """A confirmed sale survives a crash."""
    off = [row["name"] for row in patient.ask(_UNSAFE)]
    if off:
        says = f"The database server runs with {', '.join(off)} off: a crash may lose sales it confirmed."
        return fail(says, "Turn them on in its configuration.")
    return ok("fsync, full_page_writes and synchronous_commit are on.")


def roles(patient: Patient) -> Result:
    """The web server sees one company, and neither role owns anything."""
    own = patient.installation
    rows = patient.ask(_ROLES, app=own.app, worker=own.worker)
    if len(rows) < len({own.app, own.worker}):
        return fail("A role of the installation is missing.", _MIGRATE)
    for row in rows:
        if row["name"] == own.app and (row["sees_everything"] or row["is_owner"] or row["is_worker_too"]):
            says = f"The web server connects as {row['name']}, which sees every company."
            return fail(says, "Take SUPERUSER, BYPASSRLS and membership in other roles of MIPOS from it.")
        if not row["can_log_in"]:
            return fail(f"{row['name']} may not log in.", f"ALTER ROLE {row['name']} LOGIN")
        if row["is_owner"]:
            return warn(f"{row['name']} may do what the owner may.", "Take that membership from it.")
    return ok(f"{own.app} sees one company, {own.worker} every one, and neither owns anything.")


def row_security(patient: Patient) -> Result:
    """Each table lets each role do what it should, with the rows that it should."""
    tables = rights_of(patient.models)
    with patient.within():
        wrong = lacking(patient.connection, patient.installation, tables, patient.settings.schema)
    if wrong:
        return fail(f"Rights or policies are not as they should be: {', '.join(sorted(wrong))}.", _MIGRATE)
    return ok(f"Rights and policies of {len(tables):,} tables are as they should be.")


def clock(patient: Patient) -> Result:
    """This machine, the database and the log agree what time it is."""
    before = time.time()
    [database] = patient.ask(_CLOCK)
    # The answer is of some moment in between.
    middle = (before + time.time()) / 2
    differs = abs(database["seconds"] - middle) - (middle - before)
    newest = max((log["recorded_at"].timestamp() for log in patient.latest_logs), default=0.0)
    mend = "Have a time server set the clocks of both machines (chrony, systemd-timesyncd)."
    if newest - database["seconds"] > CLOCK_WARN:
        ahead = newest - database["seconds"]
        says = f"The newest event is {ahead:,.0f} s ahead of the database's clock, which was set back since."
        return fail(says, mend) if ahead > CLOCK_FAIL else warn(says, mend)
    if differs > CLOCK_WARN:
        says = f"This machine and the database differ by {differs:,.1f} s."
        return fail(says, mend) if differs > CLOCK_FAIL else warn(says, mend)
    return ok("This machine and the database agree.")


def statistics(patient: Patient) -> Result:
    """The planner keeps no values of columns that tell about persons: they would outlive an erasure."""
    personal = sorted(personal_columns(patient.models))
    tables, columns = [one for one, _ in personal], [one for _, one in personal]
    kept = [f"{row['table']}.{row['column']}" for row in patient.ask(_KEPT, tables=tables, columns=columns)]
    if kept:
        says = f"The planner may keep values of {', '.join(kept)}, which tell about persons."
        return fail(says, "ALTER TABLE … ALTER COLUMN … SET STATISTICS 0 for each, then ANALYZE its table.")
    return ok(f"None of {len(personal):,} columns that tell about persons is kept by the planner.")


def personal_columns(models: tuple[Projection, ...]) -> set[tuple[str, str]]:
    """Every column of which the planner is to keep nothing, as the definitions of tables say."""
    texts: list[str] = [model.schema for model in models]
    for file in MIGRATIONS.values():
        package, name = file.split(":")
        texts.append(files(package).joinpath(name).read_text())
    return {
        (table, column)
        for text in texts
        for table, changes in _ALTER.findall(text)
        for column in _COLUMN.findall(changes)
    }
