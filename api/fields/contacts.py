"""How somebody is reached and taxed: telephone numbers, countries, tax numbers."""

import re
from typing import Any

from marshmallow import ValidationError

from api.fields.texts import Text
from domain.countries import COUNTRIES
from domain.phones import is_phone

_TAX_NUMBER = re.compile(r"(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9 ./-]*\Z")


class Phone(Text):
    """A telephone number, grouped in any way: digits, blanks, brackets, dots, dashes, a plus before them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=40, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        number = super()._deserialize(value, attr, data, **kwargs)
        if not is_phone(number):
            raise ValidationError("Not a telephone number, such as +1 555 0100.")
        return number


class Country(Text):
    """A country by its code of two letters (ISO 3166), in either letter case."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        code: str = super()._deserialize(value, attr, data, **kwargs).upper()
        if code not in COUNTRIES:
            raise ValidationError("Not a country code of ISO 3166, such as DE.")
        return code


class TaxNumber(Text):
    """A number that somebody is taxed under: letters and at least one digit, grouped in any way."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=40, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        number = super()._deserialize(value, attr, data, **kwargs)
        if not _TAX_NUMBER.match(number):
            raise ValidationError("Not a tax number, such as DE811907980.")
        return number
