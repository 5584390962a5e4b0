"""`mipos super-admin`: who runs the platform."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

from contextlib import closing

import click

from commands.companies import AppointSuperAdmin, appoint_super_admin
from commands.outcomes import Response
from commands.ports import Caller
from domain.companies import PLATFORM_ID
from domain.errors import Refusal
from domain.users import User
from infra.cli.passwords import check_username, given_password, hash_of
from infra.postgres.pool import RequestPool
from infra.runtime.services import make_application


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
            has_existed = appoint(pool, name, password)
    except Refusal as refusal:
        messages = [detail["message"] for detail in refusal.details]
        raise click.ClickException(" ".join([refusal.message, *messages])) from refusal
    click.echo(f"{name} has a new password." if has_existed else f"{name} is a super admin now.")


def appoint(pool: RequestPool, username: str, password: str) -> bool:
    """Make the user a super admin with this password; whether they were one before.

    Raises DuplicateUsername when somebody else has the name.
    """
    answers: list[bool] = []

    def present(person: User) -> Response:
        answers.append(person.version > 1)
        return Response(200, None, b"")

    operator = Caller(company_id=PLATFORM_ID, user_id=None)
    command = AppointSuperAdmin(username=username, password_hash=hash_of(password))
    make_application(pool).run(operator, appoint_super_admin, command, present)
    return answers[-1]
