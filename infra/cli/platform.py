"""`mipos super-admin`: who runs the platform."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

from contextlib import closing

import click

from domain.errors import Refusal
from infra.cli.admins import appoint_for_platform
from infra.cli.passwords import check_username, given_password


@click.command("super-admin")
@click.argument("username")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, as one line.")
@click.pass_context
def super_admin(context: click.Context, username: str, *, password_stdin: bool) -> None:
    """Let somebody run the platform, or give them another password.

    A super admin looks after companies and packages. One who has the name already is let in again under the
    new password, and signed out everywhere.

    \b
    Examples:
      mipos super-admin root@example.com
      pass mipos/root | mipos super-admin root@example.com --password-stdin
    """
    name = check_username(username)
    try:
        password = given_password(name, from_stdin=password_stdin)
        with closing(context.obj["app_pool"]()) as pool:
            has_existed = appoint_for_platform(pool, name, password)
    except Refusal as refusal:
        messages = [detail["message"] for detail in refusal.details]
        raise click.ClickException(" ".join([refusal.message, *messages])) from refusal
    click.echo(f"{name} has a new password." if has_existed else f"{name} is a super admin now.")
