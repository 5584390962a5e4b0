"""The file of an export, whole or from where a download broke off."""

from tempfile import TemporaryFile
from typing import IO
from uuid import UUID

from falcon import Request, Response

from api.kept_files import ExportExpired, ExportNotReady, Wanted, wanted_of
from api.media import CSV, PDF, XLSX
from api.operations import operation
from api.reports.exports.access import EXPORTS, EXPORTS_TOO, check_content, visible_export
from api.reports.exports.download import file_name
from api.reports.files import FILES, About
from api.resource import Resource, permissions_of
from api.services import Reading
from projections.base import Row
from projections.reports.exports import read_export


class ExportFile(Resource):
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
        file: IO[bytes] = TemporaryFile()  # noqa: SIM115 the response closes it

        def read(reading: Reading) -> tuple[Row, Wanted]:
            row = visible_export(reading.db, export_id, caller)
            _check_written(row)
            check_content(row, caller, permissions)
            wanted = wanted_of(req, row["sha256"], row["bytes"])
            if not wanted.is_known:
                stretch = wanted.stretch
                wanted.write(read_export(reading.db, export_id, stretch.first, stretch.last), file)
            return row, wanted

        try:
            row, wanted = self.ask(req, resp, read)
        except BaseException:
            file.close()
            raise
        _send(resp, file, row, wanted)


def _check_written(row: Row) -> None:
    if row["status"] == "expired":
        raise ExportExpired
    if row["status"] != "done":
        raise ExportNotReady


def _send(resp: Response, file: IO[bytes], row: Row, wanted: Wanted) -> None:
    about, media = About.of(row["about"].encode()), FILES[row["format"]].media
    resp.set_header("X-Report-Checksum", about.checksum)
    resp.set_header("X-Report-About", row["about"])
    media = f"{media}; charset=utf-8" if media == CSV else media
    wanted.send(resp, file, media, file_name(about, row["format"]))
