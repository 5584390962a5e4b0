"""Sentences with gaps: how one is written as data, and how it is told of an event.

`{price:money}` is a value and how it is written, `[ for {reason}]` is left out where a value in it is
missing, and of `[a|b]` the first is told that lacks nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from api.audit.stories.scene import Scene
from api.audit.stories.values import WAYS, written

_VALUE = re.compile(r"([a-z_][\w.]*)(?::([a-z_]+)(?: (.*))?)?\Z")
_TOKEN = re.compile(r"\{([^{}]*)\}|([\[\]|])|([^\[\]|{}]+)")


class NotASentence(Exception):
    """A sentence is not written as sentences are; the code is wrong."""


@dataclass(frozen=True)
class _Value:
    path: str
    way: str | None
    argument: str


@dataclass(frozen=True)
class _Choice:
    alternatives: tuple["_Parts", ...]


_Parts = tuple["str | _Value | _Choice", ...]


class _Missing(Exception):
    """A value is not there."""


def tell(sentence: str, scene: Scene) -> str:
    """The sentence with what the scene says in its gaps; a gap that nothing fills says so."""
    return "".join(_text_of(part, scene, is_optional=False) for part in _parsed(sentence))


def paths_in(sentence: str) -> Iterator[tuple[str, bool]]:
    """The paths that a sentence names, each with whether it can do without. Raises NotASentence."""
    yield from _paths(_parsed(sentence), is_optional=False)


def _paths(parts: _Parts, *, is_optional: bool) -> Iterator[tuple[str, bool]]:
    for part in parts:
        if isinstance(part, _Value):
            yield part.path, is_optional
        elif isinstance(part, _Choice):
            for alternative in part.alternatives:
                yield from _paths(alternative, is_optional=True)


def _text_of(part: "str | _Value | _Choice", scene: Scene, *, is_optional: bool) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, _Choice):
        return _chosen(part, scene)
    text = written(scene, scene.value_of(part.path), part.way, part.argument)
    if text is not None:
        return text
    if is_optional:
        raise _Missing
    return written(scene, None, "nothing", "") or ""


def _chosen(choice: _Choice, scene: Scene) -> str:
    for alternative in choice.alternatives:
        try:
            return "".join([_text_of(part, scene, is_optional=True) for part in alternative])
        except _Missing:
            continue
    return ""


@cache
def _parsed(sentence: str) -> _Parts:
    tokens = list(_TOKEN.finditer(sentence))
    if sum(len(token[0]) for token in tokens) != len(sentence):
        raise NotASentence(sentence)
    alternatives, rest = _alternatives(tokens, sentence)
    if rest or len(alternatives) != 1:
        raise NotASentence(sentence)
    return alternatives[0]


def _alternatives(tokens: list[re.Match[str]], sentence: str) -> tuple[list[_Parts], list[re.Match[str]]]:
    """The alternatives up to the bracket that closes them, and what follows from there."""
    found: list[list[str | _Value | _Choice]] = [[]]
    while tokens and tokens[0][2] != "]":
        token, tokens = tokens[0], tokens[1:]
        if token[2] == "[":
            inner, tokens = _alternatives(tokens, sentence)
            if not tokens:
                raise NotASentence(sentence)
            found[-1].append(_Choice(tuple(inner)))
            tokens = tokens[1:]
        elif token[2] == "|":
            found.append([])
        else:
            found[-1].append(token[3] or _value(token[1], sentence))
    return [tuple(parts) for parts in found], tokens


def _value(text: str, sentence: str) -> _Value:
    match = _VALUE.match(text)
    if match is None or (match[2] and match[2] not in WAYS):
        raise NotASentence(sentence)
    return _Value(match[1], match[2], match[3] or "")
