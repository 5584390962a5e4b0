"""What every column of the catalog's sheet means: one row a variant."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from domain.catalog import cells
from domain.catalog.cells import CellNotValid, plain
from domain.catalog.products import STATUSES
from domain.catalog.reference_book import path_of
from domain.names import is_deceptive, is_visible

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
