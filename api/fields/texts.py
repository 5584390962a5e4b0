"""Texts: names, codes, words to choose from, secrets."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from zoneinfo import available_timezones

from marshmallow import ValidationError, fields, validate

from api.fields.body import Described
from domain.emails import LONGEST, is_address
from domain.money import UnknownCurrency, exponent
from domain.names import is_deceptive, is_one_line, is_visible

NO_PERMISSIONS: Mapping[str, str] = MappingProxyType({})
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Text(Described, fields.String):
    """Text without control characters, trimmed at both ends. `longest` is in characters.

    One of which a character must be there says something that can be seen.
    """

    def __init__(self, *, shortest: int = 0, longest: int = 1000, **kwargs: Any) -> None:
        self._is_seen = shortest > 0
        super().__init__(validate=validate.Length(min=shortest, max=longest), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        del attr, data, kwargs
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if _CONTROL.search(value):
            raise ValidationError("Must not hold control characters.")
        text = value.strip()
        if self._is_seen and text and not is_visible(text):
            raise ValidationError("Must hold something that can be seen.")
        return text


def optional(longest: int = 500, **kwargs: Any) -> Text:
    """A text that may be left out."""
    return Text(longest=longest, allow_none=True, load_default=None, **kwargs)


class Choice(Described, fields.String):
    """One of a few words; `permissions` are those that some of them take."""

    def __init__(self, *words: str, permissions: Mapping[str, str] = NO_PERMISSIONS, **kwargs: Any) -> None:
        kwargs["meaning"] = " ".join([kwargs.get("meaning", ""), *map(_taken, permissions.items())]).strip()
        super().__init__(validate=validate.OneOf(words), **kwargs)
        self.words = words
        self.permissions = permissions


def _taken(choice: tuple[str, str]) -> str:
    word, permission = choice
    return f"`{word}` takes `{permission}`."


def ordered_by(*figures: str, permission: str) -> dict[str, str]:
    """What it takes to sort by these figures, either way: who sees none must not learn their order."""
    return {sign + figure: permission for figure in figures for sign in ("", "-")}


class Secret(Described, fields.String):
    """A password or a token: never trimmed, at most 1000 characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(max=1000), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


class Name(Text):
    """A name of 1 to 200 characters on one line, which reads as it is written."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(shortest=1, longest=200, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        name = super()._deserialize(value, attr, data, **kwargs)
        if is_deceptive(name):
            raise ValidationError("Must not hold what turns the direction of writing around.")
        if not is_one_line(name):
            raise ValidationError("Must be on one line.")
        return name


class Code(Text):
    """A short code of letters, digits, dot, dash and underscore."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        code = super()._deserialize(value, attr, data, **kwargs)
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,40}", code):
            raise ValidationError("Must be 1 to 40 letters, digits, dots, dashes or underscores.")
        return code


class Email(Text):
    """Exactly one e-mail address."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=LONGEST, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        address = super()._deserialize(value, attr, data, **kwargs)
        if not is_address(address):
            raise ValidationError("Not an e-mail address, such as office@shop.example.")
        return address


class Timezone(Text):
    """A zone of the IANA database, such as `Europe/Berlin`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        zone = super()._deserialize(value, attr, data, **kwargs)
        if zone not in _zones():
            raise ValidationError("Not a time zone of the IANA database.")
        return zone


class Currency(Text):
    """A currency code of ISO 4217."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        code = super()._deserialize(value, attr, data, **kwargs)
        try:
            exponent(code)
        except UnknownCurrency as refusal:
            raise ValidationError(refusal.message) from None
        return code


_zone_names: set[str] = set()


def _zones() -> set[str]:
    """The names of all zones, read from the disk once."""
    if not _zone_names:
        # What a machine calls its own zone is another one on the next machine.
        _zone_names.update(available_timezones() - {"localtime", "Factory", "posixrules"})
    return _zone_names
