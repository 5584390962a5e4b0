"""The statements of the product as they are sent: constants of its modules, composed of their fragments."""

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import ModuleType
from typing import Any

from psycopg import sql

import infra
import projections

#: Benchmarks compare with foreign SQL, the source of an import is no database of ours, and what sends traces
#: has no statements and needs an extra.
_FOREIGN = re.compile(r"infra\.(bench|showcase\.complete_journey\.source|runtime\.opentelemetry)\b")
_STATEMENT = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s")


def is_statement(text: str) -> bool:
    """Whether a text reads or writes rows."""
    return _STATEMENT.match(text) is not None


@cache
def statements() -> Mapping[str, str]:
    """Every statement that reads or writes rows, each with a module that has it and its name there."""
    by_text: dict[str, str] = {}
    for module in _modules():
        for name, value in vars(module).items():
            for text in filter(is_statement, _texts(value, module.__name__)):
                by_text.setdefault(text, f"{module.__name__}.{name}")
    return by_text


def _modules() -> Iterator[ModuleType]:
    for package in (projections, infra):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not _FOREIGN.match(module.name):
                yield importlib.import_module(module.name)


def _texts(value: Any, module: str) -> Iterator[str]:
    """The texts in a value of a module, its classes' too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, sql.Composable):
        yield value.as_string()
    elif isinstance(value, Mapping):
        yield from _texts(tuple(value.values()), module)
    elif isinstance(value, tuple | list | set | frozenset):
        for one in value:
            yield from _texts(one, module)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _texts(tuple(getattr(value, one.name) for one in fields(value)), module)
    elif isinstance(value, type) and value.__module__ == module:
        yield from _texts(tuple(vars(value).values()), module)
