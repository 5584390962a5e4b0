"""JSON as the literals of a language."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

_PLAIN_NAME = re.compile(r"[A-Za-z_]\w*\Z")
_WIDTH = 72

#: How a value that has no parts is written, and how the name of a field is.
Words = tuple[Callable[[Any], str], Callable[[str], str]]


def python_literal(value: Any, depth: int) -> str:
    """A value as Python writes it, its lines after the first at this depth."""
    return _written(value, depth, "    ", (_python_word, json.dumps))


def javascript_literal(value: Any, depth: int) -> str:
    """A value as JavaScript writes it."""
    return _written(value, depth, "  ", (_json_word, _property))


def _written(value: Any, depth: int, margin: str, words: Words) -> str:
    flat = _flat(value, words)
    if not isinstance(value, (dict, list)) or not value or len(flat) + depth * len(margin) <= _WIDTH:
        return flat
    if isinstance(value, dict):
        inner = [
            f"{words[1](name)}: {_written(one, depth + 1, margin, words)}" for name, one in value.items()
        ]
    else:
        inner = [_written(one, depth + 1, margin, words) for one in value]
    lines = "".join(f"{margin * (depth + 1)}{line},\n" for line in inner)
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    return f"{opening}\n{lines}{margin * depth}{closing}"


def _flat(value: Any, words: Words) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{words[1](name)}: {_flat(one, words)}" for name, one in value.items())
        # In JavaScript there is room within the braces.
        return f"{{ {inner} }}" if inner and words[1] is _property else f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{', '.join(_flat(one, words) for one in value)}]"
    return words[0](value)


def _json_word(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _python_word(value: Any) -> str:
    return _json_word(value) if isinstance(value, str) else repr(value)


def _property(name: str) -> str:
    return name if _PLAIN_NAME.match(name) else json.dumps(name)
