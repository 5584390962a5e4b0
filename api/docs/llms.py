"""The reference for language models: a list of its pages in Markdown, and all of them in one file."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from api.docs.guide import lead_of
from api.docs.pages import START, Page

Json = dict[str, Any]


#: What whoever reads nothing else has to know.
_HOW = (
    "The API answers at the address that this file was read from, below `/api`. The quick start signs in and "
    "sells something, step by step; the guide says what holds for every request. Each page of operations has "
    "their fields, answers and error codes, and samples for curl, Python and JavaScript."
)


def list_of_pages(document: Json, pages: Sequence[Page]) -> str:
    """What this is, and one line for each page."""
    parts = [_head(document), _HOW]
    for group, of_group in groupby(pages, lambda page: page.group):
        lines = "\n".join(f"- [{_title(page)}](docs/{page.name}.md): {page.summary}" for page in of_group)
        parts.append(f"## {group}\n\n{lines}")
    parts.append(
        "## Optional\n\n"
        "- [Everything in one file](llms-full.txt): all pages above, one after the other\n"
        "- [OpenAPI document](api/openapi.json): the same for machines (OpenAPI 3.1)"
    )
    return "\n\n".join(parts) + "\n"


def _title(page: Page) -> str:
    return "Quick start" if page.name == START else page.title


def all_text(document: Json, texts: Sequence[str]) -> str:
    """All pages in one."""
    return "\n".join([_head(document), "", *texts])


def _head(document: Json) -> str:
    info = document["info"]
    return f"# {info['title']}\n\n> {info.get('summary', '')}\n\n{lead_of(document)}"
