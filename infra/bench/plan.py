"""Which measurement gives which figure, and in which order they are taken."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from infra.bench import (
    appending,
    bare,
    checkout,
    counts,
    customers,
    dues,
    fresh,
    importing,
    lag,
    rebuilding,
    sale_cpu,
    searching,
    stock,
    storage,
    tills,
    upgrading,
)
from infra.bench.busyness import Busyness
from infra.bench.reports import exporting
from infra.bench.reports import figures as reports
from infra.bench.shops import Chain, multiply, open_chain
from infra.bench.site import Site


class Shops:
    """The companies of a site, set up when first asked for."""

    def __init__(self, site: Site) -> None:
        self.site = site

    @cached_property
    def one(self) -> Chain:
        """A single company."""
        return open_chain(self.site)

    @cached_property
    def fifty(self) -> Chain:
        """That company and its copies."""
        return multiply(self.one)


@dataclass(frozen=True)
class Measurement:
    """Figures that are taken together."""

    keys: tuple[str, ...]
    take: Callable[[Shops], Mapping[str, Any]]


PLAN = (
    Measurement(("bare_rps",), lambda shops: bare.measure(shops.site)),
    Measurement(
        ("checkout_vs_pgbench_one_company", "checkout_p50_ms", "checkout_p99_ms"),
        lambda shops: checkout.one_company(shops.one),
    ),
    Measurement(
        ("sale_vs_bare_cpu", "web_cpu_us_per_sale", "database_cpu_us_per_sale"),
        lambda shops: sale_cpu.measure(shops.one),
    ),
    Measurement(("fresh_vs_later",), lambda shops: fresh.measure(shops.site)),
    Measurement(("lag_p99_ms", "rss_mb"), lambda shops: lag.measure(shops.one)),
    Measurement(
        ("checkout_vs_pgbench_fifty_companies",), lambda shops: checkout.fifty_companies(shops.fifty)
    ),
    Measurement(("append_vs_insert",), lambda shops: appending.measure(shops.one)),
    Measurement(
        ("rebuild_events_per_s", "rebuild_two_process_speedup"), lambda shops: rebuilding.measure(shops.one)
    ),
    Measurement(("upgrade_seconds_per_million",), lambda shops: upgrading.measure(shops.site)),
    Measurement(
        ("import_orders_per_s", "import_orders_per_s_catalog_there"),
        lambda shops: importing.measure(shops.site),
    ),
    Measurement(
        ("lookup_p95_ms", "product_search_p95_ms", "product_filter_p95_ms", "lookup_vs_bare"),
        lambda shops: searching.measure(shops.site),
    ),
    Measurement(
        ("levels_p95_ms", "ledger_page_p95_ms", "receipt_500_lines_ms"),
        lambda shops: stock.measure(shops.site),
    ),
    Measurement(
        ("shift_checkout_ratio", "barcode_p99_ms", "sync_500_sales_s", "z_2000_sales_ms", "receipt_pdf_ms"),
        lambda shops: tills.measure(shops.one),
    ),
    Measurement(
        ("customer_search_p95_ms", "rebuild_customers_seconds"), lambda shops: customers.measure(shops.site)
    ),
    Measurement(("customer_checkout_ratio", "statement_p95_ms"), lambda shops: dues.measure(shops.one)),
    Measurement(("count_10000_lines_s", "count_till_wait_ms"), lambda shops: counts.measure(shops.site)),
    Measurement(
        (
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
        ),
        lambda shops: reports.measure(shops.site),
    ),
    Measurement(("bytes_per_sale",), lambda shops: storage.measure(shops.site)),
    Measurement(("export_mb",), lambda shops: exporting.measure(shops.site)),
)

KEYS: tuple[str, ...] = tuple(key for measurement in PLAN for key in measurement.keys)


def chosen(only: Sequence[str] = ()) -> list[Measurement]:
    """The measurements that give these figures; all of them when none is named."""
    return [measurement for measurement in PLAN if not only or set(only) & set(measurement.keys)]


def take(site: Site, busyness: Busyness, only: Sequence[str] = ()) -> Iterator[Mapping[str, Any]]:
    """Take the measurements one after another; each gives its figures and the absolute ones behind them.

    Raises OthersAtWork if others work on the machine, unless that is accepted.
    """
    busyness.look(site)
    shops = Shops(site)
    for measurement in chosen(only):
        with busyness.watched(site):
            figures = measurement.take(shops)
        yield figures
