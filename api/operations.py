"""One declaration for each operation: who may, what goes in, what comes out. Everything else follows from it.

The middleware authorises and validates by it, the OpenAPI document is written from it, and an application
whose routes lack it does not start.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from marshmallow import Schema

from api.answers.record import check_meanings
from api.fields import check_descriptions
from domain.approvals import APPROVABLE
from domain.errors import Refusal
from domain.permissions import PERMISSIONS
from projections.base import Projection

#: For the few operations that anyone may call, signed in or not.
PUBLIC = "public"
#: For operations that anyone signed in may call.
SIGNED_IN = "signed in"

F = TypeVar("F", bound=Callable[..., None])


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What is declared of one method of one route."""

    permission: str
    summary: str
    description: str = ""
    body: Schema | None = None
    #: A form (multipart/form-data) instead of a body of JSON.
    form: Schema | None = None
    #: A file of this media type instead of a body of JSON; the responder reads it.
    file: str | None = None
    #: How many bytes a body may have, where the limit of all others is not meant.
    max_body_bytes: int | None = None
    #: Whether a request without any body is as good as one with an empty object.
    body_is_optional: bool = False
    query: Schema | None = None
    #: Of a parameter of the path that is one of a few words, by its name, those words.
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: Of a parameter of the path that is something else than its name says, what it is.
    parts: Mapping[str, str] = field(default_factory=dict)
    #: The record it answers with, or a union of records.
    answer: Any = None
    #: The media types of an answer that is no envelope of JSON, or beside one, if there is an `answer` too.
    media: tuple[str, ...] = ()
    many: bool = False
    #: Whether all of them come on one page, whatever is asked.
    whole: bool = False
    status: int = 200
    #: Another status with the same data: 202 for what is done later, 200 where there was nothing to make.
    or_status: int | None = None
    #: Permissions of which each does as well as `permission`.
    alternatives: tuple[str, ...] = ()
    #: The keys of which an approval may stand in for the right (`X-Approval`).
    approvals: tuple[str, ...] = ()
    refusals: tuple[type[Refusal], ...] = ()
    #: Headers that its answer has besides those of every answer of its kind.
    headers: tuple[str, ...] = ()
    #: Whether a write takes an Idempotency-Key and is for companies in good standing only.
    repeatable: bool = True
    #: Whether it may take a minute, as imports and exports do.
    lengthy: bool = False
    #: The asynchronous read models the answer comes from; it knows what all of them know.
    projections: tuple[type[Projection], ...] = ()
    #: By a parameter of the query, the one it comes from instead when that is given.
    projection_with: Mapping[str, type[Projection]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look at what it takes and answers. Raises FieldWithoutMeaning, NotApprovable."""
        if not APPROVABLE.keys() >= {*self.approvals}:
            raise NotApprovable(", ".join(self.approvals))
        check_meanings(self.answer)
        for schema in (self.body, self.form, self.query):
            if schema is not None:
                check_descriptions(schema)

    def is_open_to(self, permissions: Collection[str]) -> bool:
        """Whether somebody signed in with these permissions may call it."""
        keys = {self.permission, *self.alternatives}
        return self.permission == SIGNED_IN or not keys.isdisjoint(permissions)

    def sources(self, query: Mapping[str, Any]) -> tuple[str, ...]:
        """The names of the asynchronous read models that answer this query; none for the inline ones."""
        given = ((model,) for name, model in self.projection_with.items() if query.get(name))
        return tuple(model.name for model in next(given, self.projections))


class UndeclaredOperation(Exception):
    """A route's method has no declared operation or an unknown permission; nothing is allowed by accident."""


class NotApprovable(Exception):
    """An operation takes the approval of what nobody can approve."""


def operation(permission: str, summary: str, **declared: Any) -> Callable[[F], F]:
    """Declare an operation on a responder."""
    declaration = Operation(permission=permission, summary=summary, **declared)

    def mark(responder: F) -> F:
        responder.operation = declaration  # type: ignore[attr-defined]
        return responder

    return mark


def operation_of(responder: Callable[..., None]) -> Operation:
    """What is declared of a responder. Raises UndeclaredOperation."""
    declaration = getattr(responder, "operation", None)
    if not isinstance(declaration, Operation):
        raise UndeclaredOperation(f"{responder.__qualname__} declares no operation.")
    return declaration


def operations_of(resource: object) -> Iterator[tuple[str, Operation]]:
    """The operations of a resource by HTTP method. Raises UndeclaredOperation.

    A resource that serves several kinds of things carries its own table, `operations`, by responder.
    """
    own: Mapping[str, Operation] = getattr(resource, "operations", {})
    for name in dir(resource):
        if not name.startswith("on_"):
            continue
        declaration = own.get(name) or getattr(getattr(resource, name), "operation", None)
        if not isinstance(declaration, Operation):
            raise UndeclaredOperation(f"{type(resource).__name__}.{name} declares no operation.")
        if not {declaration.permission, *declaration.alternatives} <= {*PERMISSIONS, PUBLIC, SIGNED_IN}:
            raise UndeclaredOperation(f"{type(resource).__name__}.{name} needs an unknown permission.")
        yield name.removeprefix("on_").upper(), declaration
