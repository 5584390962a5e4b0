"""Numbers that are known by their check digits: of cards, and of bank accounts."""

import re

#: How many digits the number of a card has.
_SHORTEST_CARD, _LONGEST_CARD = 13, 19
#: Numbers of payment cards begin so; moments that are written as digits begin with 1 or 20.
_ISSUERS = re.compile(r"[3456]|22[2-9]|2[3-6]|27[012]")
#: As they are embossed: in one, in fours, or as American Express and Diners have it. Two dates are neither.
CARD = re.compile(
    r"(?<![\w.])(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,4}(?:\1\d{1,3})?|\d{4}([ -])\d{6}\2\d{4,5})"
    r"(?![\w-])"
)
#: A country, two check digits, and what the country's banks have; in one, or in fours.
IBAN = re.compile(
    r"(?<!\w)([A-Z]{2})\d{2}(?:[A-Z\d]{11,30}|(?: [A-Z\d]{4}){2,7}(?: [A-Z\d]{1,3})?)(?!\w)", re.IGNORECASE
)
#: How many characters the account numbers of a country have (the registry of ISO 13616).
_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FK FO GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}


def is_card_number(digits: str) -> bool:
    """Whether this is the number of a payment card, by its issuer and by the formula of Luhn."""
    if not (_SHORTEST_CARD <= len(digits) <= _LONGEST_CARD and _ISSUERS.match(digits)):
        return False
    total = sum(map(int, digits[-1::-2])) + sum(sum(divmod(2 * int(one), 10)) for one in digits[-2::-2])
    return total % 10 == 0


def iban_in(text: str) -> str | None:
    """The account number that this begins with, or None; a word of four letters may have come after it."""
    length = _LENGTHS.get(text[:2].upper(), 0)
    number = ""
    for group in text.split(" "):
        number += group
        if len(number) >= length:
            break
    if len(number) != length or not _has_check_digits(number):
        return None
    return number if number in text else " ".join(number[i : i + 4] for i in range(0, length, 4))


def _has_check_digits(iban: str) -> bool:
    """Whether the two digits are those of ISO 7064 MOD 97-10."""
    turned = "".join(str(int(character, 36)) for character in iban[4:] + iban[:4])
    return int(turned) % 97 == 1
