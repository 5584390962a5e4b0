"""`mipos audit`: logs as files that prove themselves, and what verifies them."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

import os
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from uuid import UUID

import click
import psycopg
from rich.console import Console

from domain.seals.refusals import EpochForked
from infra.cli.audit_verification import verify
from infra.cli.companies import companies_of, company_called, company_option, conninfo_of
from infra.cli.replay import replay
from infra.eventstore.chain import LogAltered
from infra.eventstore.data_keys import NoDataKey
from infra.postgres.transactions import transaction
from infra.process.progress import progress_bar
from infra.runtime.log_epochs import Lives
from infra.runtime.models import EVENT_TYPES
from infra.runtime.seals import seal_key
from infra.runtime.settings import load_settings
from infra.runtime.witness import run_witness
from infra.seals import verify_log
from infra.seals.key_files import write_keys
from infra.seals.log_files import LogFile, NoEvents, Stretch
from infra.seals.published import FOLDER, publish
from infra.seals.sealing import Sealer

console = Console()

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def audit() -> None:
    """Hand out logs that prove themselves, and verify them.

    \b
    mipos audit export --company Journey --to journey.mlog     every event, chained and signed
    mipos audit verify                                         are logs what was recorded, sealed, published?
    mipos audit verify-file journey.mlog                       is it what was recorded?
    mipos audit verifier > verify_log.py                       the same for anybody, in plain Python
    mipos audit seal                                           sign what is new, now and not within the hour
    mipos audit replay --company Journey ID                    the history of one thing as a story
    mipos audit witness                                        cosign logs of others
    """


audit.add_command(replay)


@audit.command()
@click.option("--company", required=True, help="Name or id of the company.")
@click.option("--to", "path", required=True, type=_FILE, help="The file, which is not there yet.")
@click.option("--from", "first", type=click.IntRange(min=1), default=1, help="The first position.")
@click.option("--upto", "last", type=click.IntRange(min=1), help="The last position; the end without it.")
@click.option("--withhold-metadata", is_flag=True, help="Digests in place of who did it and when.")
@click.option("--keys", "keys", type=_FILE, help="Another file, not there yet, for the keys of persons.")
@click.pass_context
def export(  # noqa: PLR0917 as the command line has it
    context: click.Context,
    company: str,
    path: Path,
    first: int,
    last: int | None,
    keys: Path | None,
    *,
    withhold_metadata: bool,
) -> None:
    """Write a company's log, each event with its bytes, while the shop sells on.

    Every hash is recomputed from the first event on before anything is signed. What is sealed of persons
    stays sealed: no key is in the file. Money and goods are in clear: give it to whom you trust. With --keys
    the keys of those who are told about and not forgotten stand in a file of their own, for your eyes only:
    whoever has both files reads all, and destroying the one with the keys forgets everybody in the other.

    \b
    Examples:
      mipos audit export --company Journey --to journey.mlog
      mipos audit export --company Journey --to march.mlog --from 120001 --upto 180000 --withhold-metadata
      mipos audit export --company Journey --to journey.mlog --keys journey.keys
    """
    for file, option in ((path, "--to"), (keys, "--keys")):
        if file and (file.exists() or (option == "--keys" and file == path)):
            raise click.BadParameter(f"{file} is there already.", param_hint=option)
    company_id = company_called(context, company)
    key = seal_key(load_settings(os.environ))
    log_file = LogFile(
        conninfo_of(context),
        company_id,
        key,
        stretch=Stretch(first=first, last=last),
        withholds_metadata=withhold_metadata,
    )
    with progress_bar(console) as bar:
        task = bar.add_task("audit export", total=None)
        try:
            written = log_file.write(
                path, datetime.now(UTC), lambda done, total: bar.update(task, completed=done, total=total)
            )
        except (NoEvents, LogAltered) as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"Positions {written.first:,} to {written.last:,} are in {path}.")
    if keys:
        _write_keys(context, company_id, log_file, keys)


def _write_keys(context: click.Context, company_id: UUID, log_file: LogFile, path: Path) -> None:
    try:
        with (
            psycopg.connect(conninfo_of(context), autocommit=True) as connection,
            transaction(connection, company_id, reading=True) as db,
        ):
            many = write_keys(db, EVENT_TYPES.data_keys, log_file.subjects, path)
    except NoDataKey:
        message = "Keys of persons are kept under a data key that is not here, and none is written."
        raise click.ClickException(message) from None
    except FileExistsError:
        raise click.BadParameter(f"{path} is there already.", param_hint="--keys") from None
    click.echo(f"Keys of {many:,} persons are in {path}, apart: keep them so.")


@audit.command()
@company_option
@click.pass_context
def seal(context: click.Context, company_id: UUID | None) -> None:
    """Sign what was recorded since the last seal, and add it to the files in the data folder.

    Every hash is recomputed from its bytes first; a log that was altered is not signed, and named. Workers do
    the same each hour.

    \b
    Examples:
      mipos audit seal
      mipos audit seal --company Journey
    """
    settings = load_settings(os.environ)
    key, folder, unsound = seal_key(settings), settings.data_dir / FOLDER, 0
    with psycopg.connect(conninfo_of(context), autocommit=True) as connection:
        for one in companies_of(context, company_id):
            try:
                sealed = Sealer(connection, key, folder).seal(one, datetime.now(UTC))
                publish(connection, one, folder)
            except (LogAltered, EpochForked) as error:
                unsound += 1
                click.echo(f"NOT SEALED: {error}", err=True)
            else:
                click.echo(f"{one} is sealed up to position {sealed.size if sealed else 0:,}.")
    if unsound:
        message = "What is not sealed is not what was recorded."
        raise click.ClickException(message)


@audit.command("begin-epoch")
@click.option("--company", required=True, help="Name or id of the company.")
@click.confirmation_option(prompt="Was the database brought back from an earlier moment?")
@click.pass_context
def begin_epoch(context: click.Context, company: str) -> None:
    """Have a log say that it was brought back from an earlier moment, where that went unnoticed.

    A start does so by itself for a log that ends before its last checkpoint. One that was written to since
    cannot be told from one that was altered: only you know. The new epoch begins behind the last checkpoint
    that the log still has, and the log says which positions were signed and are gone.

    \b
    Example:
      mipos audit begin-epoch --company Journey
    """
    lives = Lives.of(load_settings(os.environ))
    with psycopg.connect(conninfo_of(context), autocommit=True) as connection:
        seam = lives.begin_by_hand(connection, company_called(context, company))
    click.echo(f"Begun: {seam}." if seam else "The log is what was published of it; nothing is to be done.")


@audit.command()
@click.option(
    "--name",
    required=True,
    help="What it is called in cosignatures, such as accountant.example/witness.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where it listens.")
@click.option("--port", type=click.IntRange(0, 65535), default=3900, show_default=True)
@click.option(
    "--folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="For its key and state."
)
@click.option(
    "--trust",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the verifier keys of logs, one a line.",
)
def witness(name: str, host: str, port: int, folder: Path, trust: Path) -> None:
    """Cosign checkpoints of other installations, as long as their logs only grow (C2SP tlog-witness).

    For whoever the shop cannot reach: an accountant, another shop. It prints the verifier key that the others
    name in MIPOS_WITNESSES. A line of the trusted keys is the `vkey` of GET /api/audit/key, good for that log
    in all its epochs; with ` *` behind it, for all logs of that installation. It needs no database.

    \b
    Example:
      mipos audit witness --name accountant.example/witness --folder /var/lib/witness --trust keys.txt
    """
    run_witness(name, (host, port), folder, trust)


audit.add_command(verify)


@audit.command("verify-file")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--vkey", help="The key of the log as it was given to you.")
@click.option(
    "--checkpoint", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Kept earlier."
)
def verify_file(file: Path, vkey: str | None, checkpoint: Path | None) -> None:
    """Verify an exported log, also packed with gzip, or the proof of an event.

    Whoever does not trust this installation runs verify_log.py elsewhere instead.

    \b
    Examples:
      mipos audit verify-file journey.mlog
      mipos audit verify-file journey.mlog --checkpoint held.txt
      mipos audit verify-file event.tlog-proof --vkey KEY
    """
    try:
        said = verify_log.verify_file(str(file), vkey, checkpoint.read_bytes() if checkpoint else None)
    except ValueError as error:
        message = f"NOT SOUND: {error}"
        raise click.ClickException(message) from error
    click.echo(f"SOUND: {said}")


@audit.command()
def verifier() -> None:
    """Print the verifier: one file of plain Python, to be read and run anywhere.

    \b
    Example:
      mipos audit verifier > verify_log.py
    """
    click.echo(files("infra.seals").joinpath("verify_log.py").read_text(), nl=False)
