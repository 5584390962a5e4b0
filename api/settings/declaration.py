"""How a kind of setting is declared: its fields are those of requests and of answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields

from api.answers import Answer
from api.fields import Body, OwnId
from api.services import Reading
from api.settings.record import record_of
from commands.ports import Caller, Missing
from domain.entities import fields_of
from domain.errors import Refusal
from domain.kinds import SETTINGS
from domain.packages import RESOURCES, PlanLimitReached
from domain.settings import DuplicateCode, DuplicateName, Setting
from domain.stores import Store
from projections.base import Database, Row
from projections.settings import ask_setting


class WronglyDeclared(Exception):
    """A declaration does not fit its kind, or its kind is not listed; nothing starts."""


@dataclass(frozen=True, kw_only=True)
class Tree:
    """How a kind that makes a tree shows where each of them stands, and the tree as a whole."""

    #: What is answered of its place.
    position: type[Answer]
    ask: Callable[[Database, Sequence[UUID]], Callable[[], dict[UUID, Row]]]
    whole: Callable[[Database, Callable[[Row], Row]], list[Row]]
    too_large: type[Refusal]


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What is answered of one of a kind beside its own fields, as far as one looks at it."""

    record: type[Answer]
    ask: Callable[[Database, Sequence[UUID]], Callable[[], dict[UUID, Row]]]


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """How a kind of setting appears in the API."""

    kind: type[Setting]
    path: str
    #: The resource in its permission keys, such as `brands` in `brands.create`.
    permission: str
    fields: dict[str, fields.Field[Any]]
    #: Fields that cannot be edited once it exists.
    fixed: tuple[str, ...] = ()
    #: The path's parameter that says to what the collection belongs, if it hangs under something.
    owner: str | None = None
    #: How an edit may be refused beyond what every kind has in common.
    edit_refusals: tuple[type[Refusal], ...] = ()
    tree: Tree | None = None
    beside: Beside | None = None
    #: The record of one of them; it follows from the fields.
    answer: type[Answer] = field(default=Answer)

    def __post_init__(self) -> None:
        """Make the record, unless it was taken over from another declaration of the kind.

        Raises WronglyDeclared, NotRevisable.
        """
        self._check()
        if self.answer is Answer:
            position = self.tree.position if self.tree else self.beside.record if self.beside else None
            record = record_of(self.kind, self.fields, owner=self.owner, position=position)
            object.__setattr__(self, "answer", record)

    @property
    def asks(self) -> Callable[[Database, Sequence[UUID]], Callable[[], dict[UUID, Row]]] | None:
        """How to ask for what is answered beside the fields, if there is anything."""
        source = self.tree or self.beside
        return source.ask if source else None

    @property
    def creation(self) -> Schema:
        """What a create takes."""
        own_id = OwnId(meaning="Its id; on creating you may choose it yourself.")
        return Body.from_dict({"id": own_id, **self.fields}, name=f"{self.kind.__name__}Create")()

    @property
    def edit(self) -> Schema:
        """What an edit takes."""
        return Body.from_dict(self._editable, name=f"{self.kind.__name__}Edit")(partial=True)

    @property
    def id_name(self) -> str:
        """The path's parameter for one of them, such as `tax_rate_id`."""
        return f"{self.kind.noun.replace(' ', '_')}_id"

    @property
    def duplicates(self) -> tuple[type[Refusal], ...]:
        """How a name or a code may be refused."""
        return (DuplicateName, DuplicateCode) if "code" in self.fields else (DuplicateName,)

    @property
    def limits(self) -> tuple[type[Refusal], ...]:
        """How one more of them may be refused."""
        return (PlanLimitReached,) if self.kind.kind in RESOURCES else ()

    def owner_of(self, path: dict[str, UUID]) -> UUID | None:
        """To what the collection of this path belongs."""
        return path[self.owner] if self.owner else None

    def ask_owner(self, reading: Reading, caller: Caller, path: dict[str, UUID]) -> Callable[[], None]:
        """Ask for that with the next round trip.

        The result raises Missing when it is not there, or is a store the caller does not work in.
        """
        owner = self.owner_of(path)
        if owner is None:
            return lambda: None
        kind = next(reference.kind for reference in self.kind.references if reference.field == self.owner)
        is_elsewhere = kind == Store.kind and caller.store_ids and owner not in caller.store_ids
        answer = ask_setting(reading.db, kind, owner)

        def check() -> None:
            if is_elsewhere or answer.row() is None:
                raise Missing

        return check

    @property
    def _editable(self) -> dict[str, Any]:
        return {name: field for name, field in self.fields.items() if name not in self.fixed}

    def _check(self) -> None:
        """Look whether events can record all that it takes. Raises WronglyDeclared, NotRevisable."""
        kind = self.kind.__name__
        if self.kind not in SETTINGS:
            message = f"{kind} is declared in the API, but not listed in domain/kinds.py"
            raise WronglyDeclared(message)
        for name in sorted({*self.fields} - {*fields_of(self.kind.Registered)}):
            message = f"{name} of {kind} is declared in the API, but not in {kind}.Registered"
            raise WronglyDeclared(message)
        self.kind.check_revisable(self._editable)
