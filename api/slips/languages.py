"""The languages of what tills print: how figures and moments are written in each."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from domain.money import exponent

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PREFERENCE = re.compile(r"\s*([A-Za-z]{1,8})[-A-Za-z0-9]*\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{1,3})?))?\s*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """How figures are written. In `day_format` stand `day`, `month`, `year` and an English month's `name`."""

    code: str
    decimal_mark: str
    group_mark: str
    percent_sign: str
    day_format: str

    def money(self, amount: int, currency: str) -> str:
        """An amount of minor units in the currency's own, without the currency."""
        digits = exponent(currency)
        whole, rest = divmod(abs(amount), 10**digits)
        fraction = f"{self.decimal_mark}{rest:0{digits}d}" if digits else ""
        return f"{'-' if amount < 0 else ''}{self._grouped(f'{whole:,}')}{fraction}"

    def number(self, value: Decimal) -> str:
        """A quantity with the digits that say something."""
        whole, _, fraction = f"{value.normalize():f}".partition(".")
        written = self._grouped(f"{int(whole):,}")
        return f"{written}{self.decimal_mark}{fraction}" if fraction else written

    def tax(self, name: str, rate: Decimal) -> str:
        """A tax and its rate, which is written once if the name says it already."""
        percent = self.percent(rate)
        before, _, after = "".join(name.split()).rpartition("".join(percent.split()))
        says_it = not after and not before.endswith(tuple("0123456789.,"))
        return name if says_it else f"{name} {percent}"

    def percent(self, rate: Decimal) -> str:
        """A rate in percent."""
        return f"{self.number(rate)}{self.percent_sign}"

    def day(self, day: date) -> str:
        """A day."""
        return self.day_format.format(
            day=day.day, month=day.month, year=day.year, name=_MONTHS[day.month - 1]
        )

    def moment(self, local: datetime) -> str:
        """A day and the time of day, to the minute, by the clock of `local`."""
        return f"{self.day(local)} {local:%H:%M}"

    def _grouped(self, whole: str) -> str:
        return whole.replace(",", self.group_mark)


ENGLISH = Language(
    code="en", decimal_mark=".", group_mark=",", percent_sign="%", day_format="{day} {name} {year}"
)
GERMAN = Language(
    code="de",
    decimal_mark=",",
    group_mark=".",
    percent_sign="\u00a0%",
    day_format="{day:02}.{month:02}.{year}",
)
FRENCH = Language(
    code="fr",
    decimal_mark=",",
    group_mark="\u202f",
    percent_sign="\u00a0%",
    day_format="{day:02}/{month:02}/{year}",
)
LANGUAGES = {language.code: language for language in (ENGLISH, GERMAN, FRENCH)}


def language_of(
    name: str | None, accepted: str | None, among: Mapping[str, Language] = LANGUAGES
) -> Language:
    """The language that is named, such as `de` or `de-CH`, else the best of an Accept-Language header.

    English for who names none that there is.
    """
    for code in (*_codes(name or ""), *_codes(accepted or "")):
        if code in among:
            return among[code]
    return ENGLISH


def _codes(preferences: str) -> Iterator[str]:
    """The languages of such a header, the most wanted first; what is no language is passed over."""
    found = [
        (-float(match[2] or 1), place, match[1].lower())
        for place, part in enumerate(preferences.split(","))
        if (match := _PREFERENCE.match(part)) and float(match[2] or 1)
    ]
    return (code for _, _, code in sorted(found))
