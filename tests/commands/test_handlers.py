"""Every handler is tried, and can be run by what a request gets."""

import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from inspect import isfunction, signature
from typing import Any

import commands
from tests.commands.scenario import HANDLERS


def handlers() -> Iterator[Callable[..., Any]]:
    """Every public function of the commands that takes a command and a unit of work."""
    for module in pkgutil.walk_packages(commands.__path__, "commands."):
        for name, thing in vars(import_module(module.name)).items():
            own = isfunction(thing) and thing.__module__ == module.name and not name.startswith("_")
            if own and list(signature(thing).parameters) == ["command", "work"]:
                yield thing


def test_scenarios_know_every_handler() -> None:
    assert set(handlers()) == set(HANDLERS.values())
