"""Names and passwords that are given to a command."""

import sys
import warnings
from getpass import GetPassWarning

import click
from argon2 import PasswordHasher

from domain.passwords import check_password

_LONGEST_NAME = 200


def check_username(username: str) -> str:
    """The name as it is used. Fails for one that nobody could have."""
    name = username.strip()
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        message = f"A user name has 1 to {_LONGEST_NAME} characters."
        raise click.BadParameter(message, param_hint="USERNAME")
    return name


def check_title(name: str, option: str) -> str:
    """The name of a company as it is used. Fails for one that none could have."""
    title = name.strip()
    if not 0 < len(title) <= _LONGEST_NAME or not title.isprintable():
        message = f"A company's name has 1 to {_LONGEST_NAME} characters."
        raise click.BadParameter(message, param_hint=option)
    return title


def given_password(username: str, *, from_stdin: bool) -> str:
    """The password of that user, from standard input or as it is typed. Raises WeakPassword."""
    password = sys.stdin.readline().rstrip("\r\n") if from_stdin else _typed_password()
    check_password(password, username)
    return password


def hash_of(password: str) -> str:
    """What is kept of it."""
    return PasswordHasher().hash(password)


def _typed_password() -> str:
    """What is typed at a terminal. Fails where there is none, where it could be read along."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", GetPassWarning)
        try:
            password: str = click.prompt("Password", hide_input=True, confirmation_prompt="The same again")
        except GetPassWarning:
            message = "Nobody can be asked here; --password-stdin reads the password from standard input."
            raise click.ClickException(message) from None
    return password
