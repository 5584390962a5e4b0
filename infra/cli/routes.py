"""`mipos routes`: what the API can be asked, without starting anything."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

import json
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

import click

from api.app import create_app
from api.openapi.document import Route, routes_of
from api.services import Services

#: From what only looks to what takes away.
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@click.command()
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option("--json", "as_json", is_flag=True, help="For machines, with everything that is listed.")
def routes(words: tuple[str, ...], *, as_json: bool) -> None:
    """List the routes of the API: method, path, who may ask, and what for.

    Of several words each has to stand somewhere in the line, in any letter case. A permission is a key of
    PERMISSIONS.md; `public` is for anyone, `signed in` for whoever is. No database is needed.

    \b
    Examples:
      mipos routes
      mipos routes refund
      mipos routes post inventory
      mipos routes --json orders.refund
    """
    found = [route for route in _in_order() if _has(route, words)]
    if as_json:
        click.echo(json.dumps([_as_json(route) for route in found], indent=2, ensure_ascii=False))
        return
    if not found:
        raise click.ClickException(f"No route has {' and '.join(words)} in it; `mipos routes` lists all.")
    click.echo_via_pager(_table(found)) if _is_long(found) else click.echo(_table(found), nl=False)


def _in_order() -> list[Route]:
    # Nothing is asked of what stands behind the API: its declarations are all that is looked at.
    nothing = cast("Any", None)
    services = Services(
        application=nothing,
        authentication=nothing,
        health=nothing,
        pictures=nothing,
        now=lambda: datetime.now(UTC),
    )
    return sorted(routes_of(create_app(services)), key=lambda one: (one.path, _METHODS.index(one.method)))


def _as_json(route: Route) -> dict[str, Any]:
    operation = route.operation
    return {
        "method": route.method,
        "path": route.path,
        "permission": operation.permission,
        "alternatives": list(operation.alternatives),
        "operation": operation.summary,
    }


def _has(route: Route, words: Sequence[str]) -> bool:
    line = " ".join(_columns(route)).lower()
    return all(word.lower() in line for word in words)


def _columns(route: Route) -> tuple[str, str, str, str]:
    operation = route.operation
    permission = " | ".join((operation.permission, *operation.alternatives))
    return route.method, route.path, permission, operation.summary


def _table(found: Sequence[Route]) -> str:
    rows = [_columns(route) for route in found]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = (
        "  ".join((*(text.ljust(width) for text, width in zip(row[:3], widths, strict=True)), row[3]))
        for row in rows
    )
    return "\n".join(lines) + "\n"


def _is_long(found: Sequence[Route]) -> bool:
    """Whether somebody looks at it who would see its end only."""
    return sys.stdout.isatty() and len(found) >= shutil.get_terminal_size().lines
