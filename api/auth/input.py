"""What is asked of who signs in, stays signed in, or sets a password."""

from typing import Any

from marshmallow import ValidationError, validates_schema

from api.fields import Body, Secret, Text


class LoginBody(Body):
    """A user name and a password."""

    username = Text(shortest=1, longest=200, required=True)
    password = Secret(required=True)


class RefreshBody(Body):
    """The refresh token that the last sign-in or refresh gave."""

    refresh_token = Secret(required=True)


class PasswordChangeBody(Body):
    """The password as it is, and as it shall be."""

    current_password = Secret(required=True)
    new_password = Secret(required=True)


class ForgottenBody(Body):
    """Whose password was forgotten; an email is looked for among the user names."""

    username = Text(shortest=1, longest=200)
    email = Text(shortest=1, longest=200)

    @validates_schema
    def check_one(self, given: dict[str, Any], **_: Any) -> None:
        """Raise ValidationError unless exactly one of them is there."""
        if len(given) != 1:
            message = "Either a user name or an email." if given else "A user name or an email is needed."
            raise ValidationError({"username": [message]})


class PasswordResetBody(Body):
    """The token that was sent, and the password as it shall be."""

    token = Secret(required=True)
    new_password = Secret(required=True)
