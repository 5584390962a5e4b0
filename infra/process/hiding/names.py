"""Names under which nothing is ever written: of secrets, and of what tells who somebody is."""

import re
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")
#: Names are compared without case, and without what stands between their words.
_SEPARATORS = re.compile(r"[\W_]+")

#: Whatever has one of these in its name.
_PARTS = re.compile(
    # What lets somebody in, or opens something.
    r"passw|passphrase|token|secret|authori[sz]ation|cookie|credential|pepper|signature|bearer|csrf|xsrf"
    r"|(?:api|data|signing|private|access|encryption|master|directory|session)key|xapproval"
    r"|otpcode|onetimecode|securitycode|dsn$|conninfo|connectionstring|(?:database|smtp|redis)ur[il]"
    # With what somebody pays.
    r"|iban|card(?:holder|no|num|code|data|track)|account(?:no$|num)|routingnum|sortcode|giftcard"
    # Who somebody is, and where to be found.
    r"|email|phone|telefon|mobile|msisdn|whatsapp|address(?!ed)|street|postcode|postal|zipcode"
    r"|birth|taxnumber|taxid|vatnumber|vatid|socialsecurity|passport|nationalid|identitycard|drivinglicen"
    r"|(?:^|first|last|sur|given|family|full|middle|maiden|nick|display|holder|recipient|contact|customer|buyer"
    r"|payer|person|user|login|client|guest|cashier|employee|staff|supplier|owner|author|legal|company)names?$"
    r"|contactperson"
)
#: Names in which one of these is a word of its own; within others it is a coincidence: shipping, company.
_WORDS = frozenset(("pin", "pins", "pwd", "pw", "jwt", "otp", "totp", "mfa", "salt", "login")) | frozenset(
    ("cvv", "cvc", "pan", "pans", "iban", "ssn", "mail", "fax", "dob", "zip", "city")
)
#: The same where words are not told apart.
_PIN = re.compile(
    r"(?:user|cashier|manager|staff|till|new|old|current|approver|own)?pins?(?:code|number|hash)?"
)


@lru_cache(maxsize=2000)
def is_secret(name: str) -> bool:
    """Whether what has this name is never written."""
    joined = _SEPARATORS.sub("", name).lower()
    if _PARTS.search(joined) or _PIN.fullmatch(joined):
        return True
    return any(word.lower() in _WORDS for word in _WORD.findall(name[:200]))
