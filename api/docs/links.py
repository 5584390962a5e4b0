"""Leads links to the page that their anchor is on: whatever is written links to anchors alone."""

import re
from collections.abc import Mapping

from api.docs.pages import START

_IN_HTML = re.compile(r'href="#([^"]+)"')
_IN_MARKDOWN = re.compile(r"\]\(#([^)\s]+)\)")


def resolved(html: str, here: str, where: Mapping[str, str]) -> str:
    """HTML of the page `here`, its links leading to the pages that `where` names by anchor."""
    return _IN_HTML.sub(
        lambda link: f'href="{address(where.get(link[1], here), here)}#{link[1]}"', html
    ).replace(f'href="{address(here, here)}#', 'href="#')


def resolved_markdown(text: str, here: str, where: Mapping[str, str]) -> str:
    """The same of Markdown, whose links lead to Markdown."""
    return _IN_MARKDOWN.sub(
        lambda link: f"]({markdown_address(where.get(link[1], here), here)}#{link[1]})", text
    )


def address(page: str, here: str) -> str:
    """The address of a page, relative to another one: whatever path the server is mounted at."""
    if page == START:
        return "docs" if here == START else "../docs"
    return f"docs/{page}" if here == START else page


def markdown_address(page: str, here: str) -> str:
    """The address of a page in Markdown; the first page is read at two depths, of which this suits both."""
    return f"../docs/{page}.md" if here == START else f"{page}.md"


def root_of(here: str) -> str:
    """From a page to where the server is mounted."""
    return "./" if here == START else "../"
