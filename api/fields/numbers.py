"""Numbers: whole ones, amounts of money, exact decimals, and true or false."""

import re
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate

from api.fields.body import Described

MAX_AMOUNT = 2**53
# More places than count, or a comma before them.
_PLACES = re.compile(r"-?[0-9]{1,12}(?P<mark>[.,])(?P<part>[0-9]{1,40})\Z")
_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,5})?\Z")
# A price as people write it.
_IN_MAJOR_UNITS = re.compile(r"-?[0-9]{1,12}(?:[.,][0-9]{1,2})?\Z")
_WHOLE = re.compile(r"-?[0-9]{1,20}\Z")


class Whole(Described, fields.Integer):
    """A whole number, in a query as its digits; true and 1.0 are none."""

    def __init__(self, *, least: int | None = None, most: int | None = None, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(min=least, max=most), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if not is_number and not (isinstance(value, str) and _WHOLE.match(value)):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


class SignedMoney(Whole):
    """An amount in minor currency units, a number of JSON and never its digits as text."""

    def __init__(self, *, least: int = -MAX_AMOUNT, **kwargs: Any) -> None:
        super().__init__(least=least, most=MAX_AMOUNT, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, int):
            raise ValidationError(_in_minor_units(value))
        return super()._deserialize(value, attr, data, **kwargs)


def _in_minor_units(value: Any) -> str:
    """What somebody may have meant who sent no whole number; how many places the currency has, they know."""
    text = repr(value) if isinstance(value, float) else value
    if not isinstance(text, str) or not _IN_MAJOR_UNITS.match(text):
        return "Must be a whole number of the currency's minor unit, such as 249 for 2.49."
    whole, _, part = text.replace(",", ".").partition(".")
    if not part:
        return f"Must be a number, not a text, in the currency's minor unit: {whole}."
    cents = int(whole + part.ljust(2, "0"))
    return f"Must be a whole number of the currency's minor unit: {cents} for {text}, if it has two places."


class Money(SignedMoney):
    """An amount in minor currency units, not below zero."""

    def __init__(self, *, least: int = 0, **kwargs: Any) -> None:
        super().__init__(least=least, **kwargs)


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
            raise ValidationError(self._what_is_wrong_with(text))
        number = Decimal(text)
        if self.above is not None and number <= self.above:
            raise ValidationError(f"Must be greater than {self.above}.")
        if self.least is not None and number < self.least:
            raise ValidationError(f"Must be at least {self.least}.")
        if number > self.most:
            raise ValidationError(f"Must be at most {self.most}.")
        # Nothing in the trade is "-0".
        return number or number.copy_abs()

    def _what_is_wrong_with(self, text: str) -> str:
        places = _PLACES.match(text)
        if places is None:
            return str(self.error_messages["invalid"])
        if places["mark"] == ",":
            return "Must be written with a point, such as 1.5."
        return f"Must have 5 decimal places at most, and has {len(places['part'])}."


class Quantity(Exact):
    """A quantity above zero."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(above=0, most=1_000_000_000, **kwargs)


class Change(Exact):
    """A quantity by which something rises, or falls (below zero)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(least=-1_000_000_000, most=1_000_000_000, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        change = super()._deserialize(value, attr, data, **kwargs)
        if not change:
            raise ValidationError("Must not be zero.")
        return change


class Percent(Exact):
    """A percentage from 0 to 100."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(least=0, most=100, **kwargs)


class Flag(Described, fields.Boolean):
    """true or false, nothing that merely looks like it."""

    default_error_messages = {"invalid": "Must be true or false."}  # noqa: RUF012 as marshmallow has it

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value not in ("true", "false") and not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)
