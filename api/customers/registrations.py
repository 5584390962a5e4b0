"""The registration that a body of a request asks for."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from commands.customers.registration import RegisterCustomer


def registration_of(body: Mapping[str, Any], *, force: bool) -> RegisterCustomer:
    """The registration of a customer; `force` says that nobody is to look whether they are known."""
    values = dict(body)
    return RegisterCustomer(
        id=values.pop("id", None) or uuid4(),
        consents=tuple(values.pop("consents")),
        values=values,
        force=force,
    )
