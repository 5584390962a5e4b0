"""Files that workers wrote and that are kept: fetched whole, packed, or from where a download broke off."""

import gzip
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

from falcon import HTTPRangeNotSatisfiable, Request, Response

from api.constant import takes_gzip
from api.etags import matches_etag
from api.resource import Resource
from api.services import Reading
from domain.errors import Conflict, NotFound
from projections.base import Row

#: Packed while somebody waits: several times as fast as what packs best, and somewhat longer.
_QUICKLY = 1


class ExportNotReady(Conflict):
    """The file is not written yet, or could not be."""

    code = "export_not_ready"
    remedy = "Ask for the export's status until it is done; if it failed, ask for another."


class ExportExpired(NotFound):
    """The file was kept for a week, and is gone; ask for another."""

    code = "export_expired"
    remedy = "Ask for the export again, and fetch its file within a week."


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


@dataclass(frozen=True, kw_only=True)
class Download:
    """What of a file is to be sent: nothing, if the client has it."""

    etag: str
    stretch: Stretch
    is_packed: bool = False
    is_known: bool = False

    def write(self, pieces: Iterable[bytes], file: IO[bytes]) -> None:
        """Write the pieces of the stretch as they are to be sent."""
        if self.is_packed:
            with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=_QUICKLY, mtime=0) as packed:
                for piece in pieces:
                    packed.write(piece)
        else:
            file.writelines(pieces)

    def send(self, resp: Response, file: IO[bytes], media: str, name: str) -> None:
        """Answer with what was written, which the response closes."""
        resp.set_header("ETag", self.etag)
        if not self.is_packed:
            resp.set_header("Accept-Ranges", "bytes")
        if self.is_known:
            file.close()
            resp.status = 304
            return
        resp.content_type, resp.downloadable_as = media, name
        if self.is_packed:
            resp.set_header("Content-Encoding", "gzip")
        if not self.stretch.is_whole:
            resp.status = 206
            where = f"bytes {self.stretch.first}-{self.stretch.last}/{self.stretch.size}"
            resp.set_header("Content-Range", where)
        resp.set_stream(file, file.seek(0, io.SEEK_END))
        file.seek(0)


class KeptFiles(Resource):
    """Base of the resources that hand out such files."""

    def fetch(
        self,
        req: Request,
        resp: Response,
        find: Callable[[Reading], Row],
        pieces: Callable[[Reading, Stretch], Iterable[bytes]],
        *,
        may_pack: bool = False,
    ) -> tuple[Row, Download, IO[bytes]]:
        """The row of the file that `find` finds, what of it is wanted, and where that was written.

        `find` raises what keeps the file from the caller. Raises HTTPRangeNotSatisfiable.
        """
        file: IO[bytes] = TemporaryFile()  # noqa: SIM115 the response closes it

        def read(reading: Reading) -> tuple[Row, Download]:
            row = find(reading)
            download = _download(req, row["sha256"], row["bytes"], may_pack=may_pack)
            if not download.is_known:
                download.write(pieces(reading, download.stretch), file)
            return row, download

        try:
            row, download = self.ask(req, resp, read)
        except BaseException:
            file.close()
            raise
        return row, download, file


def _download(req: Request, sha256: str, size: int, *, may_pack: bool) -> Download:
    """What of a file is asked for, packed if it may be and is not asked for in parts.

    Raises HTTPRangeNotSatisfiable.
    """
    is_packed = may_pack and req.range is None and takes_gzip(req)
    etag = f'"{sha256}-gzip"' if is_packed else f'"{sha256}"'
    if matches_etag(req, etag):
        return Download(etag=etag, stretch=Stretch(0, -1, 0), is_packed=is_packed, is_known=True)
    return Download(etag=etag, stretch=_stretch_of(req, etag, size), is_packed=is_packed)


def _stretch_of(req: Request, etag: str, size: int) -> Stretch:
    """Which bytes are asked for. Raises HTTPRangeNotSatisfiable."""
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
