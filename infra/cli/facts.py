"""Facts for analysts: as files, and what a cluster counts in them."""

# ruff: noqa: D301, PLC0415 - click takes a lone backspace for "do not rewrap this paragraph"; what the extra
# brings is loaded by the command that takes it

import os
import shutil
from collections.abc import Sequence
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from rich.console import Console

from domain.errors import Refusal
from infra.analytics.market_basket import (
    LEVELS,
    CountRequest,
    Level,
    count_baskets,
    local_session,
    write_counts,
)
from infra.cli.companies import company_called, conninfo_of
from infra.process.progress import progress_bar

console = Console()

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def facts() -> None:
    """Hand facts of sales to analysts, and count in them on one machine or many.

    \b
    mipos facts export --company Journey --to facts       every line that was sold or came back, as Parquet
    mipos facts baskets facts --out counts.csv            what is bought together, by Apache Spark
    """


@facts.command()
@click.option("--company", required=True, help="Name or id of the company.")
@click.option(
    "--to",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder that is empty or not there yet.",
)
@click.option("--with-costs", "costs", is_flag=True, help="Also what goods had cost.")
@click.pass_context
def export(context: click.Context, company: str, folder: Path, *, costs: bool) -> None:
    """Write what was sold and what came back, line by line, as Parquet: a file for each month.

    All of it is up to one position of the log, which the files name (mipos.position) beside the company; what
    each column means stands with it. Nobody is named: neither customers nor cashiers. Money is minor currency
    units, quantities are hundred-thousandths. The tills sell on meanwhile.

    \b
    Examples:
      mipos facts export --company Journey --to facts
      mipos facts export --company 0190163d-8694-739b-aea5-966c26f8ad91 --to /data/2024 --with-costs
    """
    _need("pyarrow")
    if folder.exists() and any(folder.iterdir()):
        raise click.BadParameter(f"{folder} is not empty.", param_hint="--to")
    from infra.analytics.line_files import LineFiles

    company_id = company_called(context, company)
    with progress_bar(console, "lines") as bar:
        task = bar.add_task("Lines", total=None)
        try:
            written = LineFiles(conninfo_of(context), company_id, folder, costs=costs).write(
                lambda done, total: bar.update(task, completed=done, total=total)
            )
        except Refusal as refusal:
            raise click.ClickException(refusal.message) from refusal
    click.echo(f"{written.lines:,} lines in {written.files:,} files, up to position {written.position:,}.")


@facts.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--level", type=click.Choice(LEVELS), default=CountRequest.level, show_default=True, help="Of what."
)
@click.option(
    "--min-support-count",
    type=click.IntRange(min=1),
    default=CountRequest.at_least,
    show_default=True,
    help="How many baskets must have a thing, or a pair.",
)
@click.option("--from", "from_date", type=_DAY, help="The first business date of baskets.")
@click.option("--to", "to_date", type=_DAY, help="The last one.")
@click.option("--store", "stores", type=click.UUID, multiple=True, help="Only baskets of this store.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="A .csv, or a folder for Parquet."
)
def baskets(folder: Path, out: Path, **request: Any) -> None:
    """Count what is bought together in the files of an export, by Apache Spark on this machine.

    A row with `first` alone says how many baskets have it (`together`), one with `second` how many have both;
    `baskets` is how many there are. They are the counts that reports of baskets have at the position of the
    export. OPERATIONS.md says how a cluster counts the same.

    \b
    Examples:
      mipos facts baskets facts --out counts.csv
      mipos facts baskets facts --level category --min-support-count 100 --from 2024-01-01 --out counts
    """
    _check_can_count(folder, out)
    spark = local_session()
    try:
        counted = count_baskets(spark, str(folder), _request_of(**request))
        write_counts(counted, str(out))
    finally:
        spark.stop()
    click.echo(f"{counted.baskets:,} baskets are counted in {out}.")


def _request_of(
    *,
    level: Level,
    min_support_count: int,
    from_date: datetime | None,
    to_date: datetime | None,
    stores: Sequence[UUID],
) -> CountRequest:
    return CountRequest(
        level=level,
        at_least=min_support_count,
        from_date=from_date.date() if from_date else None,
        to_date=to_date.date() if to_date else None,
        stores=tuple(map(str, stores)),
    )


def _check_can_count(folder: Path, out: Path) -> None:
    """What can be seen before Spark is started, which takes some seconds."""
    if not any(folder.glob("lines-*.parquet")):
        message = f"There are no facts in {folder}: `mipos facts export` writes them."
        raise click.ClickException(message)
    if out.exists():
        raise click.BadParameter(f"{out} is there already.", param_hint="--out")
    _need("pyspark")
    if not ("JAVA_HOME" in os.environ or shutil.which("java")):
        raise click.ClickException("Spark takes Java 17 or newer, and there is none: see JAVA_HOME.")


def _need(module: str) -> None:
    if not find_spec(module):
        message = f"{module} is not installed; `.venv/bin/pip install -e '.[spark]'` does that."
        raise click.ClickException(message)
