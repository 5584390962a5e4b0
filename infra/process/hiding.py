"""Hides from logs what nobody may read there: by the name that it has, and by what it looks like."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

HIDDEN: Final = "***"
#: Whatever stands under such a name; `user_email` and `X-Api-Key` are such names, too.
_NAMES = re.compile(
    r"password|passwd|token|secret|authorization|cookie|api_?key|data_?key|signing_?key|pepper|email"
    r"|phone|birthday|tax_number|(^|_)pins?($|_)"
)
#: What is known by its looks, wherever it stands, each with what a text must have to be searched for it: a
#: JSON Web Token, the secret of a webhook, an e-mail address.
_LOOKS = (
    ("eyJ", re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")),
    ("whsec_", re.compile(r"whsec_[\w+/=-]+")),
    ("@", re.compile(r"""[^\s@"'<>(),;:=/?&]+@[^\s@"'<>(),;:=/?&]+""")),
)
#: A telephone number, as it is written abroad or at home. An id, which most texts of logs are, has none.
_PHONE = re.compile(
    r"""(?<![\w.:+-]) (?:\+|00) \d (?:[ ()/.-]{0,2}\d){6,14} (?!\w)
      | (?<![\w.:+-]) \(?0\d{1,4}\)? [ /-]{1,2} \d (?:[ -]?\d){4,10} (?![\w-])
    """,
    re.VERBOSE,
)
_ID = re.compile(r"[\da-f]{8}-[\da-f-]{27}")


def hidden(value: Any) -> Any:
    """A value without what must not be read, however deep that stands in it."""
    if isinstance(value, str):
        return _without_looks(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {name: HIDDEN if is_secret(str(name)) else hidden(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [hidden(one) for one in value]
    # What else is written by its text would be read in it.
    return _without_looks(str(value))


def _without_looks(text: str) -> str:
    if _ID.fullmatch(text):
        return text
    for hint, looks in _LOOKS:
        if hint in text:
            text = looks.sub(HIDDEN, text)
    return _PHONE.sub(HIDDEN, text) if "0" in text or "+" in text else text


@lru_cache(maxsize=1000)
def is_secret(name: str) -> bool:
    """Whether what has this name is never written."""
    return bool(_NAMES.search(name.lower().replace("-", "_")))
