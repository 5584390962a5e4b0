"""What to do with what was imported: who signs in, where, and what to ask first."""

import re
import shlex
import sys
from datetime import date
from secrets import token_urlsafe
from typing import NamedTuple
from uuid import UUID

from infra.process.own_addresses import to_open
from infra.runtime.settings import Settings, secret_file

#: Where in the data folder the password is kept of admins whom an import made.
PASSWORD_FILE = "import_password"  # noqa: S105 the name of a file

_LOOK = """
Sign in at {address}/docs as
  {username}   with the password {shown}
or, while MIPOS runs:
  TOKEN=$(curl -s {address}/api/auth/login -H 'Content-Type: application/json' \\
    -d '{{"username":"{username}","password":"{quoted}"}}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')
  curl -s '{address}{report}' -H "Authorization: Bearer $TOKEN"
"""
_LOOK_AS_BEFORE = """
Whoever manages it finds them at {address}{report}
`mipos company admin {company_id} you@example.com` lets somebody else manage it.
"""


class Login(NamedTuple):
    """Who may sign in."""

    username: str
    password: str


class BroughtIn(NamedTuple):
    """What came in: how many new events, with sales of which days."""

    company: str
    company_id: UUID
    events: int
    days: tuple[date, date]


def username_for(company: str) -> str:
    """What the admin of an imported company is called unless somebody says it."""
    name = re.sub(r"[^a-z0-9]+", "-", company.lower()).strip("-") or "imported"
    return f"admin@{name}.local"


def import_password(settings: Settings) -> str:
    """The password of admins whom an import made: made once, and kept."""
    return secret_file(settings.data_dir, PASSWORD_FILE, lambda: token_urlsafe(12))


def directions(settings: Settings, what: BroughtIn, login: Login | None) -> str:
    """What came in, and how to see it. What is no terminal may be a log, which is told no password."""
    address = settings.public_url or to_open(settings.host, settings.port)[0]
    first, last = what.days
    report = f"/api/admin/reports/sales-summary/overview?from={first}&to={last}"
    came = (
        f"{what.events:,} new events in company {what.company} ({what.company_id}), "
        f"with sales from {first} to {last}."
    )
    if login is None:
        return came + _LOOK_AS_BEFORE.format(address=address, report=report, company_id=what.company_id)
    file = shlex.quote(str(settings.data_dir / PASSWORD_FILE))
    on_terminal = sys.stdout.isatty()
    return came + _LOOK.format(
        address=address,
        report=report,
        username=login.username,
        shown=login.password if on_terminal else f"that is kept in {file}",
        quoted=login.password if on_terminal else f"'$(cat {file})'",
    )
