"""Small pieces of HTML; whatever comes from the document is escaped here."""

import html
import json
import re
from typing import Any

from markdown_it import MarkdownIt

# Raw HTML is switched off: it comes out as text.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")(:?)')
_WIDTH = 62


def escape(text: str) -> str:
    """Text between tags."""
    return html.escape(text, quote=False)


def attribute(text: str) -> str:
    """Text in the quotes of an attribute."""
    return html.escape(text, quote=True)


def code(text: str) -> str:
    """A bit of code within a line."""
    return f"<code>{escape(text)}</code>"


def slug(title: str) -> str:
    """The anchor of a title."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def markdown(text: str, *, heading: int = 4, anchors: bool = False) -> str:
    """Markdown as HTML, its second-level headings on level `heading`, with anchors of their own if wanted."""
    tokens = _MARKDOWN.parse(text)
    for number, token in enumerate(tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{heading}"
        if token.type == "heading_open" and anchors:
            token.attrSet("id", slug(tokens[number + 1].content))
    rendered: str = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return rendered.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>")


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
        f'<figure class="panel"><figcaption>{escape(title)}</figcaption>'
        f'<pre tabindex="0"><code>{coloured(text)}</code></pre></figure>'
    )
