"""The catalog as a sheet: one row a variant, for its import and its export."""

from domain.catalog.product_sheet.columns import (
    COLUMNS,
    LONGEST_NAME,
    NUMBERS,
    PRODUCT_COLUMNS,
    REFERENCES,
    VARIANT_COLUMNS,
)
from domain.catalog.product_sheet.header import check_width, known_columns, name_of
from domain.catalog.product_sheet.rows import Cells, ProductSheet, Row, Sheet
from domain.catalog.product_sheet.written import columns_of, row_of

__all__ = [
    "COLUMNS",
    "LONGEST_NAME",
    "NUMBERS",
    "PRODUCT_COLUMNS",
    "REFERENCES",
    "VARIANT_COLUMNS",
    "Cells",
    "ProductSheet",
    "Row",
    "Sheet",
    "check_width",
    "columns_of",
    "known_columns",
    "name_of",
    "row_of",
]
