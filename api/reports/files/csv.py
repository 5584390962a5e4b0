"""A report as CSV (RFC 4180): names of columns, amounts in major units with their currency, ISO dates."""

import codecs
import csv
import io
from collections.abc import Callable, Sequence
from typing import IO

from api.reports.files.about import About
from api.reports.files.cells import NUMBERS, TOTAL, Checksum, guarded
from api.reports.files.report import Options, Report
from projections.reports.columns import Column

#: The last column: an amount alone does not say in which currency it is.
CURRENCY = "currency"


def write_csv(report: Report, file: IO[bytes], options: Options) -> About:
    """Write all rows, and with `footer` two more: the figures of the whole, and the token of the file."""
    if options.bom:
        file.write(codecs.BOM_UTF8)
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
    lines = csv.writer(text, delimiter=options.separator, lineterminator="\r\n")
    lines.writerow([*(column.name for column in report.columns), CURRENCY])
    cells, checksum = report.cells(), Checksum(report.columns)
    shown = _shown(report.columns, options)
    for row in report.rows():
        values = cells.of(row)
        checksum.add(values)
        lines.writerow([*shown(values), report.about.currency])
    about = report.sealed(checksum)
    if options.footer:
        totals = shown(cells.of(report.footer))
        lines.writerow([totals[0] or TOTAL, *totals[1:], report.about.currency])
        lines.writerow([about.token, *[""] * len(report.columns)])
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
