"""Which currency an amount says it is in."""

import re
from collections.abc import Collection, Mapping

from domain.money import CURRENCIES

#: Currencies by the sign that stands for them, as far as that tells.
_SIGNS: Mapping[str, Collection[str]] = {
    "€": {"EUR"},
    "£": {"GBP", "EGP", "GIP", "FKP", "SHP", "LBP", "SDG", "SSP", "SYP"},
    "¥": {"JPY", "CNY"},
    "₹": {"INR"},
    "₺": {"TRY"},
    "₽": {"RUB"},
    "₩": {"KRW", "KPW"},
    "₪": {"ILS"},
    "₫": {"VND"},
    "₱": {"PHP"},
    "฿": {"THB"},
    "₦": {"NGN"},
    "₴": {"UAH"},
    "zł": {"PLN"},
    "kč": {"CZK"},
    "r$": {"BRL"},
    "a$": {"AUD"},
    "au$": {"AUD"},
    "c$": {"CAD"},
    "ca$": {"CAD"},
    "hk$": {"HKD"},
    "nz$": {"NZD"},
    "nt$": {"TWD"},
    "s$": {"SGD"},
    "us$": {"USD"},
    "mx$": {"MXN"},
    "kr": {"SEK", "NOK", "DKK", "ISK"},
    "fr": {"CHF"},
    "lei": {"RON", "MDL"},
    "rs": {"INR", "PKR", "LKR", "NPR", "MUR"},
    "rp": {"IDR"},
}
#: Where nobody writes a dollar for their own money.
_WITHOUT_DOLLARS = frozenset(
    [
        "EUR",
        "GBP",
        "JPY",
        "CNY",
        "INR",
        "TRY",
        "RUB",
        "KRW",
        "ILS",
        "CHF",
        "SEK",
        "NOK",
        "DKK",
        "PLN",
        "CZK",
        "HUF",
        "THB",
    ]
)
_KNOWN = frozenset(CURRENCIES)
#: What stands between a currency and what the price is of, as in €/kg.
_BETWEEN = re.compile(r"[\s/()*]+")


def says_another(around: str, currency: str) -> str:
    """What stands around an amount, if it says another currency than this one; else nothing."""
    words = [word.rstrip(".") for word in _BETWEEN.split(around.casefold())]
    said = _KNOWN.intersection(word.upper() for word in words).union(
        *(_SIGNS.get(word, ()) for word in words)
    )
    is_other = currency not in said if said else "$" in around and currency in _WITHOUT_DOLLARS
    return around.strip()[:10] if is_other else ""
