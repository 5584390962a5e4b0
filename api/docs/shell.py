"""What is around each page: head, contents, search, and the policy under which a browser may show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from string import Template
from typing import Any

from api.docs.links import address, root_of
from api.docs.markup import attribute, escape
from api.docs.pages import START, Entry, Page
from api.pages.assets import asset, policy_of, style

Json = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """A written page and its policy."""

    html: str
    security_policy: str


def shown(info: Json, pages: Sequence[Page], page: Page, content: str) -> Sent:
    """A page around its content."""
    sheet, early, script = _assets()
    html = _template().substitute(
        title=escape(page.title if page.name == START else f"{page.title} · {info['title']}"),
        summary=attribute(page.summary),
        brand=escape(info["title"]),
        home=address(START, page.name),
        root=root_of(page.name),
        version=escape(info["version"]),
        style=sheet,
        early=early,
        script=script,
        contents=_contents(pages, page),
        eyebrow=escape(page.group if page.name != START else f"Reference, version {info['version']}"),
        anchor=attribute(_anchor_of(page)),
        heading=escape(page.title),
        markdown=attribute(f"{address(page.name, page.name)}.md" if page.name != START else "docs/index.md"),
        who=_WHO if any(entry.kind == "operation" for entry in page.entries) else "",
        content=content,
        around=_around(pages, page),
    )
    return Sent(html, policy_of(sheet, early, script))


_WHO = '<button type="button" class="scripted" id="who" disabled>Sign in to try</button>'


@cache
def _template() -> Template:
    return Template(asset("api.docs", "docs.html"))


@cache
def _assets() -> tuple[str, str, str]:
    return style("api.docs", "docs.css"), asset("api.docs", "early.js"), asset("api.docs", "docs.js")


def _anchor_of(page: Page) -> str:
    """What the title is linked by: what it was called when all stood on one page."""
    names = {"errors": "errors", "objects": "objects", "guide": "conventions", START: "top"}
    return names.get(page.name, f"area-{page.name}")


def _contents(pages: Sequence[Page], here: Page) -> str:
    groups = []
    for group, of_group in groupby(pages, lambda page: page.group):
        links = "".join(_page_link(page, here) for page in of_group)
        groups.append(f"<section><h2>{escape(group)}</h2><ul>{links}</ul></section>")
    return "".join(groups)


def _page_link(page: Page, here: Page) -> str:
    title = escape("Overview" if page.name == START else page.title)
    kind = ' class="topic"' if page.area else ""
    if page is not here:
        return f'<li{kind}><a href="{attribute(address(page.name, here.name))}">{title}</a></li>'
    below = "".join(_entry_link(entry) for entry in page.entries if entry.kind in _LISTED)
    inner = f'<ul class="on-page">{below}</ul>' if below else ""
    return f'<li{kind}><a href="#{attribute(_anchor_of(page))}" aria-current="page">{title}</a>{inner}</li>'


#: What of a page the contents name; codes and objects are too many.
_LISTED = ("operation", "text", "heading")


def _entry_link(entry: Entry) -> str:
    verb = entry.method[:3] if entry.method == "delete" else entry.method
    mark = f'<span class="m {entry.method}">{verb}</span>' if verb else ""
    return f'<li><a href="#{attribute(entry.anchor)}">{mark}<span>{escape(entry.title)}</span></a></li>'


def _around(pages: Sequence[Page], here: Page) -> str:
    """Links to the page before and the one after."""
    number = list(pages).index(here)
    before, after = pages[max(number - 1, 0) : number], pages[number + 1 : number + 2]
    return "".join(
        f'<a rel="{kind}" class="{kind}" href="{attribute(address(page.name, here.name))}">'
        f"<small>{word}</small>{escape(page.title)}</a>"
        for kind, word, near in (("prev", "Before", before), ("next", "Next", after))
        for page in near
    )
