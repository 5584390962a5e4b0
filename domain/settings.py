"""The small things a shop sets up once: brands, units, tax rates, stores … share one life.

A new kind is a declaration of its events; storing, listing, editing and archiving it are already there.
"""

from dataclasses import dataclass
from typing import ClassVar

from domain.entities import Entity
from domain.errors import Conflict


class DuplicateName(Conflict):
    """Another one already has this name."""

    code = "duplicate_name"


class DuplicateCode(Conflict):
    """Another one already has this code."""

    code = "duplicate_code"


class InUse(Conflict):
    """It is still in use."""

    code = "in_use"


@dataclass(frozen=True)
class Reference:
    """A field that names another entity of the company."""

    field: str
    kind: str


class Setting(Entity):
    """A named entity that other decisions refer to."""

    #: The name of its collection in paths and read models, such as `brands`.
    kind: ClassVar[str]
    #: What one of them is called in a sentence, such as `brand`.
    noun: ClassVar[str]
    #: Names are unique among those with the same value of this field; None: in the whole company.
    scope: ClassVar[str | None] = None
    #: The field that names the entity it belongs to, by which lists are filtered.
    parent: ClassVar[str | None] = None
    references: ClassVar[tuple[Reference, ...]] = ()


def name_key(name: str) -> str:
    """The form in which two names are the same: letter case and runs of white space do not count."""
    return " ".join(name.split()).casefold()
