"""The first page: what this is, the quick start, and where everything else is."""

from collections.abc import Sequence
from typing import Any

from api.docs.guide import guide_of, lead_of, sections_of
from api.docs.links import address
from api.docs.markup import attribute, escape, heading, inline, markdown
from api.docs.pages import GUIDE, OPERATIONS, START, Entry, Page
from api.docs.start import plain_start, quick_start

Json = dict[str, Any]


def overview_page(document: Json, others: Sequence[Page]) -> Page:
    """The page at `/docs`; the other pages are listed on it."""
    title = document["info"]["title"]
    return Page(
        name=START,
        title=title,
        group=GUIDE,
        summary=document["info"].get("summary", ""),
        entries=(
            Entry(kind="text", anchor="start", title="Quick start"),
            Entry(kind="heading", anchor="topics", title="How it works"),
            Entry(kind="heading", anchor="areas", title="Areas"),
        ),
        html=lambda: _html(document, others),
        markdown=lambda: _markdown(document, others),
    )


def _html(document: Json, others: Sequence[Page]) -> str:
    topics = "".join(
        f'<li><a href="#{attribute(one.anchor)}">{escape(one.title)}</a></li>'
        for one in sections_of(guide_of(document))
    )
    return (
        f'<div class="lead">{markdown(lead_of(document))}</div>'
        f"{heading(2, 'start', 'Quick start')}{quick_start(document)}"
        f'{heading(2, "topics", "How it works")}<ul class="names">{topics}</ul>'
        f'{heading(2, "areas", "Areas")}<ul class="cards">{_cards(others)}</ul>'
        '<p class="machines">The same as a document for machines: '
        '<a href="api/openapi.json">openapi.json</a> (OpenAPI 3.1); in Markdown: '
        '<a href="llms.txt">llms.txt</a>, all of it in <a href="llms-full.txt">llms-full.txt</a>.</p>'
    )


def _cards(others: Sequence[Page]) -> str:
    """A card for each area, with its topics."""
    return "".join(
        _card(page, [topic for topic in others if topic.area == page.name])
        for page in others
        if page.group == OPERATIONS and not page.area
    )


def _card(page: Page, topics: list[Page]) -> str:
    inner = ", ".join(_link(topic) for topic in topics)
    also = f"<small>Also: {inner}</small>" if inner else ""
    return f"<li><strong>{_link(page)}</strong><span>{inline(page.summary)}</span>{also}</li>"


def _link(page: Page) -> str:
    return f'<a href="{attribute(address(page.name, START))}">{escape(page.title)}</a>'


def _markdown(document: Json, others: Sequence[Page]) -> str:
    pages = "\n".join(f"- [{page.title}](../docs/{page.name}.md): {page.summary}" for page in others)
    return f"{lead_of(document)}\n\n## Quick start\n\n{plain_start(document)}\n\n## Pages\n\n{pages}"
