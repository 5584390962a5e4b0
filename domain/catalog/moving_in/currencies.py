"""Which currency an amount says it is in."""

import re

from domain.money import CURRENCIES

#: Currencies by the sign that stands for them, as far as that tells.
_SIGNS = {
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


def says_another(around: str, currency: str) -> str:
    """What stands around an amount, if it says another currency than this one; else nothing."""
    word = around.strip().casefold()
    if not word:
        return ""
    codes = {code.upper() for code in re.findall(r"\b[a-z]{3}\b", word)} & _KNOWN
    said = _SIGNS.get(word) or codes
    is_other = currency not in said if said else "$" in word and currency in _WITHOUT_DOLLARS
    return around.strip()[:10] if is_other else ""
