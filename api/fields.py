"""The fields of requests and answers: what a valid name, amount, quantity or time looks like."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from api.answers import FieldWithoutMeaning
from domain.money import UnknownCurrency, exponent

MAX_AMOUNT = 2**53
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,5})?\Z")
_WHOLE = re.compile(r"-?[0-9]{1,20}\Z")
# Nothing in the trade is older, and the first days of the calendar have no local time in every zone.
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


#: An object with so many more fields than it can have is not looked at any further.
MOST_UNKNOWN = 20
#: After so many wrong members the others of a list are not looked at.
MOST_WRONG = 100


class Body(Schema):
    """A request's body or parameters: unknown fields are refused, and every wrong field is named."""

    class Meta:
        """Refuse what we do not know."""

        unknown = RAISE

    def load(self, data: Any, **kwargs: Any) -> Any:
        """Validate. Collecting errors takes the square of their number, so it is looked at first."""
        if isinstance(data, Mapping) and len(data) > len(self.fields) + MOST_UNKNOWN:
            wrong = [self.error_messages["unknown"]]
            raise ValidationError(dict.fromkeys(data.keys() - self.fields.keys(), wrong))
        return super().load(data, **kwargs)


class Described:
    """A field that says what it means: `Name(meaning="What it is called.", example="Till 1")`."""

    def __init__(
        self,
        *args: Any,
        meaning: str = "",
        example: Any = None,
        metadata: Mapping[str, Any] | None = None,
        is_confidential: bool = False,
        **kwargs: Any,
    ) -> None:
        told = {"description": meaning or None, "examples": None if example is None else [example]}
        known = {name: value for name, value in told.items() if value is not None}
        #: Whether it tells what not everybody may see; whoever repeats it must not learn that it is right.
        self.is_confidential = is_confidential
        # It stands before marshmallow's own classes, which take this.
        super().__init__(*args, metadata={**known, **(metadata or {})}, **kwargs)  # type: ignore[call-arg]


def check_descriptions(schema: Schema) -> None:
    """Raise FieldWithoutMeaning unless every field of a schema, at any depth, says what it means."""
    for name, field in schema.fields.items():
        if not field.metadata.get("description"):
            raise FieldWithoutMeaning(f"{type(schema).__name__}.{name} says no meaning.")
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            check_descriptions(inner.schema)


