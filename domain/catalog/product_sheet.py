"""The catalog as a sheet: one row a variant, and what every column means, for its import and its export."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from domain.catalog import cells
from domain.catalog.cells import CellNotValid, plain
from domain.catalog.products import STATUSES
from domain.catalog.reference_book import ReferenceBook, path_of
from domain.errors import Detail
from domain.money import exponent
from domain.names import is_deceptive, is_visible
from domain.sheets import Problem, SheetNotReadable, Table, guarded, is_utf8, unguarded

#: How many characters a name may have.
LONGEST_NAME = 200

Parse = Callable[[str, int], Any]


class Column(NamedTuple):
    """A column: what it means, how a cell is read, and what an empty one stands for.

    `parse` takes the text and the number of decimal places of the currency, and raises CellNotValid.
    An empty cell of a column that `clears` means `empty`; of any other, that the sheet says nothing.
    """

    meaning: str
    parse: Parse
    clears: bool = False
    empty: Any = None
    #: The field of a product or variant that it sets.
    field: str = ""


def _text(longest: int) -> Parse:
    return lambda text, _: plain(text, longest)


def _name(text: str, _: int) -> str:
    name = plain(text, LONGEST_NAME)
    if not is_visible(name) or is_deceptive(name):
        raise CellNotValid("invalid", "Must be a name that can be seen, and reads as it is written.")
    return name


def _of(parse: Callable[[str], Any]) -> Parse:
    return lambda text, _: parse(text)


def _path(text: str, _: int) -> str:
    for name in path_of(text):
        if not name:
            raise CellNotValid("invalid", "A category is written with those above it: Drinks > Milk.")
        plain(name, LONGEST_NAME)
    return text


def _status(text: str, _: int) -> str:
    if text not in STATUSES:
        raise CellNotValid("invalid", f"Must be one of {', '.join(STATUSES)}.")
    return text


#: What the rows of a product share; the first of them counts.
PRODUCT_COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        "product_id": Column(
            "The product's id; for a new one, any text that is the same in all its rows, or nothing.",
            _text(LONGEST_NAME),
        ),
        "name": Column("The product's name; required for a new one.", _name, field="name"),
        "description": Column("A text about the product.", _text(10_000), clears=True, field="description"),
        "status": Column(
            "draft (a new one's, if nothing is said), coming_soon, active, discontinued or archived.",
            _status,
        ),
        "launch_at": Column("When a product that is coming_soon will be launched.", _of(cells.moment)),
        "brand": Column("The brand's name.", _text(LONGEST_NAME), clears=True, field="brand_id"),
        "category": Column(
            "The path of the category: Drinks > Milk.", _path, clears=True, field="category_id"
        ),
        "unit": Column(
            "The symbol of the unit, or its name.", _text(LONGEST_NAME), clears=True, field="unit_id"
        ),
        "supplier": Column("The supplier's name.", _text(LONGEST_NAME), clears=True, field="supplier_id"),
        "tax_rates": Column(
            "Names of tax rates, divided by |.",
            lambda text, _: cells.parts(text, cells.MOST_TAX_RATES),
            clears=True,
            empty=(),
            field="tax_rate_ids",
        ),
        "track_stock": Column(
            "Whether its stock is counted: true or false.", _of(cells.flag), field="track_stock"
        ),
    }
)

#: What each row says of its variant.
VARIANT_COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        "variant_id": Column("The variant's id; without one, it is found by its SKU.", _of(cells.identity)),
        "variant_name": Column(
            "The variant's own name.", _text(LONGEST_NAME), clears=True, empty="", field="name"
        ),
        "sku": Column("The stock-keeping unit, which no other variant has.", _of(cells.sku), field="sku"),
        "barcodes": Column(
            "Barcodes, divided by |.", _of(cells.barcodes), clears=True, empty=(), field="barcodes"
        ),
        "options": Column("Options: Size=M|Colour=Red.", _of(cells.options), clears=True, field="options"),
        "price": Column(
            "The price in major units of the company's currency, 4.50; required for a new variant.",
            cells.money,
            field="price",
        ),
        "cost": Column("The assumed cost, likewise.", cells.money, clears=True, empty=0, field="cost"),
        "reorder_level": Column(
            "The stock at which to reorder.", _of(cells.number), clears=True, field="reorder_level"
        ),
        "reorder_quantity": Column(
            "How much to reorder.", _of(cells.number), clears=True, field="reorder_quantity"
        ),
    }
)

COLUMNS: Mapping[str, Column] = MappingProxyType({**PRODUCT_COLUMNS, **VARIANT_COLUMNS})
REQUIRED = ("sku",)
#: A header of more columns is not looked at any further.
MOST_COLUMNS = 200
#: Columns of numbers; all others hold texts.
NUMBERS = frozenset({"price", "cost", "reorder_level", "reorder_quantity"})

#: The columns that name a setting, and its kind.
REFERENCES: Mapping[str, str] = MappingProxyType(
    {
        "brand": "brands",
        "category": "categories",
        "unit": "units",
        "supplier": "suppliers",
        "tax_rates": "tax-rates",
    }
)

# These cannot be cleared: an empty cell says None, so that it can be told from a missing column.
_NEVER_EMPTY = frozenset({"name", "sku", "price"})


@dataclass(frozen=True, slots=True)
class Row:
    """What a row says: its number, and the values of the columns in which it says something."""

    number: int
    values: Mapping[str, Any]


class ProductSheet:
    """The rows of a file, still as texts, and what was wrong with their form."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        """Raises SheetNotReadable for too many rows, or a header it does not know, naming every column."""
        table = Table(chunks)
        self.columns = _columns_of(table.header)
        self.problems: list[Problem] = []
        #: A row's number and its cells; whoever is done with one may put None there.
        self.rows: list[tuple[int, list[str]] | None] = []
        self._indexes = {name: index for index, name in enumerate(self.columns)}
        for number, cells_of_row in table.rows():
            if len(cells_of_row) == len(self.columns):
                self.rows.append((number, cells_of_row))
            else:
                self.problems.append(_odd_row(number, len(cells_of_row), len(self.columns)))
        #: How many rows there are, right or wrong.
        self.size = len(self.rows) + len(self.problems)
        if table.broken:
            self.problems.append(table.broken)

    def text(self, cells_of_row: list[str], column: str) -> str:
        """What stands in a cell; nothing where the column is missing."""
        index = self._indexes.get(column)
        return unguarded(cells_of_row[index].strip()).strip() if index is not None else ""

    def parse(self, number: int, cells_of_row: list[str], places: int, problems: list[Problem]) -> Row:
        """Read a row; `places` are the currency's decimal places. Adds what is wrong to the problems."""
        values: dict[str, Any] = {}
        for name, cell in zip(self.columns, cells_of_row, strict=True):
            column, text = COLUMNS[name], unguarded(cell.strip()).strip()
            if not text:
                if column.clears:
                    values[name] = {} if name == "options" else column.empty
                elif name in _NEVER_EMPTY:
                    values[name] = None
                continue
            if not is_utf8(text):
                problems.append(Problem(number, name, "not_utf8", "This is not encoded in UTF-8."))
                continue
            try:
                values[name] = column.parse(text, places)
            except CellNotValid as wrong:
                problems.append(Problem(number, name, wrong.code, wrong.message))
        return Row(number, values)


