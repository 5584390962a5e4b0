"""`mipos projections rebuild` and `verify`: rows that are made anew, or compared with the log."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

from uuid import UUID

import click
from rich.table import Table

from infra.cli.companies import companies_of, company_option, conninfo_of
from infra.cli.projections.shared import all_option, chosen, console
from infra.postgres.worker_metrics import hand_over_once
from infra.process.progress import progress_bar
from infra.process.sharing import USUAL_PROCESSES
from infra.projections.rebuild_all import rebuild_all, with_derived
from infra.projections.verify_all import verify_all
from infra.runtime.models import EVENT_TYPES, PROJECTIONS

processes_option = click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=USUAL_PROCESSES,
    show_default=True,
    help="How many processes share the work.",
)


@click.command()
@click.argument("name", required=False)
@all_option
@company_option
@processes_option
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
    models = with_derived(chosen(name, everything=everything), PROJECTIONS)
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
    _show_proof(outcome.proved_companies, outcome.proved_events)
    for failure in outcome.failures:
        console.print(f"[red]{failure.projection}[/] of company {failure.company_id} stays as it was:")
        console.print(f"  {failure.reason}", highlight=False, markup=False, soft_wrap=True)
    if outcome.failures:
        console.print(f"{len(outcome.failures):,} could not be rebuilt.")
        context.exit(1)


@click.command("verify")
@click.argument("name", required=False)
@all_option
@company_option
@processes_option
@click.pass_context
def verify_command(
    context: click.Context, name: str | None, everything: bool, company_id: UUID | None, processes: int
) -> None:
    """Compare a read model row by row with what the log says, and the log with its hashes.

    Ends with 1 when anything differs or could not be checked.

    \b
    Examples:
      mipos projections verify stock
      mipos projections verify --all --company 0190163d-8694-739b-aea5-966c26f8ad91
    """
    models = chosen(name, everything=everything)
    companies = companies_of(context, company_id)
    with progress_bar(console) as bar:
        task = bar.add_task("verify", total=None)
        outcome = verify_all(
            conninfo_of(context),
            EVENT_TYPES,
            models,
            companies,
            processes=processes,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
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


def _show_proof(companies: int, events: int, seconds: float | None = None) -> None:
    logs = "1 company" if companies == 1 else f"{companies:,} companies"
    seen = "" if seconds is None else f" (seen in {seconds:,.1f} s)"
    console.print(f"The log of {logs}, {events:,} events, is what was recorded{seen}.")
