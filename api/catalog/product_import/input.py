"""What is asked of clients who import the catalog: the file, and how to take it."""

from api.fields import Body, Flag
from commands.catalog.product_import import MOST_ERRORS
from domain.catalog.product_sheet import COLUMNS
from domain.sheets import MOST_ROWS

#: The largest file that is taken, in bytes.
MOST_BYTES = 64 * 2**20

_TABLE = "\n".join(f"| `{name}` | {column.meaning} |" for name, column in COLUMNS.items())

GUIDE = f"""\
The file is UTF-8, with one header row, one row a variant and cells divided by commas, semicolons or tabs.
Columns may come in any order; only `sku` is always required. The export has the same columns.

| Column | Meaning |
|---|---|
{_TABLE}

A row means the variant with its `variant_id`, else the one with its `sku`; where there is none, it is a new
one of the product in `product_id`. Rows with the same text there are one product; what is the product's is
read from its first row, and may be empty or the same in the others. **A missing column leaves what it means
as it is; an empty cell clears it.** An empty `status`, `launch_at` or `track_stock` leaves it as it is.
Nothing is removed: what the file does not have stays.

Brands and categories that there are none of are errors, or made with `create_missing`; tax rates, units and
suppliers must be there. Instead of a name a cell may hold an id. Inside a cell that is divided by `|`, `=`
or `>`, a backslash before such a sign makes it a part of the text. An apostrophe before a text that begins
with `=`, `+`, `-` or `@` is not a part of it: the export writes it so that no spreadsheet computes the
text.

Whoever lacks `costs.view` is told of every product whose cost is set that it changes.

Without `commit` nothing is recorded, and the answer tells what would be: the first {MOST_ERRORS:,} errors
that are found, product by product, and how many there are. With `commit` one error refuses the whole file.
A file of more than 2,000 lines or 1 MiB, or any with `job`, is imported in the background: the answer is 202
with an `id` to ask for. At most {MOST_ROWS:,} rows and {MOST_BYTES // 2**20} MiB."""


class ImportQuery(Body):
    """How to import."""

    commit = Flag(load_default=False, meaning="Record it; without, it is only tried.")
    create_missing = Flag(
        load_default=False, meaning="Make the brands and categories that there are none of."
    )
    job = Flag(load_default=False, meaning="Import it in the background, however small it is.")
