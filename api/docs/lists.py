"""Lists of fields: their names, types, limits and meanings; what lies deeper is opened when somebody asks."""

from collections.abc import Iterable, Iterator, Sequence

from api.docs.fields import Field
from api.docs.markup import breakable, inline

#: So many rows are read at a glance; of more than that, those that may be left out wait to be opened.
FEW = 8


def list_of(fields: Iterable[Field]) -> str:
    """The fields; what lies within one is opened by a line below it. Nothing without any."""
    rows = "".join(_row(field, within) for field, within in _nested(list(fields), 0))
    return f'<ul class="fields">{rows}</ul>' if rows else ""


def list_of_parameters(parameters: Sequence[Field]) -> str:
    """The parameters; where they are many, what need not be given is opened."""
    must = [one for one in parameters if one.is_required]
    may = [one for one in parameters if not one.is_required]
    if len(parameters) <= FEW or len(may) <= FEW // 2:
        return list_of(parameters)
    more = "more that" if must else "that"
    return list_of(must) + _opened(f"{len(may)} {more} may be given", list_of(may))


def _nested(fields: list[Field], depth: int) -> Iterator[tuple[Field, list[Field]]]:
    """Each field of a level with all that lie below it."""
    number = 0
    while number < len(fields):
        field, number = fields[number], number + 1
        first = number
        while number < len(fields) and fields[number].name.count(".") > depth:
            number += 1
        yield field, fields[first:number]


def _row(field: Field, within: list[Field]) -> str:
    path, _, last = field.name.rpartition(".")
    must = '<em class="must">required</em>' if field.is_required else ""
    limits = f' <span class="limit">{inline(field.limits)}</span>' if field.limits else ""
    told = f"<p>{inline(field.meaning)}{limits}</p>" if field.meaning or limits else ""
    return (
        f"<li><code>{breakable(last)}</code> <span>{inline(field.kind)}</span>{must}"
        f"{told}{_below(path, last, within)}</li>"
    )


def _below(path: str, name: str, within: list[Field]) -> str:
    if not within:
        return ""
    depth = path.count(".") + 2 if path else 1
    rows = "".join(_row(field, deeper) for field, deeper in _nested(within, depth))
    return _opened(f"Fields of {name}", f'<ul class="fields">{rows}</ul>')


def _opened(title: str, content: str) -> str:
    return f'<details class="more-fields"><summary>{breakable(title)}</summary>{content}</details>'
