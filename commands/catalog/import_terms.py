"""What whoever imports a file of the catalog wants of it."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class ImportTerms:
    """How a file is to be imported, or only tried.

    `format` is the form of the file, found by its header if nothing is said; `ignore_unknown` passes over
    columns of our own form that there are none of. Opening stock goes into `storage_id`, if one is named, and
    is what the file says of `location`.
    """

    commit: bool = False
    create_missing: bool = False
    format: str | None = None
    ignore_unknown: bool = False
    storage_id: UUID | None = None
    location: str | None = None
