"""The command line: `mipos up`, and the parts it is made of."""

import os
import signal
import sys
from threading import Event

import click

from infra.embedded import EmbeddedServerError
from infra.settings import Settings, SettingsError, load_settings
from infra.supervisor import PortTaken


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mipos")
def cli() -> None:
    """MIPOS, a point-of-sale back end that an auditor can replay.

    \b
    mipos up        everything on this machine: database, API, workers, a demo company
    mipos --help    what else there is
    """


@cli.command()
def up() -> None:
    """Run everything: database, migrations, demo company, API and worker.

    \b
    Examples:
      ./mipos up
      MIPOS_PORT=8080 MIPOS_DEMO=no ./mipos up
      DATABASE_URL=postgresql://me:secret@db/mipos MIPOS_SECRET_KEY=… ./mipos up
    """
    from infra.runtime.up import up as run_up  # noqa: PLC0415

    sys.exit(run_up(_settings(), os.environ))


@cli.command()
def serve() -> None:
    """Answer HTTP requests (the database must be migrated).

    \b
    Example:
      DATABASE_URL=… MIPOS_SECRET_KEY=… MIPOS_WORKERS=4 mipos serve
    """
    from infra.logs import configure_logs  # noqa: PLC0415
    from infra.runtime.databases import addresses_of  # noqa: PLC0415
    from infra.runtime.server import serve as run_server  # noqa: PLC0415

    settings = _settings()
    configure_logs(settings.log_level)
    run_server(
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        threads=settings.threads,
        database=addresses_of(settings).app,
        house={
            "secret": settings.signing_key(),
            "access_seconds": settings.access_token_seconds,
            "refresh_seconds": settings.refresh_token_seconds,
            "max_body_bytes": settings.max_body_bytes,
            "cors_origins": settings.cors_origins,
        },
    )


@cli.command()
def worker() -> None:
    """Keep the asynchronous read models up to date and do the timed jobs.

    Any number of workers on any number of machines share the work.
    """
    from infra.jobs import schedule  # noqa: PLC0415
    from infra.logs import configure_logs  # noqa: PLC0415
    from infra.projections.worker import Worker  # noqa: PLC0415
    from infra.runtime.databases import addresses_of  # noqa: PLC0415
    from infra.runtime.models import EVENT_TYPES, PROJECTIONS  # noqa: PLC0415

    settings = _settings()
    configure_logs(settings.log_level)
    conninfo = addresses_of(settings).worker
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    jobs = schedule(conninfo)
    jobs.start()
    try:
        Worker(conninfo, EVENT_TYPES, PROJECTIONS).run(stop)
    finally:
        jobs.shutdown(wait=False)


@cli.command()
def migrate() -> None:
    """Bring the database to this version (with the embedded server, `up` does it).

    \b
    Example:
      DATABASE_URL=postgresql://owner:secret@db/mipos MIPOS_SECRET_KEY=… mipos migrate
    """
    from infra.runtime.databases import database, prepare  # noqa: PLC0415

    settings = _settings()
    with database(settings) as addresses:
        prepare(settings, addresses)
    click.echo("The database is ready.")


def _settings() -> Settings:
    return load_settings(os.environ)


def main() -> None:
    """Run the command line; whatever a person can mend is told in a sentence."""
    try:
        cli.main(prog_name="mipos", standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except (SettingsError, PortTaken, EmbeddedServerError) as wrong:
        click.echo(f"mipos: {wrong}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