class Many(Described, fields.List[Any]):
    """A list of at most `longest` members, which is looked at before they are."""

    def __init__(self, inner: fields.Field[Any], *, longest: int, shortest: int = 0, **kwargs: Any) -> None:
        self._length = validate.Length(min=shortest, max=longest)
        super().__init__(inner, validate=self._length, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        del attr, data
        if not isinstance(value, list):
            raise self.make_error("invalid")
        self._length(value)
        members, wrong = [], {}
        for place, member in enumerate(value):
            try:
                members.append(self.inner.deserialize(member, **kwargs))
            except ValidationError as error:
                wrong[place] = error.messages
                if len(wrong) == MOST_WRONG:
                    break
        if wrong:
            raise ValidationError(wrong)
        return members


class Text(Described, fields.String):
    """Text without control characters, trimmed at both ends. `longest` is in characters."""

    def __init__(self, *, shortest: int = 0, longest: int = 1000, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(min=shortest, max=longest), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        del attr, data, kwargs
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if _CONTROL.search(value):
            raise ValidationError("Must not hold control characters.")
        return value.strip()


def optional(longest: int = 500, **kwargs: Any) -> Text:
    """A text that may be left out."""
    return Text(longest=longest, allow_none=True, load_default=None, **kwargs)


class Choice(Described, fields.String):
    """One of a few words."""

    def __init__(self, *words: str, **kwargs: Any) -> None:
        super().__init__(validate=validate.OneOf(words), **kwargs)
        self.words = words


class Object(Described, fields.Nested):
    """The fields of another schema."""


class Secret(Described, fields.String):
    """A password or a token: never trimmed, at most 1000 characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(max=1000), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


class Name(Text):
    """A name of 1 to 200 characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(shortest=1, longest=200, **kwargs)


class Code(Text):
    """A short code of letters, digits, dot, dash and underscore."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        code = super()._deserialize(value, attr, data, **kwargs)
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,40}", code):
            raise ValidationError("Must be 1 to 40 letters, digits, dots, dashes or underscores.")
        return code


class Email(Text):
    """An e-mail address: something on both sides of one @, without white space."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=254, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        address = super()._deserialize(value, attr, data, **kwargs)
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
            raise ValidationError("Not an e-mail address.")
        return address


class Whole(Described, fields.Integer):
    """A whole number, in a query as its digits; true and 1.0 are none."""

    def __init__(self, *, least: int | None = None, most: int | None = None, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(min=least, max=most), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if not is_number and not (isinstance(value, str) and _WHOLE.match(value)):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


class Money(Whole):
    """An amount in minor currency units, not below zero."""

    def __init__(self, *, least: int = 0, **kwargs: Any) -> None:
        super().__init__(least=least, most=MAX_AMOUNT, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, int):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


class Exact(Described, fields.Field[Decimal]):
    """A decimal number of at most 5 places, sent as a string (`"0.375"`) or a number."""

    default_error_messages = {  # noqa: RUF012
        "invalid": "Not a valid decimal number of at most 12 digits and 5 places."
    }

    def __init__(
        self, *, above: int | None = None, least: int | None = None, most: int, **kwargs: Any
    ) -> None:
        self.above, self.least, self.most = above, least, most
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        del attr, data, kwargs
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise self.make_error("invalid")
        # A small JSON number such as 0.00001 must not turn into an exponent.
        text = format(Decimal(repr(value)), "f") if isinstance(value, float) else str(value)
        if not _DECIMAL.match(text):
            raise self.make_error("invalid")
        number = Decimal(text)
        if self.above is not None and number <= self.above:
            raise ValidationError(f"Must be greater than {self.above}.")
        if self.least is not None and number < self.least:
            raise ValidationError(f"Must be at least {self.least}.")
        if number > self.most:
            raise ValidationError(f"Must be at most {self.most}.")
        # Nothing in the trade is "-0".
        return number or number.copy_abs()


class Quantity(Exact):
    """A quantity above zero."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(above=0, most=1_000_000_000, **kwargs)


class Percent(Exact):
    """A percentage from 0 to 100."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(least=0, most=100, **kwargs)


class Moment(Described, fields.AwareDateTime):
    """A time, ISO 8601 with a zone, kept in UTC; from the year 1900 on."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        moment: datetime = super()._deserialize(value, attr, data, **kwargs)
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE) from None
        if moment < _EARLIEST:
            raise ValidationError("Must not lie before the year 1900.")
        return moment


class Day(Described, fields.Date):
    """A date, YYYY-MM-DD and nothing else that ISO 8601 allows."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not _DAY.match(value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return super()._deserialize(value, attr, data, **kwargs)


class Timezone(Text):
    """A zone of the IANA database, such as `Europe/Berlin`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        zone = super()._deserialize(value, attr, data, **kwargs)
        if zone not in _zones():
            raise ValidationError("Not a time zone of the IANA database.")
        return zone


class DayCut(Text):
    """A time of day, HH:MM."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
            raise ValidationError("Must be a time of day, HH:MM.")
        return text


class Currency(Text):
    """A currency code of ISO 4217."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        code = super()._deserialize(value, attr, data, **kwargs)
        try:
            exponent(code)
        except UnknownCurrency as refusal:
            raise ValidationError(refusal.message) from None
        return code


class Flag(Described, fields.Boolean):
    """true or false, nothing that merely looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value not in ("true", "false") and not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class File(Described, fields.Field[bytes]):
    """The bytes of a file within a form. `longest` is in bytes, `media_types` are what it may be."""

    def __init__(self, *, longest: int, media_types: tuple[str, ...], **kwargs: Any) -> None:
        self.longest, self.media_types = longest, media_types
        super().__init__(**kwargs)


class Id(Described, fields.UUID):
    """A UUID."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("invalid_uuid")
        return super()._deserialize(value, attr, data, **kwargs)


class OwnId(Id):
    """A UUID of the client's own making; not the nil UUID, which stands for nothing at all."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        own = super()._deserialize(value, attr, data, **kwargs)
        if own.int == 0:
            raise ValidationError("The nil UUID names nothing.")
        return own


_zone_names: set[str] = set()


def _zones() -> set[str]:
    """The names of all zones, read from the disk once."""
    if not _zone_names:
        # What a machine calls its own zone is another one on the next machine.
        _zone_names.update(available_timezones() - {"localtime", "Factory", "posixrules"})
    return _zone_names
