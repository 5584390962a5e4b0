"""`mipos bench`: how fast this machine is with everything on, and how near to what its database can do."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

import json
import signal
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TimeElapsedColumn

if TYPE_CHECKING:
    from infra.bench.scale.sizes import Sizes

KEYS = (
    "bare_rps",
    "checkout_vs_pgbench_one_company",
    "checkout_p50_ms",
    "checkout_p99_ms",
    "sale_vs_bare_cpu",
    "web_cpu_us_per_sale",
    "database_cpu_us_per_sale",
    "fresh_vs_later",
    "lag_p99_ms",
    "rss_mb",
    "checkout_vs_pgbench_fifty_companies",
    "append_vs_insert",
    "rebuild_events_per_s",
    "rebuild_two_process_speedup",
    "upgrade_seconds_per_million",
    "import_orders_per_s",
    "import_orders_per_s_catalog_there",
    "lookup_p95_ms",
    "product_search_p95_ms",
    "product_filter_p95_ms",
    "lookup_vs_bare",
    "levels_p95_ms",
    "ledger_page_p95_ms",
    "receipt_500_lines_ms",
    "shift_checkout_ratio",
    "barcode_p99_ms",
    "sync_500_sales_s",
    "z_2000_sales_ms",
    "receipt_pdf_ms",
    "customer_search_p95_ms",
    "rebuild_customers_seconds",
    "customer_checkout_ratio",
    "statement_p95_ms",
    "count_10000_lines_s",
    "count_till_wait_ms",
    "report_p95_ms",
    "report_again_p95_ms",
    "report_vs_sum",
    "report_as_of_ratio",
    "dashboard_p95_ms",
    "report_tables_mb",
    "rebuild_reports_sales_per_s",
    "basket_p95_ms",
    "basket_vs_sum",
    "basket_companions_ms",
    "basket_tables_vs_events",
    "basket_web_mb",
    "bytes_per_sale",
    "export_mb",
)


class Figures(click.ParamType[tuple[str, ...]]):
    """A list of figures, separated by commas."""

    name = "keys"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """The figures. Fails for one that there is not."""
        if isinstance(value, tuple):
            return value
        for key in value.split(","):
            if key not in KEYS:
                self.fail(f"{key!r} is none of {', '.join(KEYS)}.", param, ctx)
        return tuple(value.split(","))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--only", type=Figures(), default=(), help="Take only these figures, separated by commas.")
@click.option(
    "--seconds", type=click.FloatRange(0.1, 600), default=10.0, help="How long each timed part takes [10]."
)
@click.option("--year", is_flag=True, help="Reports and baskets of the real year of the Complete Journey.")
@click.option(
    "--stores",
    type=click.IntRange(1, 100),
    default=1,
    help="Answers of reports of so many times as many stores [1].",
)
@click.option(
    "--scale", is_flag=True, help="Instead: the long test, of a year of a large company among others."
)
@click.option(
    "--events", type=click.IntRange(1_000), default=10_000_000, help="Of the large company [10,000,000]."
)
@click.option("--companies", type=click.IntRange(2), default=10_000, help="In the long test [10,000].")
@click.option(
    "--minutes", type=click.FloatRange(0.1), default=60.0, help="How long is sold in the long test [60]."
)
@click.option("--busy", is_flag=True, help="Report even if others work on this machine, and say so.")
def bench(
    as_json: bool,
    only: tuple[str, ...],
    seconds: float,
    *,
    year: bool,
    stores: int,
    scale: bool,
    events: int,
    companies: int,
    minutes: float,
    busy: bool,
) -> None:
    """Measure speed and memory on a database server of its own, which is gone afterwards.

    While others use more than a tenth of this machine nothing is measured, but with --busy. What was measured
    before something went wrong, or before Ctrl-C, is reported.

    \b
    Examples:
      mipos bench
      mipos bench --json --only checkout_vs_pgbench_one_company --seconds 30
      mipos bench --only report_p95_ms --year --stores 10
      mipos bench --scale
      mipos bench --scale --events 1000000 --companies 1000 --minutes 5
    """
    from infra.bench.scale.sizes import Sizes  # noqa: PLC0415 much to load for other commands
    from infra.bench.site import MeasurementFailed  # noqa: PLC0415

    sizes = Sizes(events, companies, minutes) if scale else None
    machine: Mapping[str, Any] = {}
    figures: dict[str, Any] = {}
    # Whoever asks us to end gets the same tidy end as somebody at the keyboard.
    earlier = signal.signal(signal.SIGTERM, _interrupt)
    try:
        how = {"seconds": seconds, "real_year": year, "stores": stores}
        for machine, more in _measure(only, sizes, is_busy=busy, **how):  # noqa: B007 the last is shown
            figures.update(more)
    except MeasurementFailed as failure:
        raise click.ClickException(str(failure)) from failure
    finally:
        signal.signal(signal.SIGTERM, earlier)
        # Hours may have gone into what was measured before something went wrong.
        if figures:
            _show(seconds, machine, figures, as_json=as_json)


def _show(seconds: float, machine: Mapping[str, Any], figures: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"seconds": seconds, "machine": machine, **figures}, indent=2))
    else:
        from infra.bench.report import tables  # noqa: PLC0415

        Console().print(tables(machine, figures))


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _measure(
    only: tuple[str, ...], sizes: "Sizes | None", *, is_busy: bool, **how: Any
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """What machine it is and how busy, and figures, as soon as they are taken."""
    from infra.bench.busyness import Busyness  # noqa: PLC0415
    from infra.bench.machine import describe  # noqa: PLC0415
    from infra.bench.plan import chosen, take  # noqa: PLC0415
    from infra.bench.scale.measuring import PARTS, take_long  # noqa: PLC0415
    from infra.bench.site import open_site  # noqa: PLC0415
    from infra.process.logs import configure_logs  # noqa: PLC0415

    # Figures go to standard output.
    configure_logs("error", sys.stderr.buffer)
    busyness = Busyness(is_accepted=is_busy)
    if sizes:
        sizes.check_disk()
    with _progress() as bar:
        doing = bar.add_task("", total=len(PARTS if sizes else chosen(only)))

        def say(what: str) -> None:
            if bar.console.is_terminal:
                bar.update(doing, description=what)
                bar.refresh()
            else:
                bar.console.print(what)

        with open_site(say=say, **how) as site:
            machine = describe(site)
            parts = take_long(site, busyness, sizes) if sizes else take(site, busyness, only)
            for results in parts:
                bar.advance(doing)
                bar.refresh()
                yield {**machine, **busyness.figures}, results


def _progress() -> Progress:
    # It is drawn when something happens, not by a thread of its own: processes are forked beside it.
    columns = ("[progress.description]{task.description}", BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(file=sys.stderr), auto_refresh=False, transient=True)
