"""The whole reference: its pages in order, where every anchor is, and each page as it is sent."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from api.docs.areas import area_pages
from api.docs.codes import errors_page
from api.docs.guide import guide_page
from api.docs.history import changelog_page, upgrading_page
from api.docs.index import index_of
from api.docs.links import resolved, resolved_markdown
from api.docs.llms import all_text, list_of_pages
from api.docs.objects import index_page
from api.docs.overview import overview_page
from api.docs.pages import Page
from api.docs.shell import Sent, shown

Json = dict[str, Any]


class Site:
    """The reference of a document. Pages are written when they are first asked for."""

    def __init__(self, document: Json) -> None:
        self._document = document
        areas = list(area_pages(document))
        others = [
            guide_page(document),
            errors_page(document),
            *areas,
            index_page(areas),
            changelog_page(),
            upgrading_page(),
        ]
        #: Every page, in the order of the contents.
        self.pages: list[Page] = [overview_page(document, others), *others]
        self._by_name = {page.name: page for page in self.pages}

    def has(self, name: str) -> bool:
        """Whether there is such a page."""
        return name in self._by_name

    def html(self, name: str) -> Sent:
        """A page as HTML, with the policy under which a browser may show it."""
        page = self._by_name[name]
        content = resolved(page.html(), name, self._where(page))
        return shown(self._document["info"], self.pages, page, content)

    def markdown(self, name: str) -> str:
        """A page in Markdown."""
        page = self._by_name[name]
        return resolved_markdown(f"# {page.title}\n\n{page.markdown()}\n", name, self._where(page))

    def index(self) -> Json:
        """What the search looks through."""
        return index_of(self._document, self.pages, self._anchors)

    def llms(self) -> str:
        """The list of the pages in Markdown, as https://llmstxt.org would have it."""
        return list_of_pages(self._document, self.pages)

    def llms_full(self) -> str:
        """Every page in Markdown, one after the other."""
        return all_text(self._document, [self.markdown(page.name) for page in self.pages])

    def _where(self, page: Page) -> Mapping[str, str]:
        """Which page each anchor is on; this one before others."""
        own = dict.fromkeys((entry.anchor for entry in page.entries), page.name)
        return {**self._anchors, **own}

    @cached_property
    def _anchors(self) -> dict[str, str]:
        anchors = {"errors": "errors", "objects": "objects", "conventions": "guide"}
        anchors |= {f"area-{page.name}": page.name for page in self.pages}
        for page in self.pages:
            for entry in page.entries:
                anchors.setdefault(entry.anchor, page.name)
        return anchors
