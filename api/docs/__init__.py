"""The contract as a page to read, rendered from the document on the server; it needs nothing else."""

import hashlib
from typing import Any

import falcon
from falcon import Request, Response

from api.docs.page import render
from api.gateway import House
from api.openapi import answer_unless_known
from api.operations import PUBLIC, operation
from api.resource import Resource

__all__ = ["Docs"]


class Docs(Resource):
    """The API reference, rendered once."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.document: dict[str, Any] = {}
        self._rendered: tuple[bytes, str, str] | None = None

    @operation(PUBLIC, "Read the API reference")
    def on_get(self, req: Request, resp: Response) -> None:
        """The reference of every operation, as a page for people."""
        if self._rendered is None:
            page = render(self.document)
            content = page.html.encode()
            etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
            self._rendered = (content, etag, page.security_policy)
        content, etag, policy = self._rendered
        resp.set_header("Content-Security-Policy", policy)
        answer_unless_known(req, resp, content, etag, falcon.MEDIA_HTML)
