"""The quick start: sign in, sell something, and see what became of it."""

from collections.abc import Iterator
from typing import Any

from api.docs.markup import inline, panel
from api.docs.steps import ADDRESS, STEPS, Step

Json = dict[str, Any]


def quick_start(document: Json) -> str:
    """The steps that this application offers, as an ordered list."""
    shown = "".join(
        f"<li><div><h3>{step.title}</h3><p>{inline(step.words)}</p></div>{_panel(step)}</li>"
        for step in _offered(document)
    )
    return f'<ol class="steps">{shown}</ol>'


def plain_start(document: Json) -> str:
    """The same steps in Markdown."""
    return "\n\n".join(
        f"{number}. **{step.title}.** {step.words}\n\n```sh\n{step.command}\n```"
        for number, step in enumerate(_offered(document), start=1)
    )


def _offered(document: Json) -> Iterator[Step]:
    """The steps that this application has."""
    return (step for step in STEPS if step.method in document["paths"].get(step.path, {}))


def _panel(step: Step) -> str:
    shown = panel("Shell", step.command)
    return shown.replace(ADDRESS, f"<span data-origin>{ADDRESS}</span>")
