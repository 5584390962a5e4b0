"""Stock on the terminal: whether every balance is what the log adds up to."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

from uuid import UUID

import click
from rich.console import Console

from infra.cli.companies import companies_of, company_option, conninfo_of
from infra.process.progress import progress_bar
from infra.projections.verify_stock import StockOutcome, verify_stock_of_all
from infra.runtime.models import EVENT_TYPES
from projections.stock.differences import StockDifference

console = Console()


@click.group()
def stock() -> None:
    """Look after what lies in the storages.

    \b
    mipos stock verify        is every balance what the log adds up to?
    """


@stock.command()
@company_option
@click.pass_context
def verify(context: click.Context, company_id: UUID | None) -> None:
    """Add up every event about stock, and compare each balance with the sums.

    That is on hand and its value in minor currency units, reserved, on order and in transit. The tills sell
    on meanwhile. Ends with 1 when anything differs or could not be checked.

    \b
    Examples:
      mipos stock verify
      mipos stock verify --company 0190163d-8694-739b-aea5-966c26f8ad91
    """
    companies = companies_of(context, company_id)
    with progress_bar(console) as bar:
        task = bar.add_task("stock", total=None)
        outcome = verify_stock_of_all(
            conninfo_of(context),
            EVENT_TYPES,
            companies,
            lambda done, total: bar.update(task, completed=done, total=total),
        )
    _show(outcome)
    if outcome.gaps or any(outcome.differences):
        context.exit(1)


def _show(outcome: StockOutcome) -> None:
    for difference in outcome.differences:
        console.print(f"[red]{_place(difference)}[/]", highlight=False, soft_wrap=True)
        console.print(f"  {_figures(difference)}", highlight=False, soft_wrap=True)
    for company_id, reason in outcome.gaps.items():
        console.print(f"[red]company {company_id}[/] could not be checked:", highlight=False)
        console.print(f"  {reason}", highlight=False, markup=False, soft_wrap=True)
    balances = sum(report.balances for report in outcome.reports)
    events = sum(report.events for report in outcome.reports)
    console.print(
        f"Companies checked: {len(outcome.reports):,}, not checked: {len(outcome.gaps):,}; "
        f"balances: {balances:,}, events: {events:,}, differences: {sum(1 for _ in outcome.differences):,}.",
        soft_wrap=True,
    )


def _place(difference: StockDifference) -> str:
    owner, item, _ = (name.removesuffix("_id") for name in difference.named_place)
    return f"company {difference.company_id}, {owner} {difference.owner_id}, {item} {difference.item_id}:"


def _figures(difference: StockDifference) -> str:
    said = f"{difference.figure} is {difference.kept:,f}, the events add up to {difference.sum:,f};"
    if difference.is_said_by_event:
        return f"{said} they part at position {difference.position:,}, whose event says otherwise."
    return f"{said} they part after position {difference.position:,}, the last event about it."
