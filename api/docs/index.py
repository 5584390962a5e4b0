"""What the search of the reference looks through: one line for each anchor, and for each field."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from api.docs.fields import Field, fields_of, name_of, parameters_of
from api.docs.links import address
from api.docs.pages import START, Entry, Page

Json = dict[str, Any]

_KINDS = ("page", "operation", "field", "error", "detail", "text", "object")
#: A line: its kind, its title, what stands beside it, what else it is found by, and its address.
Line = tuple[int, str, str, str, str]


def index_of(document: Json, pages: Sequence[Page], anchors: Mapping[str, str]) -> Json:
    """The lines, and for anchors of before that no line has, the pages they are on now."""
    lines = [*_pages(pages), *_entries(pages), *_fields(document, anchors)]
    return {"kinds": list(_KINDS), "lines": lines, "anchors": _older(pages)}


def _pages(pages: Sequence[Page]) -> Iterator[Line]:
    for page in pages:
        yield (0, page.title, page.group, page.summary, address(page.name, START))


def _entries(pages: Sequence[Page]) -> Iterator[Line]:
    for page in pages:
        for entry in page.entries:
            if entry.kind in _KINDS:
                there = f"{address(page.name, START)}#{entry.anchor}"
                yield (_KINDS.index(entry.kind), entry.title, _beside(page, entry), entry.words, there)


def _beside(page: Page, entry: Entry) -> str:
    return f"{entry.method.upper()} {entry.path}" if entry.method else page.title


def _fields(document: Json, anchors: Mapping[str, str]) -> Iterator[Line]:
    """Each field with the same meaning once, at the first place that has it."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for title, anchor, fields in _places(document, anchors):
        for field in fields:
            name = field.name.rpartition(".")[2]
            found.setdefault((name, field.meaning), []).append((title, anchor))
    for (name, meaning), places in found.items():
        title, anchor = places[0]
        others = len({there for _, there in places}) - 1
        beside = f"{title} and {others} more" if others else title
        yield (_KINDS.index("field"), name, beside, meaning, f"{address(anchors[anchor], START)}#{anchor}")


def _places(document: Json, anchors: Mapping[str, str]) -> Iterator[tuple[str, str, Iterable[Field]]]:
    schemas = document["components"]["schemas"]
    for name in sorted(schemas):
        if f"object-{name}" in anchors:
            yield name, f"object-{name}", fields_of(schemas[name], schemas, deep=False)
    for methods in document["paths"].values():
        for operation in methods.values():
            yield operation["summary"], operation["operationId"], _taken(operation, schemas)


def _taken(operation: Json, schemas: Json) -> Iterator[Field]:
    yield from parameters_of(operation, ("query",))
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if name := name_of(content["schema"]):
            yield from fields_of(schemas[name], schemas, deep=True)


def _older(pages: Sequence[Page]) -> Json:
    areas = {f"area-{page.name}": address(page.name, START) for page in pages}
    errors = address("errors", START)
    return {**areas, "errors": errors, "objects": address("objects", START)}
