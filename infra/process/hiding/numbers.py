"""Numbers that are known by their check digits: of cards, and of bank accounts."""

import re

#: How many digits the number of a card has.
_SHORTEST_CARD, _LONGEST_CARD = 13, 19
#: Numbers of payment cards begin so; moments that are written as digits begin with 1 or 20.
_ISSUERS = re.compile(r"[3456]|22[2-9]|2[3-6]|27[012]")
#: Groups of digits, among which a number may stand as it is embossed.
GROUPS = re.compile(r"(?<![\w.])\d+(?:[ -]\d+)*(?![\w-])")
_PARTS = re.compile(r"(\d+)")
#: Groups of American Express and Diners; those of others are fours. Two dates are neither.
_UNEVEN = ([4, 6, 5], [4, 6, 4])
_FOUR = 4

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


def without_cards(text: str, mark: str) -> str:
    """Groups of digits, with this mark in place of each number of a card among them."""
    # Groups stand at odd places, and what divides them between.
    parts = _PARTS.split(text)
    first = 1
    while first < len(parts):
        last = _end_of_card(parts, first)
        if last:
            parts[first : last + 1] = [mark]
        first += 2
    return "".join(parts)


def _end_of_card(parts: list[str], first: int) -> int | None:
    """Where the number of a card ends that begins here, if one does."""
    groups: list[str] = []
    for place in range(first, min(first + 10, len(parts)), 2):
        groups.append(parts[place])
        if _is_embossed([len(one) for one in groups]) and is_card_number("".join(groups)):
            return place
    return None


def _is_embossed(lengths: list[int]) -> bool:
    fours = len(lengths) > 3 and all(one == _FOUR for one in lengths[:3]) and max(lengths) == _FOUR  # noqa: PLR2004
    return len(lengths) == 1 or fours or lengths in _UNEVEN


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
