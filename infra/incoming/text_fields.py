"""The texts that an event says: where they stand in its state, and whether they may be left out."""

from collections.abc import Iterator
from dataclasses import is_dataclass
from functools import cache
from types import NoneType
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from infra.eventstore.codec import EventType


class TextField(NamedTuple):
    """A text by its path, as `private` of an event has paths."""

    path: str
    is_optional: bool
    is_list: bool = False

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition(".")[2]


@cache
def text_fields(kind: EventType) -> tuple[TextField, ...]:
    """Every text of an event of this type, those within values and lists too; words of the code are none."""
    hints = get_type_hints(kind.event)
    return tuple(one for name in kind.fields for one in _texts(hints[name], name))


def _texts(hint: Any, path: str) -> Iterator[TextField]:
    arguments = get_args(hint)
    if hint is str:
        yield TextField(path, is_optional=False)
    elif get_origin(hint) is Literal or get_origin(hint) is dict:
        return
    elif is_dataclass(hint):
        for name, own in get_type_hints(hint).items():
            yield from _texts(own, f"{path}.{name}")
    elif str in arguments and NoneType in arguments:
        yield TextField(path, is_optional=True)
    elif str in arguments:
        yield TextField(path, is_optional=False, is_list=True)
    else:
        for argument in arguments:
            yield from _texts(argument, path)
