"""Files in the database: in parts that are packed each by itself, so that any stretch is found at once."""

import gzip
import hashlib
from collections.abc import Mapping
from typing import IO, Any, LiteralString

import psycopg

from projections.file_parts import PART_SIZE


def keep_parts(
    connection: psycopg.Connection[Any], statement: LiteralString, own: Mapping[str, Any], file: IO[bytes]
) -> tuple[int, str]:
    """Keep a file by a statement that takes `ordinal` and `bytes`. Returns its length, and its SHA-256."""
    digest, size, ordinal = hashlib.sha256(), 0, 0
    while part := file.read(PART_SIZE):
        digest.update(part)
        size += len(part)
        # Spreadsheets and PDFs are packed already, and lose nothing by a quick try.
        connection.execute(statement, {**own, "ordinal": ordinal, "bytes": gzip.compress(part, 6, mtime=0)})
        ordinal += 1
    return size, digest.hexdigest()
