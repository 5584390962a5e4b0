"""The guide: what holds for every operation, from the document's own description."""

from typing import Any

from api.docs.markup import markdown, slug, titles_in
from api.docs.pages import GUIDE, Entry, Page

Json = dict[str, Any]


def guide_page(document: Json) -> Page:
    """The guide, with every section that the description has."""
    text = guide_of(document)
    return Page(
        name="guide",
        title="Guide",
        group=GUIDE,
        summary="How to call, what to expect, and how to repeat safely.",
        entries=sections_of(text),
        html=lambda: f'<div class="prose">{markdown(text, heading=2, anchors=True)}</div>',
        markdown=lambda: text,
    )


def lead_of(document: Json) -> str:
    """What the description begins with: what this is."""
    return str(document["info"]["description"]).partition("\n\n")[0]


def guide_of(document: Json) -> str:
    """The description without its beginning."""
    return str(document["info"]["description"]).partition("\n\n")[2]


def sections_of(text: str) -> list[Entry]:
    """The headings of a text as what stands on its page, each with the text below it."""
    parts = ("\n" + text).split("\n## ")
    bodies = {slug(part.partition("\n")[0]): part.partition("\n")[2] for part in parts[1:]}
    return [
        Entry(kind="text", anchor=anchor, title=title, words=" ".join(bodies.get(anchor, "").split()))
        for anchor, title in titles_in(text)
    ]
