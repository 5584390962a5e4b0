"""The developers' side of the read models on the terminal: how they are, and what is done about them."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click
import psycopg
from rich.console import Console
from rich.table import Table

from commands.ports import Caller
from domain.companies import PLATFORM_ID
from infra.cli.companies import companies_of, company_option, conninfo_of
from infra.postgres.transactions import Transaction, transaction
from infra.postgres.worker_metrics import hand_over_once
from infra.process.progress import progress_bar
from infra.projections.checkpoints import unpark
from infra.projections.desk import ReadModelDesk
from infra.projections.failed_events import FailedEvents
from infra.projections.rebuild_all import rebuild_all, with_derived
from infra.projections.status import Status, list_status
from infra.projections.verify_all import verify_all
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from projections.base import Projection, Row
from projections.standing import list_standing

console = Console()
#: How wide a table is where nobody looks at it, in characters.
WIDE = 200

all_option = click.option("--all", "everything", is_flag=True, help="Every read model.")


@click.group()
def projections() -> None:
    """Look after the read models: everything that is derived from the log, and nothing else.

    \b
    mipos projections status                 how far behind each is, and what is parked
    mipos projections verify --all           does every row say what the log says?
    mipos projections rebuild stock          make it anew from the first event
    mipos projections pause report_sales     let it rest, until `resume`
    mipos projections retry report_sales     try the event again at which it is parked
    """


@projections.command("list")
@click.pass_context
def list_command(context: click.Context) -> None:
    """Show every read model with its tables and the events it reads.

    \b
    Example:
      mipos projections list
    """
    with _connected(context) as connection:
        statuses = list_status(connection, PROJECTIONS)
    table = Table("Name", "Mode", "Version", "Tables", "Events", "Definition", box=None)
    for model, status in zip(PROJECTIONS, statuses, strict=True):
        events = str(len(model.events))
        tables = ", ".join(model.tables)
        table.add_row(model.name, model.mode, str(model.version), tables, events, status.definition)
    console.print(table)


@projections.command()
@company_option
@click.pass_context
def status(context: click.Context, company_id: UUID | None) -> None:
    """Show how far behind each read model is, how fast it follows, and which are parked with what error.

    One that is not sound has rows that are known to differ from the log, or passed over an event; made anew
    it is sound again.

    \b
    Examples:
      mipos projections status
      mipos projections status --company 0190163d-8694-739b-aea5-966c26f8ad91
    """
    companies_of(context, company_id)
    with _connected(context) as connection:
        statuses = list_status(connection, PROJECTIONS, company_id)
        with transaction(connection, PLATFORM_ID, reading=True) as db:
            standing = list_standing(db, company_id)
    counted = ("Companies", "Least lag", "Greatest lag", "Parked")
    table = Table("Name", "Mode", *counted, "Events/s", "Verified", "Sound", "Paused", box=None)
    for one in statuses:
        numbers = (one.companies, one.least_lag, one.greatest_lag, len(one.parked))
        table.add_row(one.name, one.mode, *(f"{number:,}" for number in numbers), *_seen(standing[one.name]))

    # What is no terminal has room.
    (console if console.is_terminal else Console(width=WIDE)).print(table)
    _show_parked(statuses)


@projections.command()
@click.argument("name", required=False)
@all_option
@company_option
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=min(4, os.cpu_count() or 1),
    show_default=True,
    help="How many rebuilds run at a time.",
)
@click.pass_context
def rebuild(
    context: click.Context, name: str | None, everything: bool, company_id: UUID | None, processes: int
) -> None:
    """Make the rows of a read model anew from the log, then those that are made from them.

    The shop goes on selling meanwhile. A company that is closed is open again once nothing that decisions are
    made on is parked for it.

    \b
    Examples:
      mipos projections rebuild stock
      mipos projections rebuild --all --processes 8
    """
    models = with_derived(_chosen(name, everything=everything), PROJECTIONS)
    companies = list(companies_of(context, company_id))
    with progress_bar(console) as bar:
        task = bar.add_task("rebuild", total=None)
        outcome = rebuild_all(
            conninfo_of(context),
            EVENT_TYPES,
            models,
            companies,
            processes=processes,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    hand_over_once(conninfo_of(context))
    table = Table("Read model", "Companies", "Events", "Rows put right", "Seconds", box=None)
    for model in models:
        own = [report for report in outcome.reports if report.projection == model.name]
        events, rows = sum(one.events for one in own), sum(one.rows_changed for one in own)
        seconds = sum(one.seconds for one in own)
        table.add_row(model.name, f"{len(own):,}", f"{events:,}", f"{rows:,}", f"{seconds:,.1f}")
    console.print(table)
    _show_proof(outcome.proved_companies, outcome.proved_events, outcome.proof_seconds)
    for failure in outcome.failures:
        console.print(f"[red]{failure.projection}[/] of company {failure.company_id} stays as it was:")
        console.print(f"  {failure.reason}", highlight=False, markup=False, soft_wrap=True)
    if outcome.failures:
        console.print(f"{len(outcome.failures):,} could not be rebuilt.")
        context.exit(1)


@projections.command("verify")
@click.argument("name", required=False)
@all_option
@company_option
@click.pass_context
def verify_command(
    context: click.Context, name: str | None, everything: bool, company_id: UUID | None
) -> None:
    """Compare a read model row by row with what the log says, and the log with its hashes.

    Ends with 1 when anything differs or could not be checked.

    \b
    Examples:
      mipos projections verify stock
      mipos projections verify --all --company 0190163d-8694-739b-aea5-966c26f8ad91
    """
    models = _chosen(name, everything=everything)
    companies = companies_of(context, company_id)
    with progress_bar(console) as bar:
        task = bar.add_task("verify", total=None)
        outcome = verify_all(
            conninfo_of(context),
            EVENT_TYPES,
            models,
            companies,
            lambda what, done, total: bar.update(task, description=what, completed=done, total=total),
        )
    for report in outcome.false:
        where = f"company {report.company_id}, position {report.position:,}"
        console.print(f"[red]{report.projection}[/] of {where}:")
        for difference in report.differences:
            console.print(f"  {difference}", highlight=False, markup=False)
    for gap in outcome.gaps:
        console.print(f"[red]{gap.projection}[/] of company {gap.company_id} could not be checked:")
        console.print(f"  {gap.reason}", highlight=False, markup=False, soft_wrap=True)
    _show_proof(outcome.proved_companies, outcome.proved_events, outcome.proof_seconds)
    rows = sum(table.rows for report in outcome.reports for table in report.tables)
    console.print(
        f"{len(outcome.reports):,} checked, {rows:,} rows, {len(outcome.false):,} with differences, "
        f"{len(outcome.gaps):,} not checked."
    )
    if outcome.false or outcome.gaps:
        context.exit(1)


@projections.command()
@click.argument("name")
@click.option("--company", "company_id", type=click.UUID, required=True, help="The company it is parked for.")
@click.pass_context
def retry(context: click.Context, name: str, company_id: UUID) -> None:
    """Let a parked read model go on, after the fault was mended; the worker takes it up at once.

    \b
    Example:
      mipos projections retry report_sales --company 0190163d-8694-739b-aea5-966c26f8ad91
    """
    model = _named(name)
    with _connected(context) as connection:
        if model.mode == "inline" or not unpark(connection, model.name, company_id):
            message = (
                f"{name} is not parked for company {company_id}, or has to be made anew: "
                f"mipos projections rebuild {name} --company {company_id}"
            )
            raise click.ClickException(message)
    console.print(f"{name} goes on for company {company_id}.")


@projections.command()
@click.argument("name")
@click.option("--company", "company_id", type=click.UUID, required=True, help="The company it is parked for.")
@click.option("--reason", required=True, help="Why the event is passed over; it is kept.")
@click.pass_context
def skip(context: click.Context, name: str, company_id: UUID, reason: str) -> None:
    """Have a parked read model pass over the event that it cannot apply, and go on after it.

    It lacks what the event says, and is shown as not sound until it is rebuilt. What decisions are made on
    passes over nothing.

    \b
    Example:
      mipos projections skip report_sales --company 0190163d-8694-739b-aea5-966c26f8ad91 --reason "A test"
    """
    model = _named(name)
    with _platform(context) as db:
        desk = FailedEvents(db, _caller(), lambda: None)
        failed = desk.find_parked(model.name, company_id)
        if not reason.strip() or failed is None or not failed.can_be_skipped or not desk.skip(failed, reason):
            message = (
                f"{name} is not parked for company {company_id}, or has to be made anew: "
                f"mipos projections rebuild {name} --company {company_id}"
            )
            raise click.ClickException(message)
    console.print(f"{name} goes on after position {failed.position:,}, and is not sound until it is rebuilt.")


@projections.command()
@click.argument("name", required=False)
@all_option
@company_option
@click.pass_context
def pause(context: click.Context, name: str | None, everything: bool, company_id: UUID | None) -> None:
    """Let a read model follow the log no further, until it is resumed.

    Its reports stay as they are. For every company, those are meant too that are founded meanwhile. What
    decisions are made on is written with each event, and cannot rest.

    \b
    Examples:
      mipos projections pause report_sales
      mipos projections pause --all --company 0190163d-8694-739b-aea5-966c26f8ad91
    """
    models = [model for model in _chosen(name, everything=everything) if model.mode == "async"]
    if not models:
        message = f"Decisions are made on {name}: it is written with each event, and cannot rest."
        raise click.ClickException(message)
    companies_of(context, company_id)
    with _desk(context) as desk:
        for model in models:
            desk.pause(model.name, company_id)
    console.print(f"At rest: {', '.join(model.name for model in models)}.", soft_wrap=True)


@projections.command()
@click.argument("name", required=False)
@all_option
@company_option
@click.pass_context
def resume(context: click.Context, name: str | None, everything: bool, company_id: UUID | None) -> None:
    """Let a read model that rests go on from where it was; a worker takes it up at once.

    \b
    Examples:
      mipos projections resume report_sales
      mipos projections resume --all
    """
    models = [model for model in _chosen(name, everything=everything) if model.mode == "async"]
    companies_of(context, company_id)
    with _desk(context) as desk:
        for model in models:
            desk.resume(model.name, company_id)
    console.print("Nothing of that rests any more.")


@contextmanager
def _platform(context: click.Context) -> Iterator[Transaction]:
    """One transaction of the platform."""
    with _connected(context) as connection, transaction(connection, PLATFORM_ID) as db:
        yield db


@contextmanager
def _desk(context: click.Context) -> Iterator[ReadModelDesk]:
    """Where read models are looked after."""
    with _platform(context) as db:
        yield ReadModelDesk(db, _caller(), datetime.now(UTC), lambda: None)


def _caller() -> Caller:
    return Caller(company_id=PLATFORM_ID, user_id=None)


def _connected(context: click.Context) -> psycopg.Connection[Any]:
    return psycopg.connect(conninfo_of(context), autocommit=True)


def _named(name: str) -> Projection:
    for model in PROJECTIONS:
        if model.name == name:
            return model
    names = ", ".join(model.name for model in PROJECTIONS)
    message = f"There is no read model {name}; there are {names}."
    raise click.BadParameter(message, param_hint="NAME")


def _chosen(name: str | None, *, everything: bool) -> Sequence[Projection]:
    if everything == (name is not None):
        message = "Name one read model, or say --all."
        raise click.UsageError(message)
    return PROJECTIONS if name is None else [_named(name)]


def _seen(standing: Row) -> tuple[str, str, str, str]:
    """How fast it follows, when it was last compared, whether it is sound, and for how many it rests."""
    rate, verified_at = standing["rate"], standing["verified_at"]
    return (
        "" if rate is None else f"{rate:,.1f}",
        "never" if verified_at is None else f"{verified_at:%Y-%m-%d %H:%M}",
        "[red]no[/]" if standing["differing"] or standing["skipped"] else "yes",
        f"{standing['paused']:,}",
    )


def _show_proof(companies: int, events: int, seconds: float) -> None:
    logs = "1 company" if companies == 1 else f"{companies:,} companies"
    console.print(f"The log of {logs}, {events:,} events, is what was recorded (seen in {seconds:,.1f} s).")


def _show_parked(statuses: Sequence[Status]) -> None:
    for one in statuses:
        for parked in one.parked:
            console.print(
                f"\n[red]{one.name}[/] is parked for company {parked.company_id} after position "
                f"{parked.position:,} since {parked.parked_at:%Y-%m-%d %H:%M:%S %Z}:",
                soft_wrap=True,
            )
            console.print(f"  {parked.error}", highlight=False, markup=False, soft_wrap=True)
            remedy = "retry" if one.mode == "async" and not parked.is_of_altered_log else "rebuild"
            if one.mode == "inline":
                console.print("  Decisions are made on it, so the company is closed until it is made anew.")
            command = f"mipos projections {remedy} {one.name} --company {parked.company_id}"
            console.print(f"  Then: {command}", soft_wrap=True)
