"""The contract as pages to read, rendered from the document on the server; they need nothing else."""

from collections.abc import Callable
from typing import Any

from falcon import App, Request, Response

from api.docs.resources import Docs, LlmsFull, LlmsList, SearchIndex, Section, Written
from api.services import Services

__all__ = ["add_routes"]


def add_routes(
    app: App[Request, Response], services: Services, document: Callable[[], dict[str, Any]]
) -> None:
    """The routes of the reference of `document`."""
    written = Written(document)
    app.add_route("/docs", Docs(services, written))
    app.add_route("/docs/{section}", Section(services, written))
    app.add_route("/docs/search.json", SearchIndex(services, written))
    app.add_route("/llms.txt", LlmsList(services, written))
    app.add_route("/llms-full.txt", LlmsFull(services, written))
