"""The figures as a person reads them."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

Figures = Mapping[str, Any]

#: What each figure is called, the figure itself, how it is written, and from what it follows.
_ROWS = (
    ("Checkout of 5 lines, one company, against pgbench", "checkout_vs_pgbench_one_company", "{:.2f}",
     "{checkout_rps_one_company:,.0f} of {pgbench_tps_one_company:,.0f} /s"),
    ("Checkout, fifty companies, against pgbench", "checkout_vs_pgbench_fifty_companies", "{:.2f}",
     "{checkout_rps_fifty_companies:,.0f} of {pgbench_tps_fifty_companies:,.0f} /s"),
    ("Checkouts for 1,000 standard transactions (pgbench -N -s 10)", "checkout_per_1000_pgbench_standard",
     "{:,.0f}", "{checkout_rps_one_company:,.0f} of {pgbench_standard_tps:,.0f} /s"),
    ("Load generator for one company", "load_processor_one_company", "{:.0%}", "of a core"),
    ("Load generator for fifty companies", "load_processor_fifty_companies", "{:.0%}", "of a core"),
    ("Checkout at half load, median", "checkout_p50_ms", "{:,.1f} ms", "at {checkout_timed_rps:,.0f} /s"),
    ("Checkout at half load, 99 of 100 within", "checkout_p99_ms", "{:,.1f} ms",
     "at {checkout_timed_rps:,.0f} /s"),
    ("What a sale takes of the web server's processor, against a bare answer of its size", "sale_vs_bare_cpu",
     "{:,.1f} times", "{web_cpu_us_per_sale:,.0f}, {bare_cpu_us_per_answer:,.0f} µs"),
    ("What a sale takes of the database's processor", "database_cpu_us_per_sale", "{:,.0f} µs", ""),
    ("First sales of a fresh server against two minutes later, medians", "fresh_vs_later", "{:.2f} times",
     "{fresh_p50_ms:,.1f}, {later_p50_ms:,.1f} ms"),
    ("What a sale takes of the database's processor then", "fresh_database_ms_per_sale", "{:,.1f} ms",
     "{later_database_ms_per_sale:,.1f} ms two minutes later"),
    ("Bare answers of the web server", "bare_rps", "{:,.0f} /s", ""),
    ("Append of 2 events against INSERT, 1 connection", "append_vs_insert_one_connection", "{:.2f}",
     "{appends_per_s_one_connection:,.0f} of {inserts_per_s_one_connection:,.0f} commits/s"),
    ("Append of 2 events against INSERT, 4 connections", "append_vs_insert_four_connections", "{:.2f}",
     "{appends_per_s_four_connections:,.0f} of {inserts_per_s_four_connections:,.0f} commits/s"),
    ("Rebuild of the sales summary", "rebuild_events_per_s", "{:,.0f} events/s", "{rebuild_events:,} events"),
    ("The same with two processes for two companies", "rebuild_two_process_speedup", "{:.2f} times", ""),
    ("An upgrade that makes every read model anew", "upgrade_seconds_per_million", "{:,.0f} s/million events",
     "{upgrade_processor_seconds_per_million:,.0f} s of processors; {upgrade_events:,} events"),
    ("Import of the Complete Journey, with its catalog", "import_orders_per_s", "{:,.0f} orders/s",
     "processor for the catalog: Python {catalog_python_s:,.1f} s, PostgreSQL {catalog_postgresql_s:,.1f} s"),
    ("The same, the catalog being there", "import_orders_per_s_catalog_there", "{:,.0f} orders/s",
     "{import_orders:,} orders: Python {orders_python_s:,.1f} s, PostgreSQL {orders_postgresql_s:,.1f} s"),
    ("Sales summary behind, 99 of 100 within", "lag_p99_ms", "{:,.0f} ms",
     "at {lag_checkout_rps:,.0f} sales/s; median {lag_p50_ms:,.0f} ms"),
    ("Lookup against a bare answer, medians", "lookup_vs_bare", "{:.1f} times",
     "a bare one {bare_p50_ms:,.1f} ms; {searched_products:,} products and customers"),
    ("A delivery of 500 lines, 95 of 100 within", "receipt_500_lines_ms", "{:,.0f} ms",
     "{listed_balances:,} balances, {ledger_rows:,} rows of the ledger"),
    ("Checkout in a shift and for a customer, against without", "shift_checkout_ratio", "{:.2f}",
     "{shift_checkout_rps:,.0f} of {plain_checkout_rps:,.0f} /s"),
    ("Look-up of a barcode at half load, 99 of 100 within", "barcode_p99_ms", "{:,.1f} ms",
     "at {barcode_timed_rps:,.0f} /s"),
    ("Delivery of what a till sold without a connection", "sync_500_sales_s", "{:,.1f} s",
     "{sync_sales:,} sales of 5 lines"),
    ("Close of a shift with its report", "z_2000_sales_ms", "{:,.0f} ms", "{z_sales:,} sales of 5 lines"),
    ("A receipt as PDF, 95 of 100 within", "receipt_pdf_ms", "{:,.1f} ms", "5 lines"),
    ("Read models of customers made anew", "rebuild_customers_seconds", "{:,.1f} s",
     "{listed_customers:,} sealed customers"),
    ("A count, completed within", "count_10000_lines_s", "{:,.1f} s", "{count_lines:,} lines"),
    ("The longest that a till waits meanwhile", "count_till_wait_ms", "{:,.0f} ms",
     "{count_till_alone_ms:,.0f} ms before"),
    ("Read models of reports made anew", "rebuild_reports_sales_per_s", "{:,.0f} sales/s",
     "{report_sales:,} sales, one process"),
    ("Tables of reports", "report_tables_mb", "{:,.0f} MB", "{report_bytes_per_sale:,.0f} bytes a sale"),
    ("A sale of 5 lines on the disk, with all its read models", "bytes_per_sale", "{:,.0f} bytes",
     "{bytes_per_sale_sales:,} sales"),
    ("A year of one company into its log and inline read models", "scale_fill_events_per_s",
     "{:,.0f} events/s", "{scale_events:,} events"),
    ("Its other read models made", "scale_rebuild_seconds", "{:,.0f} s",
     "{scale_events:,} events, proved as they are read"),
    ("A sale of it on the disk", "scale_bytes_per_sale", "{:,.0f} bytes",
     "{scale_bytes_per_sale_sales:,} sales"),
    ("Until a worker knows the other companies", "scale_followed_seconds", "{:,.0f} s",
     "{scale_companies:,} companies"),
    ("Sales at half of what is possible", "scale_rps", "{:,.0f} /s",
     "{scale_sold:,}; median {scale_sale_ms[p50]:,.1f} ms, 99 of 100 within {scale_sale_ms[p99]:,.1f} ms"),
    ("Dead rows then", "scale_dead_share", "{:.1%}",
     "{scale_vacuums:,} rounds of autovacuum, {scale_analyzes:,} of ANALYZE"),
    ("Every read model of the large company checked", "scale_verify_seconds", "{:,.0f} s",
     "{scale_verify_proof_seconds:,.0f} s of that the log's proof"),
    ("Tables of baskets against the log", "basket_tables_vs_events", "{:.3f}", "{report_sales:,} sales"),
)  # fmt: skip
#: What is searched, and its figures by what is typed.
_SEARCHES = (
    ("Lookup", "lookup_ms"),
    ("Lookup of a customer", "customer_search_ms"),
    ("Search of the catalog", "product_search_ms"),
    ("Page of the catalog", "product_filter_ms"),
    ("Stock levels", "levels_ms"),
    ("Page of the stock ledger", "ledger_page_ms"),
    ("Look-up in the large company", "scale_look_up_ms"),
)


#: What has a figure for each kind, and how it is written.
_KINDS = (
    ("Report, the first time, 95 of 100 within", "report_p95_ms", "{:,.1f} ms"),
    ("Report of the large company, 95 of 100 within", "scale_report_p95_ms", "{:,.1f} ms"),
    ("Processor time of a part", "scale_processor_seconds", "{:,.0f} s"),
    ("Job over a year that nobody has looked at", "scale_job_seconds", "{:,.1f} s"),
    ("Job over all companies, again", "scale_job_again_seconds", "{:,.1f} s"),
    ("Memory at the end against half-way", "scale_memory_growth", "{:,.3f} times"),
    ("Report, again, 95 of 100 within", "report_again_p95_ms", "{:,.1f} ms"),
    ("Report against a plain sum of all lines", "report_vs_sum", "{:,.2f} times"),
    ("Report as of a moment against now", "report_as_of_ratio", "{:,.2f} times"),
    ("Dashboard, 95 of 100 within", "dashboard_p95_ms", "{:,.1f} ms"),
    ("Memory of whoever writes a long file", "export_mb", "{:,.0f} MB"),
    ("Bought together, 95 of 100 within", "basket_p95_ms", "{:,.1f} ms"),
    ("Bought together against a plain sum of all lines", "basket_vs_sum", "{:,.2f} times"),
    ("Companions of a product", "basket_companions_ms", "{:,.1f} ms"),
    ("Memory of the web process that counts baskets", "basket_web_mb", "{:,.0f} MB"),
)


def tables(machine: Figures, figures: Figures) -> Group:
    """The machine in a line, the figures as a table, and the memory of each process."""
    table = Table("Measured", title_justify="left")
    table.add_column("Result", justify="right")
    table.add_column("From")
    for row in _rows(figures):
        table.add_row(*row)
    return Group(Text(_machine(machine)), table)


def _rows(figures: Figures) -> Iterator[tuple[str, str, str]]:
    for name, key, form, source in _ROWS:
        if key not in figures:
            continue
        value = figures[key]
        if value is None:
            yield name, "-", str(figures.get("import_note", ""))
        else:
            yield name, form.format(value), source.format_map(figures) + _bounds(figures, key)
    for name, key in _SEARCHES:
        for typed, times in figures.get(key, {}).items():
            text = f"median {times['p50']:,.1f} ms, 99 of 100 within {times['p99']:,.1f} ms"
            yield f"{name}: {typed}, 95 of 100 within", f"{times['p95']:,.1f} ms", text
    for name, key, form in _KINDS:
        for kind, value in figures.get(key, {}).items():
            yield f"{name}: {kind}", form.format(value), ""
    for name, parts in _weights(figures).items():
        told = ", ".join(f"{part} {size:,}" for part, size in parts.items() if size)
        yield f"A sale on the disk: {name}", f"{sum(parts.values()):,} bytes", told
    for process, megabytes in figures.get("rss_mb", {}).items():
        yield f"Memory under load: {process}", f"{megabytes:,.1f} MB", ""


def _weights(figures: Figures) -> Mapping[str, Mapping[str, int]]:
    """What a sale adds to each table by its parts, of whichever company."""
    keys = ("bytes_per_sale_by_table", "scale_bytes_per_sale_by_table")
    return next((figures[key] for key in keys if key in figures), {})


def _bounds(figures: Figures, key: str) -> str:
    """What bounds each side of a ratio."""
    sides = figures.get(f"{key}_bound_by", {})
    return "".join(f"; {side}: {bound['by']}" for side, bound in sides.items())


def _machine(machine: Figures) -> str:
    busy = (
        "BUSY: others used {others_cores:.1f} cores of this machine, its host {stolen_cores:.1f}: "
        "figures say little.\n"
    )
    return (busy if machine["is_busy"] else "").format_map(machine) + (
        "{cores} cores of {processor}, {memory_mb:,} MB · PostgreSQL {postgresql}, fsync {fsync} · "
        "Python {python} · {web_processes} web processes of {web_threads} threads\n{system}"
    ).format_map(machine)
