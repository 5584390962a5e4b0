"""What `mipos reports verify` says of reports that do not agree with each other."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import click
from rich.console import Console

from infra.cli.companies import companies_of, conninfo_of
from infra.process.progress import progress_bar
from infra.projections.report_reconciliation import EVER, ReportOutcome, reconcile_all
from infra.runtime.models import EVENT_TYPES
from infra.runtime.report_files import FILE_CHECKS
from projections.reports.period import Period, PeriodNotValid
from projections.reports.reconciliation.differences import ReportDifference
from projections.reports.reconciliation.files import FILES
from projections.reports.reconciliation.rules import CHECKS

console = Console()


def reconcile(
    context: click.Context,
    *,
    company_id: UUID | None,
    from_date: datetime | None,
    to_date: datetime | None,
    rules: Sequence[str],
) -> None:
    """Compare, say what differs, and end with 1 if anything does."""
    companies = companies_of(context, company_id)
    with progress_bar(console, "days") as bar:
        task = bar.add_task("reports", total=None)
        outcome = reconcile_all(
            conninfo_of(context),
            EVENT_TYPES,
            companies,
            lambda done, total: bar.update(task, completed=done, total=total),
            period=_period(from_date, to_date),
            checks=[check for check in CHECKS if not rules or check.rule in rules],
            files=FILE_CHECKS if not rules or FILES.rule in rules else (),
        )
    _show(outcome)
    if outcome.gaps or outcome.differences:
        context.exit(1)


def _period(from_date: datetime | None, to_date: datetime | None) -> Period:
    try:
        return Period(
            from_date.date() if from_date else EVER.from_date, to_date.date() if to_date else EVER.to_date
        )
    except PeriodNotValid as error:
        raise click.UsageError(str(error)) from None


def _show(outcome: ReportOutcome) -> None:
    for difference in outcome.differences:
        _print(_sentence(difference))
    for company_id, reason in outcome.gaps.items():
        _print(f"company {company_id} could not be checked: {reason}")
    _print(
        f"Companies checked: {len(outcome.positions):,}, not checked: {len(outcome.gaps):,}; "
        f"days: {outcome.days:,}, differences: {len(outcome.differences):,}."
    )


def _sentence(one: ReportDifference) -> str:
    store = f", store {one.store_id}" if one.store_id else ""
    subject = f", {one.subject}" if one.subject else ""
    check, (way, other) = one.check, one.check.ways
    a, b = one.said(",f")
    return (
        f"{check.rule}: company {one.company_id}, {one.business_date}{store}{subject}: {one.figure} is "
        f"{a} by {way} and {b} by {other} from position {one.position:,} on; {_remedy(one)}"
    )


def _remedy(one: ReportDifference) -> str:
    """What to do about it."""
    if not one.check.models:
        return "what writes the file is at fault, and every file of it says so; the answer counts."
    rebuilds = ", then ".join(
        f"`mipos projections rebuild {model} --company {one.company_id}`" for model in one.check.models
    )
    return f"{rebuilds} puts it right, unless the event there says so itself."


def _print(text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)
