"""Rows as CSV (RFC 4180): names of columns, amounts in major units with their currency, ISO dates."""

import codecs
import csv
import io
from collections.abc import Callable, Sequence
from typing import IO

from api.reports.files.about import About
from api.reports.files.cells import NUMBERS, TOTAL, Checksum, guarded
from api.reports.files.listing import Listing, Options
from projections.reports.columns import Column


def write_csv(listing: Listing, file: IO[bytes], options: Options) -> About:
    """Write all rows, and with `footer` the figures of the whole, if there are any, and the token."""
    if options.bom:
        file.write(codecs.BOM_UTF8)
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
    lines = csv.writer(text, delimiter=options.separator, lineterminator="\r\n")
    columns, beyond = listing.columns, listing.beyond
    lines.writerow([*(column.name for column in columns), *beyond])
    cells, checksum = listing.cells(), Checksum(columns)
    shown = _shown(columns, options)
    for row in listing.rows():
        values = cells.of(row)
        checksum.add(values)
        lines.writerow([*shown(values), *beyond.values()])
    about = listing.sealed(checksum)
    if options.footer:
        if (footer := listing.footer) is not None:
            totals = shown(cells.of(footer))
            lines.writerow([totals[0] or TOTAL, *totals[1:], *beyond.values()])
        lines.writerow([about.token, *[""] * (len(columns) + len(beyond) - 1)])
    text.flush()
    text.detach()
    return about


def _shown(columns: Sequence[Column], options: Options) -> Callable[[Sequence[str]], list[str]]:
    """What makes cells of texts: no text is a formula, numbers have the decimal sign that is asked for."""
    texts = [index for index, column in enumerate(columns) if column.unit == "text"]
    numbers = [index for index, column in enumerate(columns) if column.unit in NUMBERS]

    def shown(values: Sequence[str]) -> list[str]:
        cells = list(values)
        for index in texts:
            cells[index] = guarded(cells[index])
        if options.decimal != ".":
            for index in numbers:
                cells[index] = cells[index].replace(".", options.decimal)
        return cells

    return shown
