"""The keys of persons whom an exported log tells about, in a file apart, so that they can be destroyed."""

import os
from base64 import b64encode
from collections.abc import Collection
from pathlib import Path
from typing import LiteralString
from uuid import UUID

from infra.eventstore.data_keys import DataKeys
from projections.base import Database

# One that was lost when the log was brought here is kept as nothing.
_KEYS: LiteralString = """
    SELECT subject_id, wrapped FROM subject_keys
     WHERE company_id = %(company_id)s AND subject_id = ANY(%(ids)b::uuid[]) AND wrapped <> ''
     ORDER BY subject_id
"""


def write_keys(db: Database, data_keys: DataKeys, subjects: Collection[UUID], path: Path) -> int:
    """Write the keys of those who were not forgotten, for the owner's eyes. Returns how many those were.

    Raises NoDataKey, FileExistsError.
    """
    rows = db.ask(_KEYS, {"company_id": db.company_id, "ids": sorted(subjects)}).rows()
    keys = [
        (row["subject_id"], data_keys.unwrap(row["wrapped"], db.company_id, row["subject_id"]))
        for row in rows
    ]
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.writelines(f"key {subject_id} {b64encode(key).decode()}\n" for subject_id, key in keys)
    return len(keys)
