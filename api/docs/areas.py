"""The pages of the areas and of their topics: operations, and the objects that they answer with."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from api.docs.markup import markdown, slug
from api.docs.objects import entries_of, object_blocks, objects_anchor, objects_by_page, objects_heading
from api.docs.operations import operation_block, words_of
from api.docs.pages import OPERATIONS, Entry, Page, first_sentence
from api.docs.plain.objects import plain_objects
from api.docs.plain.operations import plain_operation
from api.docs.topics import Topic, topic_of

Json = dict[str, Any]
Operation = tuple[str, str, Json]


@dataclass(frozen=True, kw_only=True)
class _Part:
    """What is on one page: all of an area that has no page of its own, or a topic of it."""

    title: str
    words: str
    area: str
    operations: list[Operation]


def area_pages(document: Json) -> Iterator[Page]:
    """The page of each area, before those of its topics."""
    parts = [part for tag in document["tags"] for part in _parts(document, tag)]
    answered = {part.title: [operation for *_, operation in part.operations] for part in parts}
    objects = objects_by_page(document, answered)
    for part in parts:
        yield _page(document, part, objects[part.title])


def _parts(document: Json, tag: Json) -> Iterator[_Part]:
    """The pages of an area; a topic of which nothing is there has none."""
    name, area = tag["name"], slug(tag["name"])
    by_topic: dict[Topic | None, list[Operation]] = {None: []}
    for method, path, operation in _operations_in(document, name):
        by_topic.setdefault(topic_of(name, path), []).append((method, path, operation))
    for topic, operations in by_topic.items():
        if topic is None:
            yield _Part(title=name, words=tag["description"], area="", operations=operations)
        else:
            yield _Part(title=topic.title, words=topic.about, area=area, operations=operations)


def _operations_in(document: Json, area: str) -> list[Operation]:
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if area in operation["tags"]
    ]


def _page(document: Json, part: _Part, objects: list[str]) -> Page:
    name = slug(part.title)
    entries = [_entry(*operation) for operation in part.operations]
    if objects:
        entries.append(Entry(kind="heading", anchor=objects_anchor(name), title="Objects"))
        entries += entries_of(document, objects)
    return Page(
        name=name,
        title=part.title,
        group=OPERATIONS,
        area=part.area,
        summary=first_sentence(part.words),
        entries=entries,
        html=lambda: _html(document, name, part, objects),
        markdown=lambda: _markdown(document, part, objects),
    )


def _entry(method: str, path: str, operation: Json) -> Entry:
    return Entry(
        kind="operation",
        anchor=operation["operationId"],
        title=operation["summary"],
        words=words_of(operation),
        method=method,
        path=path,
    )


#: For whoever comes to a page from elsewhere.
_SAMPLES = '<p class="headers">What samples need to run: <a href="#samples">Samples</a>.</p>'


def _html(document: Json, name: str, part: _Part, objects: list[str]) -> str:
    blocks = "".join(operation_block(document, *operation) for operation in part.operations)
    below = f"{objects_heading(name)}{object_blocks(document, objects)}" if objects else ""
    return f'<div class="about">{markdown(part.words)}</div>{_SAMPLES if blocks else ""}{blocks}{below}'


def _markdown(document: Json, part: _Part, objects: list[str]) -> str:
    blocks = "\n\n".join(plain_operation(document, *operation) for operation in part.operations)
    below = f"\n\n## Objects\n\n{plain_objects(document, objects)}" if objects else ""
    return f"{part.words}\n\n{blocks}{below}"
