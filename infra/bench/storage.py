"""What a sale of five lines takes on the disk, with all its read models, by table."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, LiteralString

from infra.bench.checkout import shoot
from infra.bench.lag import wait_until_followed
from infra.bench.shops import Chain, open_chain
from infra.bench.site import Site, following, serving

#: Sales for each second a part is to take: four thousand for ten. With few, pages are seen rather than rows.
SALES_PER_SECOND, LEAST_SALES = 400, 200
#: The parts of a table, as they are told.
PARTS = ("heap", "toast", "indexes")
#: What is smaller is a page that happened to fill up, in bytes a sale.
_LEAST = 1.0

_SIZES: LiteralString = """
    SELECT class.relname, pg_table_size(class.oid) - coalesce(pg_total_relation_size(toast.oid), 0),
           coalesce(pg_total_relation_size(toast.oid), 0), pg_indexes_size(class.oid)
      FROM pg_class AS class LEFT JOIN pg_class AS toast ON toast.oid = class.reltoastrelid
     WHERE class.relkind = 'r' AND class.relnamespace = to_regnamespace(%s)
"""
_SALES: LiteralString = "SELECT count(*) FROM events WHERE type = 'orders.Order.Sold'"

Sizes = Mapping[str, tuple[int, ...]]


def measure(site: Site) -> dict[str, Any]:
    """Bytes that a sale adds, as differences between two moments at which nothing is left to be cleared away.

    On a database of its own, whose tables have grown for a while, so that pages are as full as they get.
    """
    with site.beside() as own, _shop(own) as (chain, port):
        sales = max(LEAST_SALES, round(SALES_PER_SECOND * own.seconds))
        own.say(f"Selling {sales:,} times, and as often again, which is weighed")
        first, sizes = _sold(chain, port, sales)
        last, later = _sold(chain, port, first + sales)
    return figures_of(sizes, later, last - first)


@contextmanager
def _shop(site: Site) -> Iterator[tuple[Chain, int]]:
    chain = open_chain(site)
    with serving(site) as (port, _), following(site):
        yield chain, port


def _sold(chain: Chain, port: int, sales: int) -> tuple[int, Sizes]:
    """Sell until there are so many sales. How many there are then, and the sizes of all tables.

    Every read model knows them by then, and rows of before are gone.
    """
    site = chain.site
    while (made := site.own(_SALES)[0][0]) < sales:
        shoot(chain, port, site.seconds / 5)
    wait_until_followed(site)
    site.own("VACUUM ANALYZE")
    return made, sizes_of(site)


def sizes_of(site: Site) -> Sizes:
    """Bytes of all tables by their parts."""
    rows = site.own(_SIZES, site.addresses.installation.schema)
    return {name: tuple(parts) for name, *parts in rows}


def figures_of(before: Sizes, after: Sizes, sales: int) -> dict[str, Any]:
    """Bytes a sale, all together, by part, and by table with its parts, the largest first."""
    grown = {
        table: [(now - then) / sales for then, now in zip(before.get(table, (0, 0, 0)), parts, strict=True)]
        for table, parts in after.items()
    }
    largest = sorted(grown, key=lambda table: -sum(grown[table]))
    return {
        "bytes_per_sale": sum(map(sum, grown.values())),
        "bytes_per_sale_sales": sales,
        "bytes_per_sale_by_part": {
            part: sum(parts[number] for parts in grown.values()) for number, part in enumerate(PARTS)
        },
        "bytes_per_sale_by_table": {
            table: dict(zip(PARTS, map(round, grown[table]), strict=True))
            for table in largest
            if sum(grown[table]) >= _LEAST
        },
    }
