"""Writes a report of so many rows, page by page, and prints how many MiB of memory that took at most."""

import io
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from api.reports.exports.opening import PAGE
from api.reports.files import FILES, Options
from projections.reports.columns import derive
from projections.reports.table import Table
from tests.api.reports.made_up import report_of, row_of, section_of


def write(kind: str, count: int) -> int:
    """The file's size in bytes."""
    report = report_of(section_of([row_of(0)]))
    columns = report.section.all_columns

    def page(first: int) -> Table:
        rows = [row_of(number) for number in range(first, min(first + PAGE, count))]
        return replace(report.first, rows=[derive(row, report.footer, columns) for row in rows], count=count)

    def further() -> Iterator[Table]:
        yield from map(page, range(PAGE, count, PAGE))

    file: IO[bytes]
    with TemporaryFile() as file:
        about = FILES[kind].write(replace(report, first=page(0), rest=further()), file, Options())
        assert about.rows == count
        return file.seek(0, io.SEEK_END)


def most_memory() -> int:
    """How many MiB this program held at most; what `resource` tells begins with what its parent held."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


if __name__ == "__main__":
    size = write(sys.argv[1], int(sys.argv[2]))
    sys.stdout.write(f"{most_memory()} {size}")
