"""`mipos console`: a Python prompt with everything open."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

import ast
import code
import os
import pprint
import sys
from contextlib import suppress
from functools import partial
from typing import Any

import click

from infra.cli.companies import company_called
from infra.cli.prompt import Prompt
from infra.runtime.settings import load_settings

_BANNER = """\
MIPOS console, {mode}. Ctrl-D ends it.

  companies()                           every company there is
  use("Demo")                           ask about this one from here on; "platform" is the platform itself
  get("/api/admin/products?limit=3")    what the API answers to an admin of the company
  load("018f…")                         an aggregate as the log has it, by its id
  sql("SELECT count(*) FROM events")    rows, over all companies
  services                              all that is behind the API
{writing}
{company}"""
_WRITING = """\
  post(path, body), patch, put, delete  have the API do something; the history names nobody for it
"""


@click.command()
@click.option("--write", is_flag=True, help="Let what is typed change something, too.")
@click.pass_context
def console(context: click.Context, *, write: bool) -> None:
    """A Python prompt with the services open, beside a running MIPOS or over one that rests.

    It only reads unless --write is given: the database itself refuses all else. What comes through a pipe
    is run as it would be at the prompt, until something fails.

    \b
    Examples:
      mipos console
      mipos console --write
      echo 'get("/api/admin/stores")' | mipos console
    """
    parts = context.obj
    with Prompt(
        parts.addresses, load_settings(os.environ), partial(company_called, context), may_write=write
    ) as prompt:
        sys.displayhook = _shown
        if sys.stdin.isatty():
            _talk(prompt, write=write)
        else:
            _run(sys.stdin.read(), prompt.names())


def _talk(prompt: Prompt, *, write: bool) -> None:
    names = prompt.names()
    with suppress(ImportError):
        import readline  # noqa: PLC0415 - not every Python has it
        import rlcompleter  # noqa: PLC0415

        readline.set_completer(rlcompleter.Completer(names).complete)
        readline.parse_and_bind("tab: complete")
    company = f"It is about company {prompt.company}." if prompt.company else 'Begin with use("a company").'
    mode = "which may change things" if write else "reading only (--write lets it change things)"
    banner = _BANNER.format(mode=mode, writing=_WRITING if write else "", company=company)
    code.interact(banner=banner, local=names, exitmsg="")


def _run(text: str, names: dict[str, Any]) -> None:
    """Run what came through a pipe, statement by statement, and show what each expression is."""
    names["__name__"] = "__console__"
    try:
        statements = ast.parse(text, "<stdin>").body
        for statement in statements:
            exec(compile(ast.Interactive([statement]), "<stdin>", "single"), names)  # noqa: S102 it is what it is for
    except Exception as error:
        line = f"{type(error).__name__}: {error}".rstrip(": ")
        raise click.ClickException(line) from error


def _shown(value: object) -> None:
    """Show a value in full, in as many lines as it takes."""
    if isinstance(value, str):
        click.echo(value)
    elif value is not None:
        pprint.pp(value, width=100, sort_dicts=False)
