"""What is known by its looks, wherever in a text it stands: tokens, keys, addresses, numbers of persons.

Each pattern takes time in proportion to the text, whatever that is, and is searched for only where the text
has what it cannot be without. What operators look for stays: ids, positions, amounts, times, places in files.
"""

import base64
import binascii
import re
from typing import Final

from infra.process.hiding.names import is_secret
from infra.process.hiding.numbers import GROUPS, IBAN, iban_in, is_card_number, without_cards

HIDDEN: Final = "***"

_ID = re.compile(r"[\da-f]{8}-[\da-f-]{27}")
#: Who signs in where, within the address of a server.
_LOGIN = re.compile(r"""(?<=://)[^\s"'<>]{1,500}@""")
#: A name that a value follows, as forms, settings, headers and JSON have it; and the value, quoted or not.
_NAME = re.compile(r"""(?<![\w.-])([A-Za-z][\w.-]{0,60})(?:\\*["'])?\s{0,3}[=:]\s{0,3}""")
_VALUE = re.compile(
    r"""(\\*")[^"]*"? | (\\*')[^']*'? | (?:(?:bearer|basic|digest)\s+)? [^\s"'&;,<>(){}\[\]]+""",
    re.IGNORECASE | re.VERBOSE,
)
_BEARER = re.compile(r"\b(bearer\s+)[\w.~+/-]{4,}=*", re.IGNORECASE)
_BASIC = re.compile(r"\b(basic\s+)([A-Za-z\d+/]{6,}={0,2})", re.IGNORECASE)
#: A JSON Web Token, or what is left of one.
_TOKEN = re.compile(r"(?<![\w-])eyJ[\w-]{5,}(?:\.[\w-]*){0,4}")
#: Secrets of webhooks, and keys as well-known services write them.
_PREFIXES = ("whsec_", "whsk_", "sk_", "sk-", "rk_", "ghp_", "gho_", "glpat-", "xox")
_PREFIXED = re.compile(r"(?<![\w-])(?:whsec|whsk|sk|rk|ghp|gho|glpat|xox[abp])[_-][\w+/=-]{8,}")
#: What is drawn at random and written in Base64, as our tokens and keys are. Hashes and ids have letters of
#: one case, and names in code consist of words.
_RANDOM = re.compile(r"(?<![\w+-])[\w+-]{32,}")
_WORDS = re.compile(r"[_-]*+(?:[A-Z]{0,2}+[a-z]{2,}+[_-]*+)++")
_PEM = re.compile(r"-----BEGIN [A-Z ]{1,40}-----[^-]*(?:-----END [A-Z ]{1,40}-----)?")
#: What follows the path of receipts proves which sale a receipt is of.
_RECEIPT = re.compile(r"(?<=/receipts/)[a-z2-7]{20,}", re.IGNORECASE)
_EMAIL = re.compile(
    r"""(?<![^\s"'<>(),;:=/?&\[\]{}])[^\s@"'<>(),;:=/?&\[\]{}]+(?:@|%40)[^\s@"'<>(),;:=/?&\[\]{}]+"""
)
#: A telephone number, as it is written abroad or at home. An id, which most texts of logs are, has none.
_PHONE = re.compile(
    r"""(?<![\w.:+-]) (?=[+(\d])
      (?: (?:\+|00) \d (?:[ ()/.-]{0,2}\d){6,14}
        | \(?0\d{1,4}\)? [ /-]{1,2} \d (?:[ -]?\d){4,10}
        | (?: \(\d{3}\) [ ]? | \d{3}[ .-] ) \d{3}[ .-]\d{4}
      ) (?![\w-])
    """,
    re.VERBOSE,
)
_DIGIT = re.compile(r"\d")
#: A number of anybody has no fewer digits.
_FEWEST_DIGITS = 7
#: Most of what is logged: a few words.
_FEW_WORDS = re.compile(r"[A-Za-z ,'._/{}-]{0,60}")
_LONG_WORD = re.compile(r"[\w-]{20}")


def is_card(number: int) -> bool:
    """Whether a number is most likely that of a card; positions and amounts are shorter."""
    return 10**14 <= number < 10**16 and is_card_number(str(number))


def without_looks(text: str) -> str:
    """A text without what looks like a secret, or like something of a person."""
    lower = text.lower()
    if _is_harmless(text, lower):
        return text
    if "=" in text or ":" in text:
        text = _without_named(text)
    if "@" in text or "%40" in text:
        text = _EMAIL.sub(HIDDEN, text)
    text = _without_secrets(text, lower)
    if len(_DIGIT.findall(text)) >= _FEWEST_DIGITS:
        text = _without_numbers(text)
    return text


def _is_harmless(text: str, lower: str) -> bool:
    """Whether a short look says that nothing is hidden: an id, or words that are no key."""
    if _ID.fullmatch(text):
        return True
    if not _FEW_WORDS.fullmatch(text) or _LONG_WORD.search(text):
        return False
    return "bearer" not in lower and "basic" not in lower and "/receipts/" not in lower


def _without_named(text: str) -> str:
    if "://" in text and "@" in text:
        text = _LOGIN.sub(HIDDEN + "@", text)
    shown, end = [], 0
    for name in _NAME.finditer(text):
        if name.start() < end or not is_secret(name[1]):
            continue
        if value := _VALUE.match(text, name.end()):
            quote = value[1] or value[2] or ""
            shown += [text[end : name.end()], quote, HIDDEN, quote]
            end = value.end()
    return "".join([*shown, text[end:]]) if shown else text


def _without_secrets(text: str, lower: str) -> str:
    if "eyJ" in text:
        text = _TOKEN.sub(HIDDEN, text)
    if "bearer" in lower:
        text = _BEARER.sub(rf"\1{HIDDEN}", text)
    if "basic" in lower:
        text = _BASIC.sub(_login_hidden, text)
    if "-----begin" in lower:
        text = _PEM.sub(HIDDEN, text)
    if "/receipts/" in lower:
        text = _RECEIPT.sub(HIDDEN, text)
    if any(prefix in text for prefix in _PREFIXES):
        text = _PREFIXED.sub(HIDDEN, text)
    return _RANDOM.sub(_random_hidden, text)


def _without_numbers(text: str) -> str:
    text = GROUPS.sub(lambda groups: without_cards(groups.group(), HIDDEN), text)
    text = IBAN.sub(_iban_hidden, text)
    return _PHONE.sub(HIDDEN, text)


def _login_hidden(match: re.Match[str]) -> str:
    """A name and a password in Base64 are hidden; what is basic otherwise is not."""
    encoded = match.group(2)
    try:
        is_login = b":" in base64.b64decode(encoded + "=" * (-len(encoded) % 4))
    except (binascii.Error, ValueError):
        is_login = False
    return match.group(1) + HIDDEN if is_login else match.group()


def _random_hidden(match: re.Match[str]) -> str:
    run = match.group()
    is_mixed = any(one.islower() for one in run) and any(one.isupper() for one in run)
    return HIDDEN if is_mixed and not _WORDS.fullmatch(run) else run


def _iban_hidden(match: re.Match[str]) -> str:
    iban = iban_in(match.group())
    return HIDDEN + match.group()[len(iban) :] if iban else match.group()
