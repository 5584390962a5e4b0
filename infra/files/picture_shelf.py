"""Keeps the bytes of pictures beside the log, each once for a company, and lets go of unused ones."""

from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from domain.catalog.images import Picture
from domain.pending import Pending
from projections.base import Database, Row
from projections.catalog.images import ask_directory, hold_image, is_logo

#: How long bytes are kept that no picture shows any more.
GRACE = timedelta(hours=24)

# Bytes that were about to be let go are in use again; whoever lets them go waits, and sees that.
_KEEP: LiteralString = """
    INSERT INTO image_contents (company_id, hash, size, media_type, bytes)
    VALUES (%(company_id)s, %(hash)s, %(size)s, %(media_type)s, %(bytes)s)
        ON CONFLICT (company_id, hash, size) DO UPDATE SET unused_since = excluded.unused_since
"""

_SHOW: LiteralString = """
    SELECT media_type, bytes FROM image_contents
     WHERE company_id = %(company_id)s AND hash = %(hash)s AND size = %(size)s
"""

# Which pictures a closed company shows is not known.
_COMPANIES: LiteralString = """
    SELECT company_id FROM company_head
     WHERE company_id <> ALL((SELECT closed FROM installation)::uuid[])
"""

_USED_AGAIN: LiteralString = """
    UPDATE image_contents AS content SET unused_since = NULL
     WHERE content.company_id = %(company_id)s AND content.unused_since IS NOT NULL
       AND EXISTS (SELECT FROM product_images AS image
                    WHERE image.company_id = %(company_id)s AND image.content_hash = content.hash)
"""

_LET_GO: LiteralString = """
    DELETE FROM image_contents AS content
     WHERE content.company_id = %(company_id)s AND content.unused_since < %(before)s
       AND NOT EXISTS (SELECT FROM product_images AS image
                        WHERE image.company_id = %(company_id)s AND image.content_hash = content.hash)
"""

_UNUSED: LiteralString = """
    UPDATE image_contents AS content SET unused_since = %(now)s
     WHERE content.company_id = %(company_id)s AND content.unused_since IS NULL
       AND NOT EXISTS (SELECT FROM product_images AS image
                        WHERE image.company_id = %(company_id)s AND image.content_hash = content.hash)
"""


class PictureShelf:
    """The bytes of a company's pictures."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def is_id_taken(self, image_id: UUID) -> Pending[bool]:
        """Ask whether a picture of any company has this id, or had it."""
        answer = ask_directory(self._db, image_id)
        return Pending(lambda: answer.row() is not None)

    def hold(self, image_id: UUID) -> bool:
        """Whether the company has this picture; it is not removed until the end."""
        return hold_image(self._db, image_id)

    def is_logo(self, image_id: UUID) -> bool:
        """Whether the picture is the company's logo; it does not become that until the end."""
        return is_logo(self._db, image_id)

    def keep(self, picture: Picture) -> None:
        """Keep what it looks like in each size; what is there already stays."""
        for size, content in picture.sizes.items():
            params = {
                "company_id": self._db.company_id,
                "hash": picture.content_hash,
                "size": size,
                "media_type": picture.media_type,
                "bytes": content,
            }
            self._db.execute(_KEEP, params)


def find_content(db: Database, content_hash: str, size: str) -> Row | None:
    """The media type and the bytes of a picture in one size."""
    return db.ask(_SHOW, {"company_id": db.company_id, "hash": content_hash, "size": size}).row()


def let_go_of_unused(connection: psycopg.Connection[Any], now: datetime) -> None:
    """Delete the bytes that no picture has shown for a day, company by company.

    The day begins when this is noticed here first, and ends when they are shown again. So bytes outlast a
    moment in which the read model is empty because its tables are being made anew.
    """
    for (company_id,) in connection.execute(_COMPANIES).fetchall():
        params = {"company_id": company_id, "now": now, "before": now - GRACE}
        for statement in (_USED_AGAIN, _LET_GO, _UNUSED):
            connection.execute(statement, params)
