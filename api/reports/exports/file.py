"""The file of an export, whole or from where a download broke off."""

import io
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO
from uuid import UUID

from falcon import HTTPRangeNotSatisfiable, Request, Response

from api.etags import matches_etag
from api.media import CSV, PDF, XLSX
from api.operations import operation
from api.reports.exports.access import EXPORTS, EXPORTS_TOO, check_content, visible_export
from api.reports.exports.download import file_name
from api.reports.files import FILES, About
from api.resource import Resource, permissions_of
from api.services import Reading
from domain.errors import Conflict, NotFound
from projections.base import Row
from projections.reports.exports import read_export


class ExportNotReady(Conflict):
    """The file is not written yet, or could not be."""

    code = "export_not_ready"


class ExportExpired(NotFound):
    """The file was kept for a week, and is gone; ask for another."""

    code = "export_expired"


@dataclass(frozen=True, slots=True)
class Stretch:
    """The bytes from the first to the last of these, both inclusive, of a file of so many."""

    first: int
    last: int
    size: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return self.last - self.first + 1 == self.size


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

        def read(reading: Reading) -> tuple[Row, Stretch | None]:
            row = visible_export(reading.db, export_id, caller)
            _check_written(row)
            check_content(row, caller, permissions)
            etag = f'"{row["sha256"]}"'
            if matches_etag(req, etag):
                return row, None
            stretch = stretch_of(req, etag, row["bytes"])
            for piece in read_export(reading.db, export_id, stretch.first, stretch.last):
                file.write(piece)
            return row, stretch

        try:
            row, stretch = self.ask(req, resp, read)
        except BaseException:
            file.close()
            raise
        _send(resp, file, row, stretch)


def stretch_of(req: Request, etag: str, size: int) -> Stretch:
    """What of the file is asked for. Raises HTTPRangeNotSatisfiable."""
    whole = Stretch(0, size - 1, size)
    condition = req.get_header("If-Range")
    if req.range is None or req.range_unit != "bytes" or condition not in (None, etag):
        return whole
    first, last = req.range
    if first < 0:
        return Stretch(max(size + first, 0), size - 1, size)
    if first >= size:
        raise HTTPRangeNotSatisfiable(size)
    return Stretch(first, size - 1 if last < 0 else min(last, size - 1), size)


def _check_written(row: Row) -> None:
    if row["status"] == "expired":
        raise ExportExpired
    if row["status"] != "done":
        raise ExportNotReady


def _send(resp: Response, file: IO[bytes], row: Row, stretch: Stretch | None) -> None:
    about, media = About.of(row["about"].encode()), FILES[row["format"]].media
    resp.set_header("ETag", f'"{row["sha256"]}"')
    resp.set_header("Accept-Ranges", "bytes")
    resp.set_header("X-Report-Checksum", about.checksum)
    resp.set_header("X-Report-About", row["about"])
    if stretch is None:
        file.close()
        resp.status = 304
        return
    resp.content_type = f"{media}; charset=utf-8" if media == CSV else media
    resp.downloadable_as = file_name(about, row["format"])
    if not stretch.is_whole:
        resp.status = 206
        resp.set_header("Content-Range", f"bytes {stretch.first}-{stretch.last}/{stretch.size}")
    resp.set_stream(file, file.seek(0, io.SEEK_END))
    file.seek(0)
