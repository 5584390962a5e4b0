"""`mipos company`: companies as a whole, for whoever runs the service."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import click
import psycopg
from rich.console import Console

from domain.companies import Origin
from domain.errors import Refusal
from infra.cli.admins import appoint
from infra.cli.companies import company_called, conninfo_of
from infra.cli.passwords import check_title, check_username, given_password
from infra.incoming.cloning import Clone
from infra.incoming.filling import Imported
from infra.incoming.import_file import CannotImport, LogImport
from infra.incoming.log import LogThere
from infra.incoming.person_keys import NotPersonKeys, read_person_keys
from infra.postgres.connections import BULK, bounded
from infra.process.progress import progress_bar
from infra.process.sharing import USUAL_PROCESSES
from infra.projections.rebuild_all import rebuild_all
from infra.runtime.clones import make_clone
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.runtime.seals import seal_key
from infra.runtime.settings import load_settings
from infra.seals.published import FOLDER, publish
from infra.seals.sealing import Sealer

console = Console()

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def company() -> None:
    """Bring a company in that was elsewhere before, clone one, and let somebody manage it.

    \b
    mipos company clone Journey --name Playground              a sandbox of it, without anybody's name
    mipos company import journey.mlog --keys journey.keys      into an installation without a company
    mipos company admin Journey owner@example.com              who manages it from here on
    """


@company.command("import")
@click.argument("file", type=_FILE)
@click.option(
    "--keys", "keys_file", type=_FILE, help="The keys of its persons, of `mipos audit export --keys`."
)
@click.option("--vkey", help="The key of the log as it was given to you.")
@click.option("--checkpoint", type=_FILE, help="A checkpoint that you kept: it finds a log that was cut.")
@click.pass_context
def import_company(
    context: click.Context, file: Path, keys_file: Path | None, vkey: str | None, checkpoint: Path | None
) -> None:
    """Bring in a company's log as `mipos audit export` wrote it, from its first event on, nothing withheld.

    It goes into an installation that has no company yet. The file is verified before anything is written, and
    each event once more as it comes in, at its own position, with its own time and hash. Whatever is wrong
    leaves nothing behind. Without the keys nobody is known by name any more, for good, not the users either.
    Passwords, pictures and secrets of webhooks are in no log: `mipos company admin` lets the first one in.

    \b
    Examples:
      mipos company import journey.mlog --keys journey.keys
      mipos company import journey.mlog.gz --vkey shop.example/log/...+1f+AQ... --checkpoint held.txt
    """
    conninfo = conninfo_of(context)
    try:
        log_import = LogImport(
            path=file,
            keys=read_person_keys(keys_file) if keys_file else {},
            vkey=vkey,
            checkpoint=checkpoint.read_bytes() if checkpoint else None,
        )
        imported = _bring_in(conninfo, log_import)
    except (CannotImport, LogThere, NotPersonKeys) as error:
        raise click.ClickException(str(error)) from error
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal
    _fill_reports(conninfo, imported.company_id)
    _seal(conninfo, imported.company_id)
    _tell(imported)


def _bring_in(conninfo: str, log_import: LogImport) -> Imported:
    with (
        psycopg.connect(
            bounded(conninfo, BULK), autocommit=True, application_name="mipos import"
        ) as connection,
        progress_bar(console) as bar,
    ):
        task = bar.add_task("company import", total=None)
        return log_import.run(
            connection,
            EVENT_TYPES,
            PROJECTIONS,
            lambda done, total: bar.update(task, completed=done, total=total),
        )


def _fill_reports(conninfo: str, company_id: UUID) -> None:
    """Make what workers would make by and by."""
    models = [model for model in PROJECTIONS if model.mode == "async"]
    with progress_bar(console) as bar:
        task = bar.add_task("what reports are made of", total=None)
        outcome = rebuild_all(
            conninfo,
            EVENT_TYPES,
            models,
            [company_id],
            processes=USUAL_PROCESSES,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    for failure in outcome.failures:
        click.echo(f"{failure.projection} could not be made: {failure.reason}", err=True)


def _seal(conninfo: str, company_id: UUID) -> None:
    settings = load_settings(os.environ)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        Sealer(connection, seal_key(settings)).seal(company_id, datetime.now(UTC))
        publish(connection, company_id, settings.data_dir / FOLDER)


def _tell(imported: Imported) -> None:
    click.echo(f"Company {imported.company_id} is here, with {imported.events:,} events.")
    if imported.unknown_persons:
        click.echo(f"Without their keys, {imported.unknown_persons:,} persons read as forgotten.")
    click.echo(f"Let somebody in: mipos company admin {imported.company_id} USERNAME")


@company.command()
@click.argument("called", metavar="COMPANY")
@click.argument("username")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, as one line.")
@click.pass_context
def admin(context: click.Context, called: str, username: str, *, password_stdin: bool) -> None:
    """Let somebody manage a company, or give them another password.

    COMPANY is its name or id. A user of the company who has the name already becomes an admin of all its
    stores, is let in under the new password, and signed out everywhere.

    \b
    Examples:
      mipos company admin Journey owner@example.com
      pass mipos/owner | mipos company admin Journey owner@example.com --password-stdin
    """
    name = check_username(username)
    company_id = company_called(context, called)
    try:
        password = given_password(name, from_stdin=password_stdin)
        with closing(context.obj["app_pool"]()) as pool:
            has_existed = appoint(pool, company_id, name, password)
    except Refusal as refusal:
        messages = [detail["message"] for detail in refusal.details]
        raise click.ClickException(" ".join([refusal.message, *messages])) from refusal
    click.echo(f"{name} has a new password." if has_existed else f"{name} is an admin now.")


def _moment(_context: click.Context, _param: click.Parameter, value: str | None) -> datetime | None:
    """A moment that has passed; without a time zone it is one of UTC."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no time such as 2026-11-01T08:00:00Z.") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment > datetime.now(UTC):
        raise click.BadParameter("It is still to come.")
    return moment


