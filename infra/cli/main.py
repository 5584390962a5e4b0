"""The command line: what there is, and how a person is told what went wrong."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

import sys
from difflib import get_close_matches
from importlib import import_module

import click
import psycopg

from infra.cli.catalogue import COMMANDS, OF_THE_PROJECT, SECTIONS
from infra.cli.parts import Parts
from infra.postgres.embedded import EmbeddedServerError
from infra.postgres.installation import DatabaseUnfit
from infra.process.logs import configure_logs
from infra.process.memory import do_without_algebra_threads
from infra.process.signals import ended_at_once
from infra.process.supervisor import PortTaken
from infra.runtime.settings import SettingsError

#: How a shell calls a program that was ended by Ctrl-C.
INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group that loads a command's module when that command is called, so that help stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order in which help shows them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].target.partition(":")
        with ended_at_once():
            command: click.Command = getattr(import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is asked for; if there is none, the nearest is named."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as wrong:
            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean `{near[0]}`?" if near else ""
            raise click.UsageError(f"{wrong.message}{hint}", ctx) from wrong

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by what they are for, without loading them."""
        del ctx
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, entry.help) for name, entry in commands.items()])
        with formatter.section("Work on it"):
            formatter.write_dl(list(OF_THE_PROJECT.items()))


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="mipos")
@click.pass_context
def cli(context: click.Context) -> None:
    """MIPOS, a point-of-sale back end that an auditor can replay.

    \b
    Examples:
      mipos up                                   everything, with a demo company, on http://127.0.0.1:3000
      MIPOS_DEMO=no mipos up                     the same for a shop of your own
      mipos super-admin you@example.com          who may then make companies
      mipos routes refund                        what the API can be asked about refunds
      mipos doctor                               is all well?
      mipos backup /backups/shop                 while the shop sells
      mipos COMMAND --help                       each command with its options and examples
    """
    context.obj = Parts(context)


def _log_to_standard_error() -> None:
    """Have what a command's parts log masked, too, and out of the way of what it answers with."""
    configure_logs("warning", sys.stderr.buffer)


def main() -> None:
    """Run the command line; whatever a person can mend is told in a sentence."""
    do_without_algebra_threads()
    if not {"-h", "--help"} & set(sys.argv):
        _log_to_standard_error()
    try:
        sys.exit(cli.main(prog_name="mipos", standalone_mode=False))
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nmipos: stopped.", err=True)
        sys.exit(INTERRUPTED)
    except (SettingsError, PortTaken, EmbeddedServerError, DatabaseUnfit) as wrong:
        click.echo(f"mipos: {wrong}", err=True)
        sys.exit(1)
    except psycopg.OperationalError as wrong:
        click.echo(f"mipos: The database cannot be reached: {str(wrong).splitlines()[0]}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
