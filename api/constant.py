"""Answers that change only with the program: made once, packed once, and known again by their hash."""

import gzip
import hashlib

from falcon import Request, Response

from api.etags import matches_etag


class Constant:
    """A content that is the same for everybody, as it is and packed."""

    def __init__(self, content: bytes, media_type: str) -> None:
        self._media_type = media_type
        self._plain = content
        self._packed = gzip.compress(content, mtime=0)
        name = hashlib.sha256(content).hexdigest()[:16]
        # The two are different bytes, so they have different names.
        self._etag, self._packed_etag = f'"{name}"', f'"{name}-gzip"'

    def answer(self, req: Request, resp: Response) -> None:
        """Answer with it, packed for whoever takes that, or with 304 if the client has it."""
        is_packed = takes_gzip(req)
        etag = self._packed_etag if is_packed else self._etag
        # Before anything is said of it: a refusal of the header itself is nothing to keep.
        has_it = matches_etag(req, etag)
        resp.set_header("ETag", etag)
        resp.set_header("Cache-Control", "no-cache")
        resp.set_header("Vary", "Accept-Encoding")
        if has_it:
            resp.status = 304
            return
        resp.content_type = self._media_type
        if is_packed:
            resp.set_header("Content-Encoding", "gzip")
        resp.data = self._packed if is_packed else self._plain


def takes_gzip(req: Request) -> bool:
    """Whether the client unpacks answers that are packed."""
    offers = (part.partition(";") for part in (req.get_header("Accept-Encoding") or "").split(","))
    return any(
        name.strip().lower() == "gzip" and weight.replace(" ", "") not in ("q=0", "q=0.0")
        for name, _, weight in offers
    )
