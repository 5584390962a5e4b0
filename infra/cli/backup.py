"""`mipos backup` and `mipos restore`: what is kept in case all else is lost, and how it is brought back."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import psycopg
from rich.console import Console

from infra.backup import physical
from infra.backup.errors import BackupError, NotEmbedded, TargetWithin
from infra.backup.manifest import Manifest
from infra.backup.taking import Taking
from infra.backup.vault import KEEP_DAYS, Vault
from infra.eventstore.tombstones import TombstonesUnreadable, add_tombstones, read_tombstones
from infra.jobs.scrub import keep_tombstones
from infra.postgres.embedded import EmbeddedServer
from infra.process.progress import progress_bar
from infra.projections.verify_all import VerifyOutcome
from infra.runtime.models import EVENT_TYPES
from infra.runtime.restoring import (
    DATA_KEY,
    SEAL_KEY,
    SECRET_KEY,
    Restored,
    keys_at_hand,
    restore_to_database,
    restore_to_folder,
)
from infra.runtime.settings import SettingsError, load_settings

console = Console()

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("backup")
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.option("--incremental", is_flag=True, help="Only what is new since the last backup in DIR.")
@click.option(
    "--physical",
    "is_physical",
    is_flag=True,
    help="The files of the embedded server as they lie on the disk, with names in clear.",
)
@click.option(
    "--keep",
    "keep_days",
    type=click.IntRange(1, 36_500),
    default=KEEP_DAYS,
    show_default=True,
    help="Days after which earlier backups in DIR are removed; physical ones after 30 at most.",
)
@click.option(
    "--keys",
    "keys_folder",
    type=_FOLDER,
    help="Also copy the keys of data, tokens and seals into this folder, which must lie elsewhere.",
)
@click.pass_context
def backup(  # noqa: PLR0917 the arguments of a command
    context: click.Context,
    folder: Path,
    incremental: bool,
    is_physical: bool,
    keep_days: int,
    keys_folder: Path | None,
) -> None:
    """Write a backup into DIR, while the shop sells.

    It has the log, the keys of persons in a file apart, credentials and pictures; whatever is derived from
    the log is made anew by `mipos restore`. The data key is not in it, and without that key nobody restores
    it: keep a copy of it elsewhere (--keys).

    An incremental one goes on from the last one in DIR. Each full one, and what rests on it, goes --keep days
    after it was taken, once there is a newer one; so take a full one now and then.

    \b
    Examples:
      mipos backup /backups/shop --keys /media/safe
      mipos backup /backups/shop --incremental
      mipos backup /backups/shop-files --physical
    """
    folder = folder.absolute()
    with _saying_why():
        if keys_folder is not None:
            _copy_keys(context, folder, keys_folder.absolute())
        vault = Vault(folder)
        with psycopg.connect(
            context.obj["worker_conninfo"](), autocommit=True, application_name="mipos backup"
        ) as connection:
            if is_physical:
                manifest = _take_physical(connection, vault, incremental=incremental)
            else:
                manifest = _take_logical(connection, vault, incremental=incremental)
            keep_tombstones(connection, vault.tombstones)
            add_tombstones(vault.tombstones, read_tombstones(context.obj["tombstones"]))
        gone = vault.expire(keep_days, datetime.now(UTC))
    _tell_taken(vault, manifest, gone, keys_folder)


def _take_logical(connection: psycopg.Connection[Any], vault: Vault, *, incremental: bool) -> Manifest:
    taking = Taking(connection, vault, EVENT_TYPES.data_keys, incremental=incremental)
    with progress_bar(console) as bar:
        task = bar.add_task("backup", total=None)
        return taking.take(lambda done, total: bar.update(task, completed=done, total=total))


def _take_physical(connection: psycopg.Connection[Any], vault: Vault, *, incremental: bool) -> Manifest:
    settings = load_settings(os.environ)
    if not settings.uses_embedded_server:
        raise NotEmbedded
    server = EmbeddedServer(settings.data_dir, settings.postgres_bin).conninfo("postgres", "postgres")
    with console.status("Copying the files of the database server …"):
        return physical.take(
            connection, server, settings.postgres_bin, vault, EVENT_TYPES.data_keys, incremental=incremental
        )


def _copy_keys(context: click.Context, folder: Path, keys_folder: Path) -> None:
    """Copy the keys to where backups are not. Raises TargetWithin."""
    for inner, outer in ((keys_folder, folder), (folder, keys_folder)):
        if inner.resolve().is_relative_to(outer.resolve()):
            raise TargetWithin(target=inner, folder=outer)
    context.obj["worker_conninfo"]()
    settings = load_settings(os.environ)
    keys_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = {DATA_KEY: settings.sealing_key(), SECRET_KEY: settings.signing_key()}
    with suppress(SettingsError):
        keys[SEAL_KEY] = settings.log_key()
    for name, key in keys.items():
        file = keys_folder / name
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as written:
            written.write(key + "\n")
        file.chmod(0o600)


def _tell_taken(vault: Vault, manifest: Manifest, gone: list[str], keys_folder: Path | None) -> None:
    events = f", {manifest.events:,} events" if manifest.form == "logical" else ""
    seconds = (manifest.finished_at - manifest.began_at).total_seconds()
    console.print(
        f"{vault.folder / manifest.name}: {manifest.kind} {manifest.form} backup{events}, "
        f"{manifest.size:,} bytes in {seconds:,.1f} s.",
        soft_wrap=True,
        highlight=False,
    )
    if gone:
        console.print(f"Removed, being older than they are kept: {', '.join(gone)}.", soft_wrap=True)
    if keys_folder is None:
        console.print(
            "The data key is not in it: without a copy elsewhere (--keys) nobody can restore it.",
            soft_wrap=True,
        )


@click.command("restore")
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--to", "target", type=_FOLDER, help="The data folder to make; there must be nothing yet.")
@click.option(
    "--to-database",
    is_flag=True,
    help="Fill the empty database that DATABASE_URL names, instead of a folder.",
)
@click.option(
    "--keys",
    "keys_folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with the data_key of the backup, and its secret_key; else those of this installation.",
)
@click.option(
    "--seals",
    "published",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with what was published of the logs: `seals` of the data folder that is replaced, or a "
    "copy; else that of this installation.",
)
@click.option("--skip-check", is_flag=True, help="Do not compare the read models with the log in the end.")
@click.pass_context
def restore(  # noqa: PLR0917 the arguments of a command
    context: click.Context,
    folder: Path,
    target: Path | None,
    to_database: bool,
    keys_folder: Path | None,
    published: Path | None,
    skip_check: bool,
) -> None:
    """Make a data folder from the newest backup in DIR, or from the one that DIR is.

    Nothing that is there is touched: not the backup, nor a shop that sells meanwhile, nor a folder that has
    anything in it. Every file is compared with its hash and every event with the chain of its log; whoever
    was erased since is forgotten again; read models are made from the log and compared with it. The log gets
    a new epoch, by which those who follow it see that it was restored, and says itself what it lost of what
    had been signed, as far as checkpoints of before are here (--seals). Ends with 1 when anything is not as
    it should be.

    \b
    Examples:
      mipos restore /backups/shop --to /var/lib/mipos-again
      mipos restore /backups/shop/2026-11-28T02-00-00Z-logical-full --to /tmp/yesterday
      MIPOS_DATA_DIR=/tmp/yesterday MIPOS_PORT=3001 MIPOS_DEMO=no mipos up
      DATABASE_URL=postgresql://owner:secret@db/empty ... mipos restore /backups/shop --to-database
    """
    if (target is None) != to_database:
        message = "Say either --to FOLDER or --to-database."
        raise click.UsageError(message)
    settings = load_settings(os.environ)
    with _saying_why():
        keys = keys_at_hand(settings, keys_folder)
        if target is not None:
            restored = restore_to_folder(
                settings, folder, target.absolute(), keys, published=published, check=not skip_check
            )
        else:
            restored = restore_to_database(settings, folder, keys, published=published, check=not skip_check)
    _tell_restored(restored, target)
    if not restored.is_sound:
        context.exit(1)


def _tell_restored(restored: Restored, target: Path | None) -> None:
    backup_at = f"{restored.backup.moment:%Y-%m-%d %H:%M:%S} UTC"
    console.print(
        f"{restored.backup.name} is restored, as the shop was at {backup_at}: {restored.companies:,} logs, "
        f"{restored.events:,} events, epoch {restored.epoch}.",
        soft_wrap=True,
        highlight=False,
    )
    if not restored.has_secret_key:
        console.print("The secret key was not here: a new one is made, and everybody's pin is set anew.")
    for seam in restored.losses:
        console.print(f"Lost: {seam}.", soft_wrap=True, highlight=False)
    for company_id in restored.missing:
        console.print(f"Lost: company {company_id}, which the backup does not know.", soft_wrap=True)
    _tell_checked(restored.outcome)
    if target is not None:
        console.print(f"\nMIPOS_DATA_DIR={target} mipos up", soft_wrap=True, highlight=False)
        console.print("runs it; beside another one on this machine, set another MIPOS_PORT as well.")


def _tell_checked(outcome: VerifyOutcome | None) -> None:
    if outcome is None:
        console.print("Read models were not compared with the log: mipos projections verify --all")
        return
    for report in outcome.false:
        console.print(f"[red]{report.projection}[/] of company {report.company_id} differs from the log.")
    for gap in outcome.gaps:
        console.print(f"[red]{gap.projection}[/] of company {gap.company_id} could not be checked:")
        console.print(f"  {gap.reason}", highlight=False, markup=False, soft_wrap=True)
    console.print(
        f"Read models compared with the log: {len(outcome.reports):,}; {len(outcome.false):,} with "
        f"differences, {len(outcome.gaps):,} not checked."
    )


@contextmanager
def _saying_why() -> Iterator[None]:
    """Tell in a sentence what keeps a backup from being taken or brought back."""
    try:
        yield
    except (BackupError, TombstonesUnreadable) as error:
        raise click.ClickException(str(error)) from None
