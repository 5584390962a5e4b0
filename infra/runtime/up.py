"""`mipos up`: everything a shop needs on one machine, started together and stopped together."""

import json
import shlex
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import LiteralString

import click

from infra.postgres.embedded.server import check_unclaimed
from infra.postgres.pool import RequestPool
from infra.process.own_addresses import to_open
from infra.process.supervisor import Child, Supervisor, check_port_free
from infra.runtime.databases import Addresses, database
from infra.runtime.services import make_event_writer, open_pool
from infra.runtime.settings import Settings, secret_file
from infra.showcase.demo import make_demo

#: Where in the data folder the password of the demo users is kept, unless it was set.
DEMO_PASSWORD_FILE = "demo_password"  # noqa: S105 the name of a file

_HAS_HISTORY: LiteralString = "SELECT events > 0 FROM log_size()"


def demo_password(settings: Settings) -> str:
    """The password of the demo users: the one that was set, else one made once and kept."""
    return settings.demo_password or secret_file(
        settings.data_dir, DEMO_PASSWORD_FILE, lambda: token_urlsafe(12)
    )


def up(settings: Settings, environ: Mapping[str, str]) -> int:
    """Run everything until told to stop. Returns the exit code."""
    # Whoever runs here already has the port too, and another port would be of no use.
    if settings.uses_embedded_server:
        check_unclaimed(settings.data_dir)
    check_port_free(settings.host, settings.port)
    click.echo("Setting up the database …", err=True)
    with database(settings) as addresses:
        advice = prepare(settings, addresses.app)
        click.echo("Starting the web server and the worker …", err=True)
        server = addresses.server
        supervisor = Supervisor(
            list(children_of(settings, addresses, environ)),
            foundation=(server, server.process) if server else None,
        )
        threading.Thread(target=_greet, args=(settings, advice), daemon=True).start()
        return supervisor.run()


def prepare(settings: Settings, app: str) -> str:
    """Make the demo, where there is to be one. Returns how to go on; an empty text where somebody has."""
    with open_pool(app, 2) as pool:
        if not settings.demo:
            return "" if _has_history(pool) else _NOBODY
        password, now = demo_password(settings), datetime.now(UTC)
        is_good = make_demo(pool, make_event_writer(), password, now, progress=_tell_of_demo)
    return how_to_try(settings, password, on_terminal=sys.stdout.isatty()) if is_good else _OTHER_PASSWORD


def _has_history(pool: RequestPool) -> bool:
    """Whether anything was ever recorded: somebody runs the platform, or a company came with its log."""
    with pool.connection() as connection:
        return connection.execute(_HAS_HISTORY).fetchone() == (True,)


def _tell_of_demo(events: int) -> None:
    click.echo(f"Making the demo company, two months of {events:,} events …", err=True)


def _log_key(settings: Settings) -> Mapping[str, str]:
    """What logs are signed with, which goes on without: beside a server of one's own it may be missing."""
    if settings.seal_key is None and not settings.uses_embedded_server:
        return {}
    return {"MIPOS_SEAL_KEY": settings.log_key()}


def children_of(settings: Settings, addresses: Addresses, environ: Mapping[str, str]) -> Iterator[Child]:
    """The parts of MIPOS as programs, each with the secrets that it takes."""
    env = {
        **environ,
        "MIPOS_APP_DATABASE_URL": addresses.app,
        "MIPOS_WORKER_DATABASE_URL": addresses.worker,
        "MIPOS_SECRET_KEY": settings.signing_key(),
        "MIPOS_DATA_KEY": settings.sealing_key(),
        **_log_key(settings),
    }
    command = [sys.executable, "-P", "-m", "infra.cli.main"]
    yield Child(name="serve", argv=[*command, "serve"], env=env)
    if addresses.owner:
        # Only the owner may write tables anew without what was erased.
        env = {**env, "DATABASE_URL": addresses.owner}
    for number in range(settings.projection_workers):
        # The shop sells without it; what it follows only grows older.
        yield Child(name=f"worker-{number + 1}", argv=[*command, "worker"], env=env, is_vital=False)


def _greet(settings: Settings, advice: str) -> None:
    """Say where it is and how to go on, once it answers."""
    address, *others = to_open(settings.host, settings.port)
    while not _answers(f"{address}/ready"):
        time.sleep(0.05)
    click.echo(f"\nMIPOS answers at {address}  ·  reference at {address}/docs")
    if others:
        click.echo(f"From other machines: {', '.join(others)}")
    click.echo()
    if advice:
        click.echo(advice)
    click.echo("Ctrl-C stops everything.")


def how_to_try(settings: Settings, password: str, *, on_terminal: bool) -> str:
    """How to try the demo. What is no terminal may be a log, which others read and nobody empties."""
    file = shlex.quote(str(settings.data_dir / DEMO_PASSWORD_FILE))
    if on_terminal:
        shown, quoted = password, password
    elif settings.demo_password:
        shown, quoted = "that MIPOS_DEMO_PASSWORD sets", "'$MIPOS_DEMO_PASSWORD'"
    else:
        shown, quoted = f"that is kept in {file}", f"'$(cat {file})'"
    return _DEMO.format(address=to_open(settings.host, settings.port)[0], shown=shown, quoted=quoted)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310 our own address
            return bool(json.load(answer)["success"])
    except (OSError, ValueError):
        return False


_NOBODY = """\
Nobody yet? In a second terminal, `./mipos super-admin you@example.com` appoints who runs the
platform. README goes on from there to a first sale, under “Without the demo”.
"""

_OTHER_PASSWORD = """\
The demo users have the password they were made with.
"""  # noqa: S105 a sentence

_DEMO = """\
Demo users, all with the password {shown}
  root@mipos.local     Super Admin       admin@demo.local    Admin
  manager@demo.local   Manager           cashier@demo.local  Cashier
  clerk@demo.local     Inventory Clerk

Sell something:
  TOKEN=$(curl -s {address}/api/auth/login -H 'Content-Type: application/json' \\
    -d '{{"username":"cashier@demo.local","password":"{quoted}"}}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')
  VARIANT=$(curl -s '{address}/api/pos/products?limit=1' -H "Authorization: Bearer $TOKEN" \\
    | sed 's/.*"variant_id":"\\([^"]*\\)".*/\\1/')
  curl -s {address}/api/pos/orders -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
    -d '{{"lines":[{{"variant_id":"'$VARIANT'","quantity":"1"}}],
         "payments":[{{"method":"cash","amount":100000}}]}}'
"""
