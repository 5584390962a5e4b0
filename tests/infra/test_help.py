"""`mipos … --help`: what every command says of itself."""

from collections.abc import Iterator, Sequence

import click
import pytest
from click.testing import CliRunner

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


def test_shows_each_example_on_a_line_of_its_own() -> None:
    result = CliRunner().invoke(cli, ["super-admin", "--help"])
    assert "mipos super-admin root@example.com" in [line.strip() for line in result.output.splitlines()]
