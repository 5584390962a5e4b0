"""Fiscal facts on the terminal: whether every closing is what the log adds up to."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

from uuid import UUID

import click
from rich.console import Console

from infra.cli.companies import companies_of, company_option, conninfo_of
from infra.process.progress import progress_bar
from infra.projections.fiscal_verification import ClosingOutcome, verify_closings
from infra.runtime.models import EVENT_TYPES
from projections.fiscal.recount import ClosingFault

console = Console()


@click.group()
def fiscal() -> None:
    """Look after what is stated for tax offices.

    \b
    mipos fiscal verify        is every closing what the log adds up to?
    """


@fiscal.command()
@company_option
@click.pass_context
def verify(context: click.Context, company_id: UUID | None) -> None:
    """Add up every sale, refund and void, and compare each closed day, month and year.

    That is its figures, what was late, the totals since the store began, its number, the closing before it,
    and the hash of the log that it names. Ends with 1 when anything differs or could not be checked.

    \b
    Examples:
      mipos fiscal verify
      mipos fiscal verify --company Journey
    """
    companies = companies_of(context, company_id)
    with progress_bar(console) as bar:
        task = bar.add_task("closings", total=None)
        outcome = verify_closings(
            conninfo_of(context),
            EVENT_TYPES,
            companies,
            lambda done, total: bar.update(task, completed=done, total=total),
        )
    _show(outcome)
    if outcome.gaps or outcome.faults:
        context.exit(1)


def _show(outcome: ClosingOutcome) -> None:
    for company_id, faults in outcome.faults.items():
        for fault in faults:
            _print(f"company {company_id}, {_sentence(fault)}")
    for company_id, reason in outcome.gaps.items():
        _print(f"company {company_id} could not be checked: {reason}")
    differing = len({fault.closing_id for faults in outcome.faults.values() for fault in faults})
    _print(
        f"Companies checked: {outcome.companies:,}, not checked: {len(outcome.gaps):,}; "
        f"closings: {outcome.closings:,}, differing: {differing:,}."
    )


def _sentence(fault: ClosingFault) -> str:
    return (
        f"store {fault.store_id}: {fault.kind} closing {fault.number} ({fault.closing_id}, up to "
        f"{fault.last_day}) says {fault.figure} {fault.said}, the log adds up to {fault.counted}."
    )


def _print(text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)
