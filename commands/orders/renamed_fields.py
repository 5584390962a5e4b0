"""What a part of a decision calls by other names than the request that it is decided for."""

from collections.abc import Iterator
from contextlib import contextmanager

from domain.errors import Refusal


@contextmanager
def renamed(**fields: str) -> Iterator[None]:
    """A refusal names these fields as the request has them: `renamed(payments="refund")`."""
    try:
        yield
    except Refusal as refusal:
        for detail in refusal.details:
            name, dot, rest = detail["field"].partition(".")
            detail["field"] = f"{fields.get(name, name)}{dot}{rest}"
        raise
