"""GET /docs and what is below it: the reference as pages for people, and in Markdown for tools."""

from collections.abc import Callable, Iterable
from functools import cache, cached_property
from typing import Any, Self

import falcon
from falcon import Request, Response

from api.constant import Constant
from api.docs.addressed import Addressed
from api.docs.markup import escape
from api.docs.pages import START
from api.docs.site import Site
from api.docs.steps import ADDRESS
from api.envelope import encode
from api.errors import base_of
from api.media import HTML, JSON, MARKDOWN, TEXT
from api.nearest import nearest
from api.operations import PUBLIC, operation
from api.resource import Resource
from api.services import Services
from domain.errors import NotFound

_MARKDOWN_TYPE = f"{MARKDOWN}; charset=utf-8"
# Browsers show this one, and save the other as a file.
_TEXT_TYPE = f"{TEXT}; charset=utf-8"
_SUFFIX = ".md"


class NoSuchPage(NotFound):
    """The reference has no such page."""

    @classmethod
    def near(cls, name: str, names: Iterable[str]) -> Self:
        """With the page that may be meant, if one is near."""
        near = nearest(name.lower(), sorted({*names} - {START}))
        return cls(f"{cls.__doc__} Did you mean /docs/{near}?") if near else cls()


class Written:
    """The reference, each page of it written once for each process, and packed for where it is read."""

    def __init__(self, document: Callable[[], dict[str, Any]]) -> None:
        self._document = document
        self._html = cache(self._written)
        #: A page in Markdown, and the files beside the pages.
        self.markdown = cache(lambda name: Addressed(self.site.markdown(name), _MARKDOWN_TYPE))
        self.index = cache(lambda: Constant(encode(self.site.index()), falcon.MEDIA_JSON))
        self.llms = cache(lambda: Constant(self.site.llms().encode(), _TEXT_TYPE))
        self.llms_full = cache(lambda: Addressed(self.site.llms_full(), _TEXT_TYPE))

    @cached_property
    def site(self) -> Site:
        """The pages; when they are first asked for, as the document takes half a second."""
        return Site(self._document())

    def page(self, name: str, address: str) -> tuple[Constant, str]:
        """A page for who reads it at an address, and its policy."""
        page, policy = self._html(name)
        return page.at(escape(address)), policy

    def _written(self, name: str) -> tuple[Addressed, str]:
        sent = self.site.html(name)
        return Addressed(sent.html, falcon.MEDIA_HTML), sent.security_policy


class _Reference(Resource):
    def __init__(self, services: Services, written: Written) -> None:
        super().__init__(services)
        self.written = written
        self._public_url = services.public_url

    def send(self, req: Request, resp: Response, name: str) -> None:
        """A page as HTML, or in Markdown for whoever likes that better."""
        if req.client_prefers([falcon.MEDIA_HTML, MARKDOWN]) == MARKDOWN:
            self.send_markdown(req, resp, name)
        else:
            content, policy = self.written.page(name, self.address(req))
            resp.set_header("Content-Security-Policy", policy)
            content.answer(req, resp)
        resp.append_header("Vary", "Accept")

    def send_markdown(self, req: Request, resp: Response, name: str) -> None:
        """A page in Markdown."""
        self.written.markdown(name).at(self.address(req)).answer(req, resp)

    def address(self, req: Request) -> str:
        """Where this service is reached."""
        return self._public_url or base_of(req) or ADDRESS


class Docs(_Reference):
    """The first page of the reference."""

    @operation(PUBLIC, "Read the API reference", media=(HTML, MARKDOWN))
    def on_get(self, req: Request, resp: Response) -> None:
        """The first page of the reference for people: what this is, a quick start, and where the rest is."""
        self.send(req, resp, START)


class Section(_Reference):
    """Any other page."""

    @operation(PUBLIC, "Read a page of the API reference", media=(HTML, MARKDOWN))
    def on_get(self, req: Request, resp: Response, section: str) -> None:
        """A page of the reference: `guide`, `errors`, `changelog`, `upgrading`, `objects`, or an area.

        With `.md` behind its name, or `Accept: text/markdown`, in Markdown; `index.md` is the first page.
        """
        name = section.removesuffix(_SUFFIX)
        if not self.written.site.has(name) or section == START:
            raise NoSuchPage.near(name, [page.name for page in self.written.site.pages])
        if section.endswith(_SUFFIX):
            self.send_markdown(req, resp, name)
        else:
            self.send(req, resp, name)


class SearchIndex(_Reference):
    """What the search of the pages looks through."""

    @operation(PUBLIC, "Fetch what the reference's search looks through", media=(JSON,))
    def on_get(self, req: Request, resp: Response) -> None:
        """A file for the pages of the reference. What it looks like changes with them."""
        self.written.index().answer(req, resp)


class LlmsList(_Reference):
    """The list of pages for language models."""

    @operation(PUBLIC, "List the pages of the reference in Markdown", media=(TEXT,))
    def on_get(self, req: Request, resp: Response) -> None:
        """What there is to read, in the form of llmstxt.org."""
        self.written.llms().answer(req, resp)


class LlmsFull(_Reference):
    """The whole reference in one file."""

    @operation(PUBLIC, "Read the whole reference in Markdown", media=(TEXT,))
    def on_get(self, req: Request, resp: Response) -> None:
        """Every page of the reference, one after the other."""
        self.written.llms_full().at(self.address(req)).answer(req, resp)
