"""The objects that answers consist of: each on the page whose operations answer with it most."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from api.docs.fields import fields_of, referred
from api.docs.lists import list_of
from api.docs.markup import attribute, breakable, heading, inline
from api.docs.pages import OPERATIONS, Entry, Page, first_sentence

Json = dict[str, Any]


def objects_by_page(document: Json, pages: Mapping[str, list[Json]]) -> dict[str, list[str]]:
    """The names of the objects of each page, by its title; `pages` says its operations."""
    schemas = document["components"]["schemas"]
    uses: dict[str, Counter[str]] = defaultdict(Counter)
    for title, operations in pages.items():
        for operation in operations:
            for name in _answered(operation, schemas):
                uses[name][title] += 1
    placed: dict[str, list[str]] = {title: [] for title in pages}
    for name, counts in sorted(uses.items()):
        placed[max(pages, key=lambda title: counts[title])].append(name)
    return placed


def entries_of(document: Json, names: list[str]) -> list[Entry]:
    """Objects as what stands on a page."""
    schemas = document["components"]["schemas"]
    return [
        Entry(
            kind="object",
            anchor=f"object-{name}",
            title=name,
            words=first_sentence(schemas[name].get("description", "")),
        )
        for name in names
    ]


def object_blocks(document: Json, names: list[str]) -> str:
    """Objects one below the other, each opened when somebody wants to see it."""
    schemas = document["components"]["schemas"]
    return "".join(
        f'<details class="object" id="object-{attribute(name)}"><summary><h3>{breakable(name)}</h3>'
        f"<p>{inline(' '.join(schemas[name].get('description', '').split()))}</p></summary>"
        f"{list_of(fields_of(schemas[name], schemas, deep=False))}</details>"
        for name in names
    )


def index_page(pages: Sequence[Page]) -> Page:
    """The names of all objects, which lead to where each is told."""
    names = sorted(entry.title for page in pages for entry in page.entries if entry.kind == "object")
    links = "".join(f'<li><a href="#object-{attribute(name)}">{breakable(name)}</a></li>' for name in names)
    listed = "".join(f"- [{name}](#object-{name})\n" for name in names)
    return Page(
        name="objects",
        title="Objects",
        group=OPERATIONS,
        summary="What answers consist of, from A to Z.",
        entries=(),
        html=lambda: (
            '<p class="lead">What answers consist of. Answers may grow fields; ignore those you do not know.'
            f'</p><ul class="names">{links}</ul>'
        ),
        markdown=lambda: (
            "What answers consist of. Answers may grow fields; ignore those you do not know.\n\n" + listed
        ),
    )


def objects_heading(area: str) -> str:
    """The heading of an area's objects."""
    return heading(2, objects_anchor(area), "Objects")


def objects_anchor(area: str) -> str:
    """Where the objects of an area stand."""
    return f"objects-of-{area}"


def _answered(operation: Json, schemas: Json) -> set[str]:
    """What an operation answers with, those within others included."""
    answers = operation["responses"].items()
    waiting = [name for status, answer in answers if status.startswith("2") for name in referred(answer)]
    names: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in names:
            names.add(name)
            waiting += referred(schemas[name])
    # The guide tells of envelopes, once for all.
    return {name for name in names if "success" not in schemas[name]["properties"]}
