"""What is asked of clients who import the catalog: the file, and how to take it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from api.fields import Body, Choice, Flag, Id, Text
from commands.catalog.import_report import MOST_ERRORS
from commands.catalog.import_sheet import form_of
from commands.catalog.import_terms import ImportTerms
from domain.catalog.moving_in import FORMATS, OWN, SYSTEMS
from domain.catalog.product_sheet import COLUMNS
from domain.sheets import MOST_ROWS
from domain.workbooks import MOST_PACKED, is_workbook

#: The largest file that is taken, in bytes.
MOST_BYTES = 64 * 2**20
#: What is larger, in bytes, is imported by a worker; the header of a file lies within. Workbooks are packed.
AT_ONCE_BYTES, AT_ONCE_PACKED = 2**20, 2**17

_TABLE = "\n".join(
    # A sign that divides cells of the table itself is written with a backslash.
    "| `{}` | {} |".format(name, column.meaning.replace("|", "\\|"))
    for name, column in COLUMNS.items()
)

_SYSTEMS = "\n".join(
    f"| `{name}` | {' or '.join(form.title for form in SYSTEMS if form.name == name)} |"
    for name in FORMATS
    if name != OWN
)

GUIDE = f"""\
Takes the catalog's own form, and the files that other systems export; see *Moving in* for those. Which of
them it is follows from the header, unless `format` says it.

| `format` | Whose |
|---|---|
| `{OWN}` | the catalog's own |
{_SYSTEMS}

The own form is UTF-8, with one header row, one row a variant and cells divided by commas, semicolons or
tabs; a first line `sep=;` and empty columns at the end are taken. Columns may come in any order; only `sku`
is always required. The export has the same columns. A column that there is none of is refused, with the
nearest there is, unless `ignore_unknown` passes over it. Of a workbook (XLSX, {MOST_PACKED // 2**20} MiB at
most) the first sheet is read, formulas as what they came to.

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
    format = Choice(*FORMATS, meaning="The form of the file; found by its header if left out.")
    create_missing = Flag(
        meaning="Make the brands and categories that there are none of. If left out, this is done for "
        "files of other systems, and not for the own form."
    )
    ignore_unknown = Flag(
        load_default=False, meaning="Pass over columns of the own form that there are none of."
    )
    storage_id = Id(
        meaning="Take the stock of another system's file along, as opening stock of this storage: once for "
        "each article, as long as the storage has never had any. Takes `inventory.adjust`."
    )
    location = Text(
        shortest=1,
        longest=200,
        meaning="Which of the places in the file the stock is of; needed if it has several.",
        example="Main Street",
    )
    job = Flag(load_default=False, meaning="Import it in the background, however small it is.")


def terms_of(query: Mapping[str, Any], content: bytes) -> ImportTerms:
    """What a request wants of its file. Raises SheetNotReadable for a header that is of no form."""
    terms = ImportTerms(
        commit=query["commit"],
        format=query.get("format"),
        ignore_unknown=query["ignore_unknown"],
        storage_id=query.get("storage_id"),
        location=query.get("location"),
    )
    beginning = content if is_workbook(content) else content[:AT_ONCE_BYTES]
    form = form_of(lambda: [beginning], terms)
    create_missing = query.get("create_missing")
    return replace(
        terms, format=form, create_missing=form != OWN if create_missing is None else create_missing
    )
