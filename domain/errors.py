"""Refusals: the four families every rule of the trade answers with."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final, Self
from uuid import UUID

#: The remedy for whatever was asked of something at a stage that does not allow it.
READ_AGAIN: Final = "Read it again: its status says what can still be done."


class Refusal(Exception):
    """The request was refused."""

    code: ClassVar[str] = "refused"
    #: The field of the request that it is about, whoever raises it; None where that depends, or it is none.
    field: ClassVar[str | None] = None
    #: What the caller does about it, in a sentence or two; whatever has a code of its own says its own.
    remedy: ClassVar[str] = "The message says what stands in the way; change that, then repeat the request."
    #: The amounts in minor currency units that its error has beside code and details, each with its meaning.
    amounts: ClassVar[Mapping[str, str]] = MappingProxyType({})
    #: What else its error has beside them, each with its meaning.
    facts: ClassVar[Mapping[str, str]] = MappingProxyType({})

    def __init__(self, message: str | None = None, *, details: list["Detail"] | None = None) -> None:
        self.message = message or (type(self).__doc__ or "").strip().splitlines()[0]
        self.details = details or self._details(self.field)
        #: What the error tells besides, by its name: records of an answer.
        self.beside: dict[str, object] = {}
        super().__init__(self.message)

    @classmethod
    def in_fields(cls, *fields: str | None, message: str | None = None) -> Self:
        """It is about these fields of the request: each alone, or what they say together; None is none."""
        refusal = cls(message)
        refusal.details = refusal._details(*fields)
        return refusal

    def _details(self, *fields: str | None) -> list["Detail"]:
        return [Detail(field, self.code, self.message) for field in fields if field is not None]


class Detail(dict[str, str]):
    """One offending field of a refusal: where it is, a stable code, and a sentence."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(field=field, code=code, message=message)

    def held_by(self, holder_id: UUID, name: str, status: str | None = None) -> Self:
        """Say who has it already: the thing's id, what it is called, and where it stands in its life."""
        self.update(id=str(holder_id), name=name, **({"status": status} if status else {}))
        return self


class NotFound(Refusal):
    """There is no such thing here."""

    code = "not_found"
    remedy = (
        "Look at the id and the path: what belongs to another company or store does not exist for you either."
    )


class NotAllowed(Refusal):
    """You may not do this."""

    code = "forbidden"
    remedy = (
        "Ask an administrator for the permission that `details` or the operation name, or have somebody "
        "who holds it do this."
    )

    @classmethod
    def without(cls, *permissions: str, message: str | None = None) -> Self:
        """It takes these permissions, or one of them, and the caller holds none of them."""
        details = [Detail(key, "not_held", f"You do not hold {key}.") for key in permissions]
        return cls(message, details=details)


class Conflict(Refusal):
    """A rule of the trade says no."""

    code = "conflict"
    remedy = "The message says which rule; change what it names, then repeat the request."


class Invalid(Refusal):
    """Some fields are not valid."""

    code = "validation_failed"
    remedy = "Mend each field that `details` name; nothing was recorded."
