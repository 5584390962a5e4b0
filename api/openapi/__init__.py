"""The contract as a document: OpenAPI 3.1, written from what the routes declare."""

import hashlib
from typing import Any

import falcon
from falcon import Request, Response

from api.envelope import encode
from api.gateway import House
from api.openapi.document import document_of
from api.operations import PUBLIC, operation
from api.resource import Resource

__all__ = ["OpenApi", "document_of"]


class OpenApi(Resource):
    """The OpenAPI document, encoded once."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.document = {}

    @property
    def document(self) -> dict[str, Any]:
        """The document of the whole application."""
        return self._document

    @document.setter
    def document(self, document: dict[str, Any]) -> None:
        self._document = document
        self._bytes = encode(document)
        self._etag = f'"{hashlib.sha256(self._bytes).hexdigest()[:16]}"'

    @operation(PUBLIC, "Show the OpenAPI document")
    def on_get(self, req: Request, resp: Response) -> None:
        """This document, for code generators and API clients."""
        answer_unless_known(req, resp, self._bytes, self._etag, falcon.MEDIA_JSON)


def answer_unless_known(req: Request, resp: Response, content: bytes, etag: str, media_type: str) -> None:
    """Answer with content that changes only with the program, or with 304 if the client has it."""
    resp.set_header("ETag", etag)
    resp.set_header("Cache-Control", "no-cache")
    known = [given.strip().removeprefix("W/") for given in (req.get_header("If-None-Match") or "").split(",")]
    if etag in known:
        resp.status = 304
        return
    resp.content_type = media_type
    resp.data = content
