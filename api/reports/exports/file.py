"""The file of an export, whole or from where a download broke off."""

from collections.abc import Iterable
from typing import IO
from uuid import UUID

from falcon import Request, Response

from api.kept_files import Download, ExportExpired, ExportNotReady, KeptFiles, Stretch
from api.media import CSV, PDF, XLSX
from api.operations import operation
from api.reports.exports.access import EXPORTS, EXPORTS_TOO, check_content, visible_export
from api.reports.exports.download import file_name
from api.reports.files import FILES, About
from api.resource import permissions_of
from api.services import Reading
from projections.base import Row
from projections.reports.exports import read_export


class ExportFile(KeptFiles):
    """What was written."""

    @operation(
        EXPORTS,
        "Fetch the file of an export",
        alternatives=EXPORTS_TOO,
        description="The file, with its SHA-256 as `ETag`. A `Range` of bytes is answered with 206 and that "
        "stretch, so that a download that broke off goes on; with `If-Range` only of the same file. Its "
        "headers say what it is of as those of the export at once do.",
        media=(CSV, XLSX, PDF),
        lengthy=True,
        refusals=(ExportNotReady, ExportExpired),
    )
    def on_get(self, req: Request, resp: Response, export_id: UUID) -> None:
        """All of it, or a stretch."""
        caller, permissions = req.context.caller, permissions_of(req)

        def find(reading: Reading) -> Row:
            row = visible_export(reading.db, export_id, caller)
            _check_written(row)
            check_content(row, caller, permissions)
            return row

        def pieces(reading: Reading, stretch: Stretch) -> Iterable[bytes]:
            return read_export(reading.db, export_id, stretch.first, stretch.last)

        row, download, file = self.fetch(req, resp, find, pieces)
        _send(resp, file, row, download)


def _check_written(row: Row) -> None:
    if row["status"] == "expired":
        raise ExportExpired
    if row["status"] != "done":
        raise ExportNotReady


def _send(resp: Response, file: IO[bytes], row: Row, download: Download) -> None:
    about, media = About.of(row["about"].encode()), FILES[row["format"]].media
    resp.set_header("X-Report-Checksum", about.checksum)
    resp.set_header("X-Report-About", row["about"])
    media = f"{media}; charset=utf-8" if media == CSV else media
    download.send(resp, file, media, file_name(about, row["format"]))
