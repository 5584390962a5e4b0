"""The contract as a document: OpenAPI 3.1, written from what the routes declare."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import falcon
from falcon import Request, Response

from api.constant import Constant
from api.envelope import encode
from api.media import JSON
from api.openapi.document import document_of
from api.operations import PUBLIC, operation
from api.resource import Resource
from api.services import Services

__all__ = ["OpenApi", "document_of"]


class OpenApi(Resource):
    """The OpenAPI document, encoded once."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        #: Writes the document of the whole application.
        self.document: Callable[[], dict[str, Any]] = dict

    @cached_property
    def _constant(self) -> Constant:
        # NOTE: when it is first asked for, as it takes half a second that no web process has when it starts.
        return Constant(encode(self.document()), falcon.MEDIA_JSON)

    @operation(PUBLIC, "Show the OpenAPI document", media=(JSON,))
    def on_get(self, req: Request, resp: Response) -> None:
        """This document, for code generators and API clients."""
        self._constant.answer(req, resp)