def columns_of(*, with_costs: bool) -> tuple[str, ...]:
    """The columns of an export, in their order."""
    return tuple(name for name in COLUMNS if with_costs or name != "cost")


def row_of(row: Mapping[str, Any], book: ReferenceBook, currency: str, *, with_costs: bool) -> list[str]:
    """A variant with its product as cells, so that reading them gives the same; texts are guarded."""
    places = exponent(currency)
    texts = {
        "product_id": str(row["product_id"]),
        "name": row["name"],
        "description": row["description"] or "",
        "status": row["status"],
        "launch_at": cells.moment_text(row["launch_at"]),
        "brand": book.label("brands", row["brand_id"]),
        "category": book.label("categories", row["category_id"]),
        "unit": book.label("units", row["unit_id"]),
        "supplier": book.label("suppliers", row["supplier_id"]),
        "tax_rates": cells.parts_text(book.label("tax-rates", rate) for rate in row["tax_rate_ids"]),
        "track_stock": "true" if row["track_stock"] else "false",
        "variant_id": str(row["variant_id"]),
        "variant_name": row["variant_name"],
        "sku": row["sku"],
        "barcodes": "|".join(row["barcodes"]),
        "options": cells.options_text(row["options"]),
        "price": cells.money_text(row["price"], places),
        "cost": cells.money_text(row["cost"], places),
        "reorder_level": cells.number_text(row["reorder_level"]),
        "reorder_quantity": cells.number_text(row["reorder_quantity"]),
    }
    return [
        texts[name] if name in NUMBERS else guarded(texts[name]) for name in columns_of(with_costs=with_costs)
    ]


def check_header(chunks: Iterable[bytes]) -> None:
    """Raise SheetNotReadable for a header that is not understood, naming every column."""
    _columns_of(Table(chunks).header)


def _columns_of(header: list[str]) -> tuple[str, ...]:
    if len(header) > MOST_COLUMNS:
        message = f"The header has {len(header):,} columns, of which there are {len(COLUMNS)}."
        raise SheetNotReadable(details=[Detail("", "too_many_columns", message)])
    names = tuple("_".join(name.split()).casefold() for name in header)
    wrong = [
        Detail(name[:80], "unknown_column", "There is no such column.")
        for name in names
        if name not in COLUMNS
    ]
    doubled = {name for name in names if names.count(name) > 1 and name in COLUMNS}
    wrong += [Detail(name, "duplicate_column", "This column is there twice.") for name in sorted(doubled)]
    wrong += [
        Detail(name, "missing_column", "This column is required.") for name in REQUIRED if name not in names
    ]
    if wrong:
        raise SheetNotReadable(details=wrong)
    return names


def _odd_row(number: int, cells: int, columns: int) -> Problem:
    code = "too_many_cells" if cells > columns else "too_few_cells"
    return Problem(number, "", code, f"The row has {cells} cells; the header has {columns}.")
