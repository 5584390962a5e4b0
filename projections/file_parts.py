"""Any stretch of a file that is kept in parts."""

import gzip
from collections.abc import Iterator, Mapping
from typing import Any, LiteralString

from projections.base import Database

#: How many bytes of a file stand in one part.
PART_SIZE = 2**18


def read_parts(
    db: Database, statement: LiteralString, own: Mapping[str, Any], first: int, last: int
) -> Iterator[bytes]:
    """The bytes of a file from the first to the last of these, both inclusive; none of one that is gone.

    The statement finds the part `ordinal`.
    """
    for ordinal in range(first // PART_SIZE, last // PART_SIZE + 1):
        row = db.ask(statement, {**own, "ordinal": ordinal}).row()
        if row is None:
            return
        start = ordinal * PART_SIZE
        yield gzip.decompress(row["bytes"])[max(first - start, 0) : last - start + 1]
