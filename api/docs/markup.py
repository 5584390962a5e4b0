"""Small pieces of HTML; whatever comes from the document is escaped here."""

import html
import json
import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

# Raw HTML is switched off: it comes out as text.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
# A string ends within its line, or its first quotation mark is none: a shell has some between apostrophes.
_TOKEN = re.compile(r'("(?:[^"\\\n]|\\.)*")(:?)')
# Behind these a name may go on in the next line, and nowhere else.
_JOINT = re.compile(r"(?<=[a-zA-Z0-9}])([._/,=-]+)(?=[a-zA-Z0-9{])|(?<=[a-z])(?=[A-Z])")
_WIDTH = 62
_SHORT = 24


def escape(text: str) -> str:
    """Text between tags."""
    return html.escape(text, quote=False)


def attribute(text: str) -> str:
    """Text in the quotes of an attribute."""
    return html.escape(text, quote=True)


def breakable(text: str) -> str:
    """A name between tags, which goes on in the next line only where one of its words ends."""
    return escape(_JOINT.sub("\\1\u200b", text)).replace("\u200b", "<wbr>")


def code(text: str) -> str:
    """A bit of code within a line; a short one goes to the next line whole."""
    return f"<code>{breakable(text) if len(text) > _SHORT else escape(text)}</code>"


_MARKDOWN.add_render_rule("code_inline", lambda _, tokens, index, *__: code(tokens[index].content))


def slug(title: str) -> str:
    """The anchor of a title."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def titles_in(text: str) -> list[tuple[str, str]]:
    """The headings of a text of Markdown: their anchors and titles."""
    tokens = _MARKDOWN.parse(text)
    return [
        (slug(after.content), after.content)
        for token, after in pairwise(tokens)
        if token.type == "heading_open"
    ]


def markdown(text: str, *, heading: int = 4, anchors: bool = False) -> str:
    """Markdown as HTML, its second-level headings on level `heading`, with anchors of their own if wanted."""
    tokens = _MARKDOWN.parse(text)
    for number, token in enumerate(tokens):
        if token.type not in ("heading_open", "heading_close"):
            continue
        token.tag = f"h{min(int(token.tag[1:]) - 2 + heading, 6)}"
        if anchors and token.type == "heading_open":
            title = tokens[number + 1]
            token.attrSet("id", slug(title.content))
            title.children = [*(title.children or ()), *_link_to(slug(title.content))]
    rendered: str = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return rendered.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>")


def _link_to(anchor: str) -> list[Token]:
    """The mark behind a heading that leads to it."""
    attributes: dict[str, str | int | float] = {
        "href": f"#{anchor}",
        "class": "anchor",
        "aria-label": "Link to this section",
    }
    mark = Token("text", "", 0, content="#")
    return [Token("link_open", "a", 1, attrs=attributes), mark, Token("link_close", "a", -1)]


@cache
def inline(text: str) -> str:
    """Markdown of one paragraph, without the paragraph."""
    return markdown(text).strip().removeprefix("<p>").removesuffix("</p>")


def heading(level: int, anchor: str, title: str) -> str:
    """A heading with an anchor, and the mark that leads to it."""
    there = attribute(anchor)
    return (
        f'<h{level} id="{there}">{escape(title)}'
        f'<a class="anchor" href="#{there}" aria-label="Link to this section">#</a></h{level}>'
    )


def json_of(value: Any, depth: int = 0) -> str:
    """JSON for people: what is short stays on one line."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or not value or len(flat) + 2 * depth <= _WIDTH:
        return flat
    margin = "  " * (depth + 1)
    if isinstance(value, dict):
        inner = [
            f"{json.dumps(name)}: {json_of(inner_value, depth + 1)}" for name, inner_value in value.items()
        ]
        opening, closing = "{", "}"
    else:
        inner = [json_of(inner_value, depth + 1) for inner_value in value]
        opening, closing = "[", "]"
    lines = ",\n".join(margin + line for line in inner)
    return f"{opening}\n{lines}\n{'  ' * depth}{closing}"


def coloured(text: str) -> str:
    """JSON or shell as HTML, with names and strings marked."""
    return _TOKEN.sub(
        lambda match: f"<b>{match[1]}</b>{match[2]}" if match[2] else f"<i>{match[1]}</i>", escape(text)
    )


def panel(title: str, text: str) -> str:
    """A block of code under a title."""
    return (
        f'<figure class="panel"><figcaption><span>{escape(title)}</span></figcaption>'
        f'<pre tabindex="0"><code>{coloured(text)}</code></pre></figure>'
    )


#: The languages in which requests are shown: what the page remembers, and what a reader chooses by.
LANGUAGES = (("curl", "curl"), ("python", "Python"), ("javascript", "JavaScript"))


def tabs(title: str, samples: Sequence[tuple[str, str]]) -> str:
    """The same in several languages by the keys of `LANGUAGES`; without a script all are shown."""
    if len(samples) == 1:
        return panel(title, samples[0][1])
    names = dict(LANGUAGES)
    buttons = "".join(
        f'<button type="button" data-language="{key}">{names[key]}</button>' for key, _ in samples
    )
    shown = "".join(
        f'<pre tabindex="0" data-language="{key}"><code>{coloured(text)}</code></pre>'
        for key, text in samples
    )
    return (
        f'<figure class="panel tabbed"><figcaption><span>{escape(title)}</span>'
        f'<span class="languages" role="group" aria-label="Language">{buttons}</span></figcaption>'
        f"{shown}</figure>"
    )
