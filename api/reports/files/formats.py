"""The formats of reports' files, by their names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import IO

from api.documents.formats import pdf_turn
from api.media import CSV, PDF, XLSX
from api.reports.files.about import About
from api.reports.files.csv import write_csv
from api.reports.files.listing import Options
from api.reports.files.report import Report
from api.reports.files.xlsx import write_xlsx


@dataclass(frozen=True, kw_only=True)
class FileFormat:
    """What writes a report into a file, and tells what that is of; and the media type of the file."""

    media: str
    write: Callable[[Report, IO[bytes], Options], About]


def _write_pdf(report: Report, file: IO[bytes], options: Options) -> About:
    """The report as a PDF. Raises Busy, ReportTooLong."""
    # The library takes a second to import, which a process that writes no PDF is spared.
    from api.reports.files.pdf import write_pdf  # noqa: PLC0415

    with pdf_turn():
        return write_pdf(report, file, options)


FILES: Mapping[str, FileFormat] = MappingProxyType(
    {
        "csv": FileFormat(media=CSV, write=write_csv),
        "xlsx": FileFormat(media=XLSX, write=write_xlsx),
        "pdf": FileFormat(media=PDF, write=_write_pdf),
    }
)
