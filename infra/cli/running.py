"""`mipos up`, and the parts it is made of: `serve`, `worker` and `migrate`."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

import os
import sys
from threading import Thread

import click

from infra.process.signals import ended_at_once
from infra.process.supervisor import check_port_free
from infra.runtime.settings import Settings, SettingsError, load_settings


@click.command()
def up() -> None:
    """Run everything: database, migrations, demo company, API and worker; Ctrl-C stops it all.

    A terminal shows one line a request; anything else gets JSON (MIPOS_LOG_FORMAT chooses).

    \b
    Examples:
      ./mipos up
      MIPOS_PORT=8080 MIPOS_DEMO=no ./mipos up
      DATABASE_URL=postgresql://me:secret@db/mipos MIPOS_SECRET_KEY=... MIPOS_DATA_KEY=... ./mipos up
    """
    click.echo("MIPOS is starting …", err=True)
    with ended_at_once():
        from infra.runtime.up import up as run_up  # noqa: PLC0415

    sys.exit(run_up(_settings(), os.environ))


@click.command()
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
    outlet = configure_logs(settings.log_level, form=settings.log_format)
    check_port_free(settings.host, settings.port)
    run_server(settings, running_database(settings, "app"), outlet)


@click.command()
def worker() -> None:
    """Keep the asynchronous read models up to date and do the timed jobs; the database must be migrated.

    Any number of workers on any number of machines share the work.

    \b
    Example:
      DATABASE_URL=... MIPOS_SECRET_KEY=... MIPOS_DATA_KEY=... mipos worker
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
    outlet = configure_logs(settings.log_level, form=settings.log_format)
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


@click.command()
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
