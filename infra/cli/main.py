"""The command line: `mipos up`, and the parts it is made of."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

import os
import sys
from functools import cached_property
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

import click
import psycopg

from infra.postgres.embedded import EmbeddedServerError
from infra.postgres.installation import DatabaseUnfit
from infra.process.memory import do_without_algebra_threads
from infra.process.supervisor import PortTaken, check_port_free
from infra.runtime.settings import Settings, SettingsError, load_settings

_ELSEWHERE = {
    "import": ("infra.cli.imports:import_group", "Bring in sales that were made elsewhere."),
    "projections": ("infra.cli.projections:projections", "List, rebuild and verify read models."),
    "stock": ("infra.cli.stock:stock", "Check stock against the log."),
    "fiscal": ("infra.cli.fiscal:fiscal", "Check closings against the log."),
    "reports": ("infra.cli.reports:reports", "Check files of reports against the log."),
    "super-admin": (
        "infra.cli.platform:super_admin",
        "Let somebody run the platform, or give them another password.",
    ),
    "backup": ("infra.cli.backup:backup", "Write a backup while the shop sells."),
    "restore": ("infra.cli.backup:restore", "Make a data folder from a backup."),
    "doctor": ("infra.cli.doctor:doctor", "Say what is not well, and what to do about it."),
    "company": ("infra.cli.company:company", "Bring a company in, and let somebody manage it."),
    "audit": ("infra.cli.audit:audit", "Hand out logs that prove themselves."),
    "scrub": ("infra.cli.scrub:scrub", "Take the bytes of erased persons off the disk."),
    "keys": ("infra.cli.keys:keys", "Keep the keys of what is personal under another data key."),
    "erasures": ("infra.cli.erasures:erasures", "Forget again whom a restored backup still knows."),
    "facts": ("infra.cli.facts:facts", "Hand facts to analysts, and count in them."),
    "bench": ("infra.cli.bench:bench", "Measure, in ratios within one run."),
}


class LazyGroup(click.Group):
    """A group that loads a command's module when that command is called, so that help stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command by name."""
        return sorted([*super().list_commands(ctx), *_ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in _ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        module, _, name = _ELSEWHERE[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        rows = []
        for name in self.list_commands(ctx):
            command = super().get_command(ctx, name)
            rows.append((name, command.get_short_help_str(90) if command else _ELSEWHERE[name][1]))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


class Parts:
    """What commands need of the database, opened when the first of them asks for it."""

    def __init__(self, context: click.Context) -> None:
        self._context = context

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)

    @cached_property
    def _addresses(self) -> Any:
        from infra.runtime.databases import database_as_it_is  # noqa: PLC0415

        return self._context.with_resource(database_as_it_is(load_settings(os.environ)))

    @property
    def writer(self) -> Any:
        """The event writer over every event type and read model."""
        from infra.runtime.services import make_event_writer  # noqa: PLC0415

        return make_event_writer()

    def app_pool(self) -> Any:
        """A pool of connections as the application."""
        from infra.runtime.services import open_pool  # noqa: PLC0415

        return open_pool(self._addresses.app, 2)

    def app_conninfo(self) -> str:
        """How the application connects."""
        return str(self._addresses.app)

    def owner_conninfo(self) -> str:
        """How the owner of the database connects. Raises SettingsError where nobody named them."""
        if self._addresses.owner is None:
            raise SettingsError(["DATABASE_URL is required: only the owner of the database can do that."])
        return str(self._addresses.owner)

    @property
    def tombstones(self) -> Path:
        """The file that lists who was forgotten."""
        return load_settings(os.environ).tombstones

    def worker_conninfo(self) -> str:
        """How a background worker connects."""
        return str(self._addresses.worker)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mipos")
@click.pass_context
def cli(context: click.Context) -> None:
    """MIPOS, a point-of-sale back end that an auditor can replay."""
    context.obj = Parts(context)


@cli.command()
def up() -> None:
    """Run everything: database, migrations, demo company, API and worker.

    \b
    Examples:
      ./mipos up
      MIPOS_PORT=8080 MIPOS_DEMO=no ./mipos up
      DATABASE_URL=postgresql://me:secret@db/mipos MIPOS_SECRET_KEY=... MIPOS_DATA_KEY=... ./mipos up
    """
    from infra.runtime.up import up as run_up  # noqa: PLC0415

    sys.exit(run_up(_settings(), os.environ))


@cli.command()
def serve() -> None:
    """Answer HTTP requests; the database must be migrated.

    \b
    Example:
      DATABASE_URL=... MIPOS_SECRET_KEY=... MIPOS_DATA_KEY=... MIPOS_WORKERS=4 mipos serve
    """
    from infra.process.logs import configure_logs  # noqa: PLC0415
    from infra.runtime.databases import running_database  # noqa: PLC0415
    from infra.runtime.server import serve as run_server  # noqa: PLC0415

    settings = _settings()
    outlet = configure_logs(settings.log_level)
    check_port_free(settings.host, settings.port)
    run_server(settings, running_database(settings, "app"), outlet)


@cli.command()
def worker() -> None:
    """Keep the asynchronous read models up to date and do the timed jobs; the database must be migrated.

    Any number of workers on any number of machines share the work.
    """
    from infra.process.garbage import importing_for_good  # noqa: PLC0415

    with importing_for_good():
        from infra.decisions.unit_of_work import EventWriter  # noqa: PLC0415
        from infra.jobs.log_lines import log_lines_job  # noqa: PLC0415
        from infra.jobs.outbox import clearing  # noqa: PLC0415
        from infra.jobs.schedule import Schedule  # noqa: PLC0415
        from infra.jobs.scrub import scrub_job  # noqa: PLC0415
        from infra.postgres.heartbeats import Heart, part_name  # noqa: PLC0415
        from infra.postgres.log_shelf import LogShelf  # noqa: PLC0415
        from infra.postgres.worker_metrics import WorkerMetrics  # noqa: PLC0415
        from infra.process.kind import Process  # noqa: PLC0415
        from infra.process.logs import configure_logs  # noqa: PLC0415
        from infra.process.signals import event_of_ending  # noqa: PLC0415
        from infra.projections.worker import Worker  # noqa: PLC0415
        from infra.runtime.databases import addresses_of, running_database  # noqa: PLC0415
        from infra.runtime.mail import mail_job, messenger_of  # noqa: PLC0415
        from infra.runtime.models import EVENT_TYPES, JOBS, PROJECTIONS  # noqa: PLC0415
        from infra.runtime.report_runs import report_job  # noqa: PLC0415
        from infra.runtime.seals import seal_jobs  # noqa: PLC0415
        from infra.runtime.sync import sync_job  # noqa: PLC0415
        from infra.runtime.waiting_work import waiting_work  # noqa: PLC0415
        from infra.webhooks.alarms import alarm_job  # noqa: PLC0415

    settings = _settings()
    outlet = configure_logs(settings.log_level)
    conninfo = running_database(settings, "worker")
    Process.kind = "worker"
    if settings.otel_exporter_otlp_endpoint:
        from infra.runtime.opentelemetry import trace  # noqa: PLC0415 an extra

        trace()
    stop = event_of_ending()
    # Lines of all the others are still kept when those have ended.
    parts = (LogShelf(conninfo, outlet, part_name("log")), Heart(conninfo), WorkerMetrics(conninfo))
    for part in parts:
        part.start()
    writer = EventWriter(EVENT_TYPES, PROJECTIONS)
    messenger = messenger_of(settings)
    mailing = (mail_job(settings), report_job(messenger, settings.public_url), alarm_job(messenger))
    tidying = (clearing(settings.outbox), log_lines_job(settings.log_days))
    proving = (scrub_job(addresses_of(settings).owner, settings.tombstones), *seal_jobs(settings))
    jobs = Schedule(conninfo, (*JOBS, *mailing, *tidying, sync_job(settings), *proving), writer)
    jobs.start()
    desks = [Thread(target=desk.run, args=(stop,)) for desk in waiting_work(settings, conninfo, writer)]
    for desk in desks:
        desk.start()
    try:
        Worker(conninfo, EVENT_TYPES, PROJECTIONS).run(stop)
    finally:
        stop.set()
        jobs.stop()
        for desk in desks:
            desk.join()
        for part in reversed(parts):
            part.stop()


@cli.command()
@click.option(
    "--print-roles", is_flag=True, help="Print what an administrator has to run, and touch nothing."
)
@click.option(
    "--citus", is_flag=True, help="Then spread the tables of companies over the nodes of a Citus cluster."
)
@click.option("--dry-run", is_flag=True, help="With --citus: print its statements, and change nothing.")
def migrate(*, print_roles: bool, citus: bool, dry_run: bool) -> None:
    """Bring the database to this version; `up` does it by itself.

    An owner who may make neither roles nor schemas has an administrator run what --print-roles prints.

    \b
    Examples:
      DATABASE_URL=postgresql://owner:secret@db/mipos MIPOS_SECRET_KEY=... MIPOS_DATA_KEY=... mipos migrate
      ... mipos migrate --print-roles | psql postgresql://postgres@db/mipos
      ... mipos migrate --citus --dry-run
    """
    from infra.runtime.databases import database, for_administrator  # noqa: PLC0415

    settings = _settings()
    if dry_run and not citus:
        raise click.UsageError("--dry-run goes with --citus.")
    if print_roles:
        click.echo(for_administrator(settings), nl=False)
        return
    if not settings.uses_embedded_server and settings.database_url is None:
        raise SettingsError(["DATABASE_URL is required: only the owner of the database can migrate it."])
    if dry_run:
        from infra.runtime.databases import distribution_of  # noqa: PLC0415

        click.echo(distribution_of(settings), nl=False)
        return
    with database(settings) as addresses:
        if citus:
            from infra.runtime.databases import distribute_over_nodes  # noqa: PLC0415

            distribute_over_nodes(addresses)
        click.echo("The database is ready.")


def _settings() -> Settings:
    return load_settings(os.environ)


def _log_to_standard_error() -> None:
    """Have what a command's parts log masked, too, and out of the way of what it answers with."""
    from infra.process.logs import configure_logs  # noqa: PLC0415

    configure_logs("warning", sys.stderr.buffer)


def main() -> None:
    """Run the command line; whatever a person can mend is told in a sentence."""
    do_without_algebra_threads()
    if not {"-h", "--help"} & set(sys.argv):
        _log_to_standard_error()
    try:
        sys.exit(cli.main(prog_name="mipos", standalone_mode=False))
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except (SettingsError, PortTaken, EmbeddedServerError, DatabaseUnfit) as wrong:
        click.echo(f"mipos: {wrong}", err=True)
        sys.exit(1)
    except psycopg.OperationalError as wrong:
        click.echo(f"mipos: The database cannot be reached: {str(wrong).splitlines()[0]}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
