"""`mipos import …`: bring in histories of sales that were made elsewhere."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

from contextlib import closing
from datetime import date, datetime

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TimeRemainingColumn
from rich.text import Text

from domain.errors import Refusal
from infra.showcase.complete_journey.importer import company_id_of, import_history
from infra.showcase.complete_journey.source import Selection


class OrdersPerSecond(ProgressColumn):
    """How fast the sales come in."""

    def render(self, task: Task) -> Text:
        """The speed over the last seconds, or at the end over the whole."""
        speed = task.finished_speed or task.speed or 0
        return Text(f"{speed:,.0f} orders/s")


def _numbers(_ctx: click.Context, _param: click.Parameter, value: str | None) -> tuple[int, ...] | None:
    """Store numbers separated by commas."""
    try:
        return None if value is None else tuple(int(number) for number in value.split(","))
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a list of store numbers such as 367,406.") from None


@click.group("import")
def import_group() -> None:
    """Bring in sales that were made elsewhere.

    \b
    mipos import complete-journey --company Journey     a year of real sales, or a part of it
    """


@import_group.command("complete-journey")
@click.option("--company", required=True, help="Name or id of the company; a new name makes a new company.")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First business date, local time.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last business date, local time.")
@click.option("--stores", callback=_numbers, help="Numbers of the stores, separated by commas.")
@click.pass_context
def complete_journey(
    ctx: click.Context,
    company: str,
    first: datetime | None,
    last: datetime | None,
    stores: tuple[int, ...] | None,
) -> None:
    """Bring in the Complete Journey: a year of real sales in 457 stores.

    A run that was broken off goes on where it was; what is there already is left as it is.

    \b
    Examples:
      mipos import complete-journey --company Journey --from 2017-01-01 --to 2017-01-31
      mipos import complete-journey --company Journey --stores 367,406
    """
    selection = Selection(first=_day(first), last=_day(last), stores=stores)
    with closing(ctx.obj["app_pool"]()) as pool, _progress() as bar:
        task = bar.add_task("Sales", total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, advance=done, total=total)

        try:
            new = import_history(pool, ctx.obj["writer"], company, selection, advance)
        except Refusal as refusal:
            raise click.ClickException(refusal.message) from refusal
    click.echo(f"{new:,} new events in company {company_id_of(company)}.")


def _progress() -> Progress:
    return Progress(
        "[progress.description]{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        OrdersPerSecond(),
        TimeRemainingColumn(),
    )


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
