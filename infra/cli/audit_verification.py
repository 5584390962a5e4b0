"""`mipos audit verify`: whether logs are what was recorded, sealed and published."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

import os
from functools import partial
from uuid import UUID

import click
from rich.console import Console
from rich.progress import Progress, TaskID

from infra.cli.companies import companies_of, company_option, conninfo_of
from infra.process.progress import progress_bar
from infra.runtime.seals import outside_record_of
from infra.runtime.settings import load_settings
from infra.seals.long_verification import verify as verify_log
from projections.log_proofs import LogProof

console = Console()


@click.command()
@company_option
@click.pass_context
def verify(context: click.Context, company_id: UUID | None) -> None:
    """Verify logs: every hash and the head, every seal with its signature and tree, and what was published.

    Events that no seal covers yet are chained only. Names the first position that is not what it was, and
    exits with 1 then. The shop sells on.

    \b
    Examples:
      mipos audit verify
      mipos audit verify --company Journey
    """
    outside, unsound = outside_record_of(load_settings(os.environ)), 0
    companies = companies_of(context, company_id)
    with progress_bar(console) as bar:
        for one, head in companies.items():
            task = bar.add_task(f"audit verify {one}", total=head)
            tell = partial(_tell, bar, task)
            proof = verify_log(conninfo_of(context), one, outside, 1, None, tell)
            bar.remove_task(task)
            unsound += proof.fault is not None
            click.echo(_said(one, proof), err=proof.fault is not None)
    if unsound:
        message = f"Logs that are not what was recorded and sealed: {unsound:,}."
        raise click.ClickException(message)


def _tell(bar: Progress, task: TaskID, done: int, total: int) -> None:
    bar.update(task, completed=done, total=total)


def _said(company_id: UUID, proof: LogProof) -> str:
    if proof.fault:
        return f"NOT SOUND: {company_id}: at position {proof.fault.position:,} {proof.fault.message}."
    sealed = min(proof.sealed_up_to, proof.last)
    behind = f"; what follows {sealed:,} is chained only" if sealed < proof.last else ""
    return f"SOUND: {company_id}: positions 1 to {proof.last:,}, sealed up to {sealed:,}{behind}."