@company.command()
@click.argument("called", metavar="COMPANY")
@click.option("--name", required=True, help="What the clone is called.")
@click.option("--as-of", callback=_moment, help="As it was recorded by then, such as 2026-11-01T08:00:00Z.")
@click.option("--id", "own_id", type=click.UUID, help="The clone's id; a new one without it.")
@click.option("--personal", is_flag=True, help="With all that is known of persons, under keys of its own.")
@click.pass_context
def clone(
    context: click.Context,
    called: str,
    name: str,
    as_of: datetime | None,
    own_id: UUID | None,
    *,
    personal: bool,
) -> None:
    """Make a company from another one's log, to try things out in it, while that one sells on.

    It has the same goods, sales and stock, and a log of its own. Persons are numbers in it (Customer 0042):
    no name, address, note or reason comes along. It mails nothing, tells no webhook, marks its receipts, and
    counts in no figure of the platform. Nobody can sign in there until `mipos company admin` lets one in.

    \b
    Examples:
      mipos company clone Journey --name Playground
      mipos company clone Journey --name "Before the sale" --as-of 2026-11-01
      mipos company admin Playground me@example.com
    """
    title = check_title(name, "--name")
    wanted = Clone(
        company_id=own_id or uuid4(),
        source_id=company_called(context, called),
        as_of=as_of,
        has_persons=personal,
    )
    origin = _clone(context, wanted, title)
    click.echo(f"{title} is company {wanted.company_id}, with {origin.position:,} events of {called}.")


def _clone(context: click.Context, wanted: Clone, name: str) -> Origin:
    with progress_bar(console) as bar:
        task = bar.add_task("company clone", total=None)
        try:
            return make_clone(
                conninfo_of(context),
                wanted,
                name,
                None,
                lambda done, total: bar.update(task, completed=done, total=total),
            )
        except Refusal as refusal:
            raise click.ClickException(refusal.message) from refusal
