"""Which route somebody may have meant whose path leads nowhere; found by look-ups, however many there are."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import dropwhile

from api.nearest import LONGEST, nearest
from api.paths import IdConverter

_PARAMETER = re.compile(r"{(\w+)(?::(\w+)[^}]*)?}")
_ANY = "*"
#: What paths begin with that says little, and is left out where somebody guesses.
_BEGINNINGS = frozenset({"api", "v1", "admin", "pos", "settings"})
#: A path with more parts is no slip of the hand.
_MOST_PARTS = 12

Parts = tuple[str, ...]


class NearRoutes:
    """The routes of the application, by everything that is almost their path."""

    def __init__(self, templates: Iterable[str]) -> None:
        #: By the parts, with `*` for each parameter.
        self._whole: dict[Parts, str] = {}
        #: By the parts but for one that was left out.
        self._without: dict[Parts, str] = {}
        #: By the parts that say something.
        self._ends: dict[Parts, str] = {}
        #: By the parts, with nothing for one word: the words that may stand there, each with its route.
        self._around: dict[Parts, dict[str, str]] = defaultdict(dict)
        for template in sorted(templates, key=lambda one: (one.count("/"), one)):
            self._add(template)

    def _add(self, template: str) -> None:
        parts = tuple(_PARAMETER.sub(_ANY, part) for part in template.strip("/").split("/"))
        self._whole.setdefault(parts, template)
        self._ends.setdefault(_telling(parts), template)
        for place, part in enumerate(parts):
            if part != _ANY:
                self._without.setdefault((*parts[:place], *parts[place + 1 :]), template)
                self._around[*parts[:place], "", *parts[place + 1 :]].setdefault(part, template)

    def hint(self, path: str) -> str:
        """A sentence about the path; empty if it is like none."""
        sent = [part for part in path.split("/") if part]
        if not 0 < len(sent) <= _MOST_PARTS:
            return ""
        parts = tuple(_ANY if IdConverter().convert(part) or part.isdecimal() else part for part in sent)
        template = self._whole.get(parts)
        if template is None and not _telling(parts):
            return ""
        if template is None:
            near = self._near(parts)
            return _joined(_question(near), _about_values(near, sent)) or self._no_id(sent, parts)
        is_misspelt = path != f"/{'/'.join(sent)}"
        return _about_values(template, sent) or (_question(template) if is_misspelt else "")

    def _near(self, parts: Parts) -> str | None:
        if template := self._without.get(parts) or self._ends.get(_telling(parts)):
            return template
        for around, place in self._gaps(parts):
            if (word := nearest(parts[place], around)) is not None:
                return around[word]
        return None

    def _gaps(self, parts: Parts) -> Iterator[tuple[dict[str, str], int]]:
        for place in reversed(range(len(parts))):
            around = self._around.get((*parts[:place], "", *parts[place + 1 :]))
            if around:
                yield around, place

    def _no_id(self, sent: list[str], parts: Parts) -> str:
        """Of a path that would be one with an id in the place of a word."""
        for place in range(len(parts)):
            template = self._whole.get((*parts[:place], _ANY, *parts[place + 1 :]))
            if template is not None:
                return _about_values(template, sent)
        return ""


def _telling(parts: Parts) -> Parts:
    return tuple(dropwhile(_BEGINNINGS.__contains__, parts))


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _about_values(template: str | None, sent: list[str]) -> str:
    """What a parameter of the path takes, if what was sent in its place is something else."""
    # A beginning may have been left out.
    for part, value in zip(reversed((template or "").split("/")), reversed(sent), strict=False):
        declared = _PARAMETER.fullmatch(part)
        if declared and declared[2] == "uuid" and IdConverter().convert(value) is None:
            named = f"“{value}”" if len(value) <= LONGEST and value.isprintable() else "What was sent"
            return f"{named} is no id: ids are UUIDs, such as 0190f5a1-7c3e-7abc-8def-0123456789a0."
    return ""


def _question(template: str | None) -> str:
    if template is None:
        return ""
    path = _PARAMETER.sub(r"{\1}", template)
    return f"Did you mean {path}?"
