"""How words, numbers and keys of settings are read; each raises ValueError with the end of a sentence."""

import re
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

SECRET_KEY_LENGTH = 32
#: Leaves room for `_next` behind it.
LONGEST_SCHEMA = 58


def whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number within bounds."""

    def parse(text: str) -> int:
        if text.isascii() and text.isdigit() and low <= int(text) <= high:
            return int(text)
        raise ValueError(f"must be a whole number from {low} to {high}")

    return parse


def yes_or_no(text: str) -> bool:
    """Yes or no, in the words people use for it."""
    if text.lower() in {"yes", "on", "true", "1"}:
        return True
    if text.lower() in {"no", "off", "false", "0"}:
        return False
    raise ValueError("must be yes or no")


def one_of(*words: str) -> Callable[[str], str]:
    """One of a few words, in small letters."""

    def parse(text: str) -> str:
        if text.lower() in words:
            return text.lower()
        raise ValueError(f"must be one of {', '.join(words)}")

    return parse


def at_least(length: int) -> Callable[[str], str]:
    """A secret that is long enough."""

    def parse(text: str) -> str:
        if len(text) >= length:
            return text
        raise ValueError(f"must have at least {length} characters")

    return parse


def secret_keys(text: str) -> tuple[str, ...]:
    """Keys, divided by commas."""
    keys = tuple(part.strip() for part in text.split(",") if part.strip())
    if all(len(key) >= SECRET_KEY_LENGTH for key in keys):
        return keys
    raise ValueError(f"must list keys of at least {SECRET_KEY_LENGTH} characters, divided by commas")


def path(text: str) -> Path:
    """A path, from the folder in which the process was started."""
    return Path(text).expanduser().absolute()


def token(text: str) -> str:
    """One word, as it stands in a header."""
    if text.isascii() and text.isprintable() and " " not in text:
        return text
    raise ValueError("must be one word of printable ASCII characters")


def ids(text: str) -> tuple[UUID, ...]:
    """Ids, divided by commas."""
    try:
        return tuple(UUID(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError("must list ids, divided by commas") from None


def schema(text: str) -> str:
    """The name of a schema that is nobody else's."""
    if re.fullmatch(r"[a-z][a-z0-9_]*", text) and len(text) <= LONGEST_SCHEMA:
        if text not in {"public", "information_schema"} and not text.startswith("pg_"):
            return text
        raise ValueError("must be a schema of its own")
    raise ValueError(
        f"must be a name of lower-case letters, digits and underscores, at most {LONGEST_SCHEMA} of them"
    )


def log_origin(text: str) -> str:
    """The name of a log, as it is signed."""
    if re.fullmatch(r"[a-z0-9][a-z0-9./-]{0,99}", text) and not text.endswith("/"):
        return text
    raise ValueError("must be a name such as shop.example.com/log, in small letters, without spaces")
