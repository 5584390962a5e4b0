"""What is asked of who signs in, stays signed in, or sets a password."""

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import ValidationError, validates_schema

from api.answers import meanings_of
from api.auth.answers import LoginAnswer, UserAnswer
from api.fields import Body, Secret, Text
from api.users.input import new_password

_LOGIN_NAME = meanings_of(UserAnswer)["username"]


class LoginBody(Body):
    """A user name and a password."""

    username = Text(shortest=1, longest=200, required=True, **_LOGIN_NAME)
    password = Secret(
        required=True,
        meaning="As it was set last; whoever is wrong too often waits (`429`).",
        example="correct horse battery staple",
    )


class RefreshBody(Body):
    """The refresh token that the last sign-in or refresh gave."""

    refresh_token = Secret(required=True, **meanings_of(LoginAnswer)["refresh_token"])


class PasswordChangeBody(Body):
    """The password as it is, and as it shall be."""

    current_password = Secret(
        required=True, meaning="The password until now.", example="correct horse battery staple"
    )
    new_password = new_password()


class PinBody(Body):
    """The password, and a pin to approve with from now on."""

    current_password = Secret(
        required=True,
        meaning="That of whoever asks: a pin is set by nobody else.",
        example="correct horse battery staple",
    )
    pin = Secret(required=True, meaning="4 to 8 digits.", example="7306")


class ForgottenBody(Body):
    """Whose password was forgotten; an email is looked for among the user names."""

    example: ClassVar[Mapping[str, Any] | None] = {"username": "admin@demo.local"}

    username = Text(shortest=1, longest=200, meaning="The name to sign in with.", example="admin@demo.local")
    email = Text(
        shortest=1,
        longest=200,
        meaning="The name to sign in with, if that is an e-mail address.",
        example="admin@demo.local",
    )

    @validates_schema
    def check_one(self, body: dict[str, Any], **_: Any) -> None:
        """Raise ValidationError unless exactly one of them is there."""
        if len(body) != 1:
            message = "Either a user name or an email." if body else "A user name or an email is needed."
            raise ValidationError({"username": [message]})


class PasswordResetBody(Body):
    """The token that was sent, and the password as it shall be."""

    token = Secret(required=True, meaning="The token that was sent.", example="WrbGomDsSlywyWoaKn1MEQ…")
    new_password = new_password()
