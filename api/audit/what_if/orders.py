"""GET /api/audit/what-if/{what_if_id}/orders: which orders would have come to something else."""

import io
from tempfile import TemporaryFile
from typing import IO
from uuid import UUID

from falcon import Request, Response

from api.audit.what_if.jobs import PERMISSION, WhatIfResource
from api.etags import matches_etag
from api.kept_files import ExportExpired, ExportNotReady
from api.media import CSV
from api.operations import operation
from api.services import Reading
from commands.ports import Missing
from projections.audit_jobs import read_audit_file


class WhatIfOrders(WhatIfResource):
    """The orders of one of them."""

    @operation(
        PERMISSION,
        "Fetch the orders that would have come to something else",
        media=(CSV,),
        lengthy=True,
        refusals=(Missing, ExportNotReady, ExportExpired),
        description="A row for each of them, in the order of the log, with its figures as they were sold and "
        "as they would have been; amounts in major units. It is kept for a week.",
    )
    def on_get(self, req: Request, resp: Response, what_if_id: UUID) -> None:
        """All of them as CSV. Raises Missing, ExportNotReady, ExportExpired."""
        row = self.find_visible(req, resp, what_if_id)
        if row["status"] != "done":
            raise ExportNotReady
        etag = f'"{row["sha256"]}"'
        resp.set_header("ETag", etag)
        if matches_etag(req, etag):
            resp.status = 304
            return
        resp.content_type, resp.downloadable_as = f"{CSV}; charset=utf-8", f"what-if-{what_if_id}-orders.csv"
        file = self._read(req, resp, what_if_id, row["bytes"])
        resp.set_stream(file, file.seek(0, io.SEEK_END))
        file.seek(0)

    def _read(self, req: Request, resp: Response, what_if_id: UUID, size: int) -> IO[bytes]:
        def write(reading: Reading) -> None:
            file.writelines(read_audit_file(reading.db, what_if_id, 0, size - 1))
            if file.tell() != size:
                raise ExportExpired

        file: IO[bytes] = TemporaryFile()  # noqa: SIM115 the response closes it
        try:
            self.ask(req, resp, write)
        except BaseException:
            file.close()
            raise
        return file
