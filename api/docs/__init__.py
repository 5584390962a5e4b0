"""The contract as a page to read, rendered from the document on the server; it needs nothing else."""

from collections.abc import Callable
from typing import Any

import falcon
from falcon import Request, Response

from api.constant import Constant
from api.docs.page import render
from api.media import HTML
from api.operations import PUBLIC, operation
from api.resource import Resource
from api.services import Services

__all__ = ["Docs"]


class Docs(Resource):
    """The API reference, rendered once."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self.document: Callable[[], dict[str, Any]] = dict
        self._rendered: tuple[Constant, str] | None = None

    @operation(PUBLIC, "Read the API reference", media=(HTML,))
    def on_get(self, req: Request, resp: Response) -> None:
        """The reference of every operation, as a page for people."""
        if self._rendered is None:
            page = render(self.document())
            self._rendered = (Constant(page.html.encode(), falcon.MEDIA_HTML), page.security_policy)
        page_as_bytes, policy = self._rendered
        resp.set_header("Content-Security-Policy", policy)
        page_as_bytes.answer(req, resp)
