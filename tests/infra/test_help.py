"""`mipos … --help`: what every command says of itself."""

import re
from collections.abc import Iterator, Sequence

import click
import pytest
from click.testing import CliRunner

from infra.cli.catalogue import COMMANDS
from infra.cli.main import cli


def commands_below(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            if (subcommand := command.get_command(context, name)) is not None:
                yield from commands_below(subcommand, (*path, name))


@pytest.mark.parametrize("path", list(commands_below(cli)), ids=lambda path: " ".join(("mipos", *path)))
def test_is_written_for_people(path: Sequence[str]) -> None:
    result = CliRunner().invoke(cli, [*path, "--help"])
    assert result.exit_code == 0
    assert "\\" not in result.output


@pytest.mark.parametrize("path", list(commands_below(cli)), ids=lambda path: " ".join(("mipos", *path)))
def test_has_an_example(path: Sequence[str]) -> None:
    """A group shows how its commands are called, and a command how it is called itself."""
    said = CliRunner().invoke(cli, [*path, "--help"]).output
    assert re.search(rf"^ +.*\bmipos {' '.join(path)}".rstrip(), said.partition("Options:")[0], re.MULTILINE)


def test_lists_every_command_with_what_it_does() -> None:
    said = CliRunner().invoke(cli, ["--help"]).output
    lines = {line.split()[0]: line for line in said.splitlines() if line.startswith("  ") and line.strip()}
    assert COMMANDS.keys() <= lines.keys()
    assert all(entry.help in lines[name] for name, entry in COMMANDS.items())
    assert "./mipos test-faults" in said


def test_commands_are_called_what_they_are_listed_as() -> None:
    context = click.Context(cli)
    named = {name: command.name for name in COMMANDS if (command := cli.get_command(context, name))}
    assert named == {name: name for name in COMMANDS}


def test_shows_each_example_on_a_line_of_its_own() -> None:
    result = CliRunner().invoke(cli, ["super-admin", "--help"])
    assert "mipos super-admin root@example.com" in [line.strip() for line in result.output.splitlines()]


def test_a_command_that_there_is_not_names_the_nearest() -> None:
    assert "Did you mean `routes`?" in CliRunner().invoke(cli, ["rout"]).output
    assert "Did you mean" not in CliRunner().invoke(cli, ["nonsense"]).output
