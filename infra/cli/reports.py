"""Reports on the terminal: whether they agree with each other, and whether a file of one still holds."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from api.reports.files import About, NoReport
from api.reports.files.differing import CellDifference
from api.reports.files.reading import WrittenFile
from infra.cli.companies import company_option, conninfo_of
from infra.cli.report_reconciliation import reconcile
from infra.postgres.connections import BULK
from infra.postgres.request_transactions import RequestConnection
from infra.runtime.report_verification import NotAskedAgain, Verification, about_of, verify_file
from projections.reports.reconciliation.rules import RULES

#: How many cells are shown.
_MOST_CELLS = 20

_DAY = click.DateTime(["%Y-%m-%d"])

console = Console()


@click.group()
def reports() -> None:
    """Look after reports and their files.

    \b
    mipos reports verify             do all ways to a figure come to the same?
    mipos reports verify FILE        does a file still hold?
    """


@reports.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--about", help="What a CSV without footer is of: its header X-Report-About.")
@company_option
@click.option("--from", "from_date", type=_DAY, help="The first business date that is compared.")
@click.option("--to", "to_date", type=_DAY, help="The last one.")
@click.option("--rule", "rules", type=click.Choice(RULES), multiple=True, help="Only by this rule.")
@click.pass_context
def verify(context: click.Context, /, file: Path | None, about: str | None, **compared: Any) -> None:
    """Compare all figures of reports that must agree, or a file of a report with the log.

    Without a file every rule is tried on every business date: R1 lines and sales, R2 sums and facts, R3 what
    was collected and what was paid, R4 drawers and cash, R5 taxes, R6 cost of goods and stock, R7 opening and
    closing stock, R8 accounts, R10 balances; and of all these dates R9, whether files of each section have
    the cells of its answer, up to 2,000 rows. Names what differs, the position of the log from which on, and
    what to do. The tills sell on meanwhile.

    Of a file it is asked again what it says, up to its own position of the log and up to now. Names the cells
    that were altered in the file, those that are others today, and the first events that made them so.
    Spreadsheets and PDFs say themselves what they are of, and so does a CSV with a footer; what an export
    wrote is known by its hash. Totals, headings, the currency and what a spreadsheet says that it is of are
    cells too. Of a PDF no figure is compared: only whether the checksum in its token is that of the log.
    Files of what is bought together are not asked again.

    Ends with 1 when anything differs, could not be checked, or does not hold.

    \b
    Examples:
      mipos reports verify
      mipos reports verify --from 2026-03-01 --to 2026-03-31 --rule R1 --rule R2
      mipos reports verify by-store-2026-03-01-2026-03-31-p48211.xlsx
      mipos reports verify march.csv --about mipos-report:eyJj...
    """
    if file is None:
        reconcile(context, **compared)
    elif any(compared.values()):
        raise click.UsageError("A file is of one company and period already.")
    else:
        _verify_file(context, file, about)


def _verify_file(context: click.Context, file: Path, about: str | None) -> None:
    written = WrittenFile.of(file.read_bytes())
    try:
        with RequestConnection.open(conninfo_of(context), BULK, "mipos") as connection:
            known = About.of(about.encode()) if about else about_of(connection, written)
            found = verify_file(connection, written, known)
    except NoReport:
        message = "The file does not say which report it is, and no export has written it; try --about."
        raise click.ClickException(message) from None
    except NotAskedAgain:
        _show_what_it_is(known)
        message = "A file of baskets is not asked again: only files of reports are. Nothing was checked."
        raise click.ClickException(message) from None
    _show(found)
    if not found.holds:
        context.exit(1)


def _show(found: Verification) -> None:
    _show_what_it_is(found.about)
    _show_what_holds(found)
    if not found.changed:
        _print(f"The same would be answered today, at position {found.known:,}.")
        return
    _print(f"Today, at position {found.known:,}, these cells are others:")
    _show_cells(found.changed)
    if found.late_facts:
        _print("The first events that made them so:")
    for fact in found.late_facts:
        when = f"{fact.recorded_at:%Y-%m-%d %H:%M:%S}"
        _print(f"  position {fact.position:,}, {when}: {fact.type} of {fact.stream_id}")


def _show_what_it_is(about: About) -> None:
    _print(f"{about.title} of {about.company}, position {about.position:,}, rows: {about.rows:,}.")
    for label, text in about.filters():
        _print(f"  {label}: {text}")


def _show_what_holds(found: Verification) -> None:
    if found.altered:
        _print("The file does not hold. Other than in the log are:")
        _show_cells(found.altered)
    elif not found.holds:
        _print("The file does not hold: its checksum is not that of the log up to its position.")
    elif found.altered is None:
        _print("The checksum in the file's token is that of the log up to its position.")
        _print("The figures on the pages of a PDF were not compared: ask for a spreadsheet to compare them.")
    else:
        _print("The file holds: it says what the log says up to its position.")


def _show_cells(cells: Sequence[CellDifference]) -> None:
    for cell in cells[:_MOST_CELLS]:
        _print(f"  {cell.row}, {cell.column}: {cell.before or 'nothing'} -> {cell.after or 'nothing'}")
    if len(cells) > _MOST_CELLS:
        _print(f"  and {len(cells) - _MOST_CELLS:,} more")


def _print(text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)
